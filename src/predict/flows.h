/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The IPsec of a trace, each distinct flow once: so what a NIC does with it is asked once a flow
 * and not once a packet, and memory does not grow with the length of the trace. Pure.
 */
#ifndef PREDICT_FLOWS_H
#define PREDICT_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/flow.h"

#define FLOWS_NONE UINT32_MAX
#define FLOWS_MAX  (1u << 20) /* distinct flows that are followed; so many more are only counted */

/* Whose packets a flow's are. */
enum flows_of {
	FLOWS_SA,
	FLOWS_STRAY, /* IPsec of no SA that is known */
	FLOWS_LOST,  /* fragments of ESP or AH whose first one was not seen */
};

struct flows_flow {
	struct flow flow; /* its first packet */
	uint64_t packets, bytes;
	uint32_t sa; /* index, or FLOWS_NONE */
	uint32_t of; /* enum flows_of */
};

struct flows_sa {
	__be32 dst[4];
	uint32_t spi; /* host byte order */
	uint8_t family, protocol;
	bool encap; /* ESP in UDP, by its last new flow */
	uint64_t packets, bytes;
};

struct flows_slot {
	uint32_t hash;
	uint32_t number; /* index and one; 0: empty */
};

/* An open hash table from what identifies them to an index. */
struct flows_index {
	struct flows_slot *slot;
	uint32_t mask;
};

enum { FLOWS_KINDS = FLOW_FRAGMENT + 1, FLOWS_DATAGRAMS = 4096 };

struct flows {
	struct flows_flow *flow;
	uint32_t count, room;
	struct flows_sa *sa;
	uint32_t sas, sas_room;
	bool only_known;	    /* SAs that flows_know() did not name are strays */
	uint64_t packets, bytes;    /* of all IPsec */
	uint64_t kind[FLOWS_KINDS]; /* packets of each kind, of which the trace has other than IPsec
				     */
	uint64_t unfollowed;	    /* packets of flows beyond FLOWS_MAX */
	struct flows_index flows, names;
	/* Fragmented datagrams seen lately, as the steering program remembers them. */
	struct flows_datagram {
		uint64_t key;
		uint32_t flow; /* index and one */
	} datagram[FLOWS_DATAGRAMS];
};

/* 0 or -ENOMEM. */
int flows_init(struct flows *flows);
void flows_free(struct flows *flows);

/*
 * Names an SA before its packets come; once one is named, packets of others are strays. 0; -ENOMEM;
 * -E2BIG: more than FLOWS_MAX.
 */
int flows_know(struct flows *flows, uint8_t family, const __be32 dst[4], uint32_t spi,
	       uint8_t protocol);

/*
 * Counts a packet. *index: its flow's, FLOWS_NONE if it has none: no IPsec, or beyond FLOWS_MAX.
 * 0 or -ENOMEM.
 */
int flows_add(struct flows *flows, const struct flow *packet, uint32_t *index);

#endif
