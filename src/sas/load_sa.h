/* SPDX-License-Identifier: GPL-2.0-only */
/* What is kept of an SA from round to round: its forecast, and what its counters said. */
#ifndef SAS_LOAD_SA_H
#define SAS_LOAD_SA_H

#include "place/load.h"
#include "sas/maps.h"

/* By the index of its cold side. One cache line, since a round goes through all of them. */
struct sas_load_sa {
	struct load_rate rate;
	/* At the last look: both pairs of counters, packets without their high bits, */
	__u64 bytes[2];
	__u32 packets[2];
	__u32 placed; /* of sa_cold.placed_ns the low bits: which SA this is about */
	__u16 cpu;    /* where it was; SAS_LOAD_OFF: the NIC decrypted it */
	__u16 moves;  /* and how often it had moved, the low bits */
};

#define SAS_LOAD_OFF 0xffffu

/* What a pair of counters has grown by since the last look. */
struct load_grown {
	double packets, bytes;
};

/* Is what we have about the SA that is there now? */
static inline bool load_sa_is_about(const struct sas_load_sa *sa, const struct sa_cold *cold)
{
	return sa->placed == (__u32)cold->placed_ns;
}

/* Begins with the SA in @slot, whose word is @word: what it has carried is no load of now. */
void load_sa_begin(struct sas_load_sa *sa, const struct maps *maps, __u32 slot, __u64 word);

/* The NIC decrypts the SA whose cold side this is. */
void load_sa_off(struct sas_load_sa *sa, const struct sa_cold *cold);

/*
 * Looks again at one that was begun with. @besides: sas_count() adds what comes beside rings. Its
 * place and rate stay for the caller to renew.
 */
void load_sa_look(struct sas_load_sa *sa, const struct maps *maps, __u32 slot, __u64 word,
		  bool besides, struct load_grown grown[2]);

/* How far a counter has grown since *then, which becomes @now; 0 if it went back. */
double load_since(__u64 *then, __u64 now);

#endif
