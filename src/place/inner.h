/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Are the inner flows of a heavy SA to be spread over other CPUs, by RPS on the interface that they
 * come out of? What comes after decryption then costs its CPU nothing but an interrupt. Pure.
 */
#ifndef PLACE_INNER_H
#define PLACE_INNER_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Where it is not measured: the part of the work on an SA's packet that comes after decryption. In
 * emulation 15 to 25% of it could be taken elsewhere.
 */
#define INNER_PART 0.2

/*
 * What taking it elsewhere costs a packet on the SA's CPU: hashing the inner flow, a queue, its
 * share of an interrupt. An estimate.
 */
#define INNER_COST_NS 300.0

#define INNER_GAIN 0.05 /* of its CPU must be gained */

#define INNER_TAKEN_MOST 4.0 /* as much of an SA's work may be gone as four times what is left */

#define INNER_BUSY 0.6 /* load of the SA's CPU, all that it does, from which on it is worth while \
			*/
#define INNER_IDLE   0.3 /* and below which it is no longer, with what is gone elsewhere */
#define INNER_ON_NS  3000000000ull
#define INNER_OFF_NS 10000000000ull

/* Loads are shares of a CPU. */
struct inner_seen {
	double sa;	    /* of the heavy SA */
	double cpu;	    /* of its CPU, with all that it does */
	double others;	    /* mean of the CPUs that would take the inner flows */
	unsigned int count; /* of them */
	double packet_ns;   /* what a packet of an SA costs its CPU, as fitted */
	/* What comes after decryption, as measured: of a packet, and the part of the SA's CPU that
	 * it takes; NAN: it cannot be measured here. */
	double after_ns, after;
};

/* All zero is the beginning. */
struct inner {
	bool on;
	double taken; /* what other CPUs do of the SA's work since then, in terms of what is left */
	bool turning; /* it should be otherwise, since: */
	uint64_t since_ns;
};

/* Takes in what is now (NULL: no SA is heavy); whether `on` changed. */
bool inner_tick(struct inner *inner, const struct inner_seen *seen, uint64_t now_ns);

/* The CPUs of @wanted that are left when those that are not online, and @sas, the SA's own, are
 * out. */
void inner_cpus(const cpu_set_t *wanted, const cpu_set_t *online, int sas, cpu_set_t *left);

#endif
