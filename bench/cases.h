/* SPDX-License-Identifier: GPL-2.0-only */
/* The cases of bench/steer: which program, which frames, what it should cost. */
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include <stddef.h>
#include "packet.h"

enum cases_program {
	RUN_EMPTY,
	RUN_STEER,
	RUN_RING,
	RUN_HASHMAP,
	RUN_KFUNC,
	RUN_NO_DISSECT, /* the flow dissector, asked for something else than a hash */
	RUN_DISSECT,
};

struct bench_case {
	const char *name;
	double goal; /* ns above the empty program, 0: none */
	enum cases_program program;
	enum packet_kind packet;
	__u32 first;  /* bench_spi() of this is the SPI, or the first of */
	__u32 sas;    /* so many at random, if not 0 */
	__u32 expect; /* XDP_..., or what a flow dissector answers */
	const char *about;
};

/*
 * The first ones are empty: a program with one frame and with random SPIs, and a flow dissector that
 * leaves all to the kernel.
 */
enum { CASES_EMPTY = 3 };
extern const struct bench_case cases[];
extern const unsigned int cases_count;

enum { CASES_MAX = 24, CASES_MILLION = 1000000, CASES_KNOWN = 100000, CASES_PEER = 10000 };

/* The empty one that a case is compared with. */
unsigned int cases_empty_of(const struct bench_case *c);

/* The best of several runs, in ns; 0: this kernel cannot run the case. */
struct bench_result {
	double ns;
};

/*
 * Sets everything up in namespaces of our own, on one CPU, and runs all cases @rounds times in
 * turn; those of a million SAs after the others, with a table for as many. @results has cases_count elements. 0, or a negative errno and in @why what failed.
 */
int cases_run(unsigned int rounds, struct bench_result *results, char *why, size_t size);

#endif
