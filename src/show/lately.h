/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came and was lost lately, told from counters that only rise: the daemon notes them now and
 * then, and whoever looks compares what they are with what was noted. Pure.
 */
#ifndef SHOW_LATELY_H
#define SHOW_LATELY_H

#include <stdint.h>
#include "core/report.h"

#define LATELY_NS 10000000000ull /* from a note to the next; "lately" is one to two of these */

struct lately_loss {
	uint64_t total;  /* since the start */
	uint64_t lately;
	uint64_t age_ns; /* since the last of it, as far as was noted; UINT64_MAX: not known */
};

struct lately_seen {
	double seconds; /* that "lately" is; 0: nothing was noted */
	uint64_t known, strays; /* packets of SAs that we know, and IPsec of others */
	struct lately_loss lost[LOSSES];
	/* Packets that replay windows refused lately, and moves that were completed meanwhile. */
	uint64_t refused, moves;
};

/* Notes the counters of now, if it is time for it. False: it is not. */
bool lately_note(struct lately *lately, const struct mark *now);

/* Compares. Counters that fell began anew. What is noted may be torn or nonsense; then so is *seen,
 * within its types. */
void lately_see(struct lately_seen *seen, const struct lately *noted, const struct mark *now);

/*
 * The part of the IPsec of lately that is of no SA that we know, if it is most of it; else 0, also
 * where too little came to tell.
 */
double lately_unknown(const struct lately_seen *seen);

/* Who put the packets out of order that replay windows refused lately? */
enum lately_order {
	ORDER_FINE,   /* none were refused */
	ORDER_SENDER, /* the sender, or the path: nothing of ours can have done it */
	ORDER_ANY,    /* SAs moved meanwhile, or rings lost packets: it may be either */
};

/* @ours: SAs are moving now, or nobody knows what rings lose. */
enum lately_order lately_order(const struct lately_seen *seen, bool ours);

/* Is the loss worth a warning still: was the last of it within the hour? */
bool lately_lost(const struct lately_loss *loss);

#endif
