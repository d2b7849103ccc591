/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is there an SA so heavy that a CPU is to be kept for it, and what is to go elsewhere then. Pure.
 */
#ifndef PLACE_HEAVY_H
#define PLACE_HEAVY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "place/first.h"

#define HEAVY_ON_NS  3000000000ull  /* so long an SA is heavy until a CPU is kept for it */
#define HEAVY_OFF_NS 10000000000ull /* and so long it is not until that ends */

/* What a round sees. Loads are shares of a CPU. */
struct heavy_seen {
	int64_t sa;  /* which one is the heaviest; -1: none has any load */
	double load; /* of it */
	double rest; /* all else that the CPUs of SAs do, receiving included */
	size_t cpus; /* that SAs are placed on */
};

/* All zero is the beginning. */
struct heavy {
	bool is;	   /* a CPU is kept for: */
	int64_t sa;	   /* this one */
	double load;	   /* as last seen */
	bool turning;	   /* what is seen is otherwise than what is, by */
	int64_t to;	   /* this SA (-1: there is none any more), */
	uint64_t since_ns; /* since then */
};

/*
 * Takes in what a round saw; whether `is` or `sa` changed. An SA is heavy that takes half of a CPU
 * or more, and more than each of the other CPUs has to do if they share all else: with a CPU for
 * itself it is the bound, and not they. It stays so down to a quarter, and while they have no more
 * than half as much again. A successor of it, as after a rekey, is taken for it as soon as it has
 * been heavy for as long as any.
 */
bool heavy_tick(struct heavy *heavy, const struct heavy_seen *seen, uint64_t now_ns);

/*
 * Takes strays and IKE from @kept, the CPU of a heavy SA, unless it was asked that they be there
 * (@strays_asked, @ike_asked) or no other of @cpus is left for them. SAs may still be placed there
 * by these roles: the heavy one is.
 */
void heavy_roles(const cpu_set_t *cpus, int kept, bool strays_asked, bool ike_asked,
		 struct cpu_roles *roles);

#endif
