/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pass over a trace for any number of NICs and numbers of queues: each distinct flow is hashed
 * once a NIC, after the last packet; only what a NIC sprays is hashed packet by packet. Pure.
 */
#ifndef PREDICT_SIMULATION_H
#define PREDICT_SIMULATION_H

#include "nic/claims.h"
#include "predict/placed.h"
#include "predict/spread.h"
#include "trace/trace.h"

/* A NIC to simulate. */
struct simulation_nic {
	const char *name; /* NULL: the model's */
	const struct model *model;
	const struct claims *claims; /* of the real NIC that it is to be like; NULL: none */
	bool asked;		     /* as it is after `ethtool -N IF rx-flow-hash esp4 sdfn` */
};

/* A NIC with so many queues, and what came of it. */
struct simulated {
	char name[56];	  /* "NAME+sdfn" if it was asked */
	const char *real; /* name of the real NIC that it is like, as it was added; NULL: there is
			     none */
	bool asked;
	struct model_nic *nic; /* NULL: no NIC, but a placement of ours */
	bool sprays;	       /* some SAs: their packets are asked about one by one */
	uint64_t moves;
	struct spread spread;
};

struct simulation {
	struct flows flows;
	struct placed placed;
	bool place;  /* our own placement too */
	bool sprays; /* one of the NICs does */
	struct simulated *simulated;
	size_t count, room;
	int err; /* the first */
};

/* For so many NICs, and our placement on each of these numbers of CPUs. 0 or -ENOMEM. */
int simulation_init(struct simulation *simulation, size_t nics, const uint32_t *cpus,
		    size_t numbers);
void simulation_free(struct simulation *simulation);

/*
 * Adds a NIC as its driver leaves it, or as the claims say that it is. 0; -ENOMEM; -EINVAL: it
 * cannot have so many queues.
 */
int simulation_add(struct simulation *simulation, const struct simulation_nic *what,
		   uint32_t queues);

/* Takes a packet: the function of struct trace_ops, with the simulation as its argument. */
void simulation_packet(void *arg, const struct trace_packet *packet);

/*
 * After the last packet: fills in the results of the NICs, and adds two placements of ours:
 * "espalier", as it would have run, and "best", if all packets were known beforehand. 0 or a
 * negative errno.
 */
int simulation_finish(struct simulation *simulation);

#endif
