/* SPDX-License-Identifier: GPL-2.0-only */
/* Which SA the next packet is of, and its numbers. In user space and in BPF. */
#ifndef LAB_CHOICE_H
#define LAB_CHOICE_H

#include "frame.h"
#include "trace/zipf.h"

enum lab_rates { LAB_EQUAL, LAB_WEIGHTED, LAB_FLOOD };
enum lab_encap { LAB_PLAIN, LAB_UDP, LAB_MIX };

/* The same for all packets of a run. */
struct lab_run {
	__u32 rates;
	__u32 encap;
	__u32 sas;
	__u32 senders;
	__u32 source; /* the low 32 bits of the first source address */
	__u32 pairs;
	__u32 first_sequence;
	__u32 swap;	 /* every Nth group of an SA's packets is sent backwards; 0: none */
	__u32 swap_size; /* packets of such a group */
	__u32 duplicate; /* every Nth packet of an SA has the number of the one before; 0: none */
	__u32 rising;	 /* packets of each made-up SPI */
	__u32 seed;
	__u32 run;
};

struct lab_sender {
	__u64 position; /* packets begun so far */
	__u64 random;	/* never 0 */
	__u32 turn;
	__u32 number; /* of this sender: 0 up to run->senders */
};

/* xorshift64*, Marsaglia 2003 and Vigna 2016: the high half is the good one. */
static __always_inline __u32 lab_random(struct lab_sender *s)
{
	__u64 x = s->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	s->random = x;
	return (x * 0x2545f4914f6cdd1dULL) >> 32;
}

/* A bijection of 31 bits that looks random (steps of MurmurHash3's finalizer, modulo 2^31). */
static __always_inline __u32 lab_scatter(__u32 x)
{
	x &= 0x7fffffff;
	x ^= x >> 16;
	x = x * 0x85ebca6bU & 0x7fffffff;
	x ^= x >> 13;
	x = x * 0xc2b2ae35U & 0x7fffffff;
	return x ^ x >> 16;
}

/* The next SA in turn. */
static __always_inline __u32 lab_next_sa(const struct lab_run *run, struct lab_sender *s)
{
	__u32 sa = s->turn;

	s->turn = sa + 1 < run->sas ? sa + 1 : 0;
	return sa;
}

/* Draws a cell; the caller then looks it up. */
static __always_inline __u32 lab_draw_cell(const struct lab_run *run, struct lab_sender *s)
{
	return ((__u64)lab_random(s) * run->sas) >> 32;
}

static __always_inline __u32 lab_variant(const struct lab_run *run, __u32 sa)
{
	return run->encap == LAB_MIX ? sa & 1 : run->encap == LAB_UDP;
}

/* With every second SA in UDP, both kinds come from each source. */
static __always_inline __u32 lab_source(const struct lab_run *run, __u32 sa)
{
	return run->source + (run->encap == LAB_MIX ? sa >> 1 : sa) % run->pairs;
}

/* The values of the next packet of a flood; its SPIs have the top bit set. */
static __always_inline void lab_flood(const struct lab_run *run, struct lab_sender *s,
				      struct lab_values *v)
{
	__u32 group = s->position / run->rising;
	__u32 spi = lab_scatter(run->seed + group * run->senders + s->number);

	v->counter = s->position % run->rising;
	v->spi = spi | 0x80000000U;
	v->sequence = run->first_sequence + v->counter;
}

/* Puts packets in the wrong order or doubles them, as the run wants it. */
static __always_inline __u64 lab_spoil(const struct lab_run *run, __u64 n)
{
	__u64 group;

	if (run->swap) {
		group = n / run->swap_size;
		if (group % run->swap == run->swap - 1)
			return group * run->swap_size + (group + 1) * run->swap_size - 1 - n;
	}
	if (run->duplicate && n % run->duplicate == run->duplicate - 1)
		return n - 1;
	return n;
}

/* The numbers of the next packet of an SA; count is that of this SA and sender. */
static __always_inline void lab_numbers(const struct lab_run *run, const struct lab_sender *s,
					__u64 *count, struct lab_values *v)
{
	__u64 n = lab_spoil(run, (*count)++);

	v->counter = n;
	v->sequence = run->first_sequence + n * run->senders + s->number;
}

#endif
