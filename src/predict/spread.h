/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the flows of a trace go: on which queue of a NIC, or on which CPU. Pure. */
#ifndef PREDICT_SPREAD_H
#define PREDICT_SPREAD_H

#include "nic/model.h"
#include "predict/flows.h"

struct spread_queue {
	uint64_t packets, bytes; /* all of these: */
	uint64_t strays;	 /* packets of no SA that is known */
	uint64_t fragments;	 /* packets without an SPI in them */
	uint32_t sas;		 /* SAs that have packets here */
};

struct spread {
	uint32_t queues;
	struct spread_queue *queue;
	uint64_t packets; /* on all queues */
	uint32_t hottest; /* the queue with most packets */
	double imbalance; /* most over mean; 0: no packets */
	double speedup;	  /* over one queue: all over most; 0: no packets */
	/* Which SAs have packets on which queue, a bit each: so many words for an SA. */
	uint64_t *seen;
	size_t words;
	uint32_t sas; /* for how many there is room */
};

/* 0 or -ENOMEM. */
int spread_init(struct spread *spread, uint32_t queues);
void spread_free(struct spread *spread);

/* These packets of an SA (FLOWS_NONE: of none) come in on a queue; @what->sas is ignored. 0 or
 * -ENOMEM.
 */
int spread_add(struct spread *spread, uint32_t queue, uint32_t sa, const struct spread_queue *what);

/* The same of so many packets of a flow. */
int spread_add_flow(struct spread *spread, uint32_t queue, const struct flows_flow *flow,
		    uint64_t packets, uint64_t bytes);

/* Does the NIC send packets of this one flow to several queues? Then each is to be asked for. */
bool spread_sprays(const struct model_nic *nic, const struct flow *flow);

/* Where a NIC puts all flows but those that it sprays. 0 or -ENOMEM. */
int spread_by_nic(struct spread *spread, const struct model_nic *nic, const struct flows *flows);

/* Sums up, after the last packet. */
void spread_finish(struct spread *spread);

/* What part of all packets comes to a queue: 0 to 1. */
double spread_share(const struct spread *spread, uint32_t queue);

#endif
