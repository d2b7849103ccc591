/* SPDX-License-Identifier: GPL-2.0-only */
/* The made-up traces of bench/balance: what each SA really costs in each step of a tenth second. */
#ifndef BENCH_BALANCE_TRACE_H
#define BENCH_BALANCE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEP_S 0.1
enum { STEPS_WARM_UP = 100, STEPS_MEASURED = 600, SAS_A_PEER = 16 };

struct trace_sa {
	bool here, arrived; /* arrived: in this step */
	uint32_t spi, peer; /* a remote gateway has SAS_A_PEER SAs */
	double load;	    /* what it really costs in this step, as a share of a CPU */
	double noise;	    /* what is seen in this step is this times that */
	/* What the trace makes its load of. */
	double weight, next_weight;
	unsigned int until, span; /* steps */
	bool on;
};

struct trace {
	const struct trace_kind *kind;
	size_t n, cpus;
	unsigned int step;
	uint64_t random;
	uint32_t last_spi, last_peer;
	double scale; /* from weights to loads */
	double *weights;
	struct trace_sa *sa;
};

struct trace_kind {
	const char *name;
	bool dynamic;
	double zipf; /* weights are rank^-zipf */
	void (*start)(struct trace *trace, struct trace_sa *sa);
	void (*step)(struct trace *trace);
};

enum { TRACE_KINDS = 9 };
extern const struct trace_kind trace_kinds[TRACE_KINDS];

/* A trace that is the same for the same arguments. NULL: no memory. */
struct trace *trace_new(const struct trace_kind *kind, size_t sas, size_t cpus, uint64_t seed);
void trace_free(struct trace *trace);

/* The next step; in the first all SAs arrive. */
void trace_step(struct trace *trace);

#endif
