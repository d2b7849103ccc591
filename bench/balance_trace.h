/* SPDX-License-Identifier: GPL-2.0-only */
/* The made-up traces of bench/balance: what each SA really costs in each step of a tenth second. */
#ifndef BENCH_BALANCE_TRACE_H
#define BENCH_BALANCE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEP_S 0.1
enum { STEPS_WARM_UP = 100, STEPS_MEASURED = 600, SAS_A_PEER = 16 };

/* Of the trace "web": when a user's transfer begins and ends, in seconds. */
struct web_user {
	double from, to;
};

enum { WEB_USERS = 256 }; /* the most behind an SA */

struct trace_sa {
	bool here, arrived; /* arrived: in this step */
	bool rekeyed;	    /* it arrived in the stead of the one that was here, and is as heavy */
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
	struct web_user *user; /* of the trace "web" */
	unsigned int flash;    /* of the trace "day": the step in which the next one comes */
};

struct trace_kind {
	const char *name;
	bool dynamic;
	double zipf; /* weights are rank^-zipf */
	void (*start)(struct trace *trace, struct trace_sa *sa);
	void (*step)(struct trace *trace);
};

enum { TRACE_ZIPF = 2, TRACE_ONOFF = 5, TRACE_RAMP = 7, TRACE_KINDS = 12 };
extern const struct trace_kind trace_kinds[TRACE_KINDS];

/* For rounds' times alone: of 100 SAs one carries anything. */
extern const struct trace_kind trace_sparse;

/* A trace that is the same for the same arguments. NULL: no memory. */
struct trace *trace_new(const struct trace_kind *kind, size_t sas, size_t cpus, uint64_t seed);
void trace_free(struct trace *trace);

/* The next step; in the first all SAs arrive. */
void trace_step(struct trace *trace);

/* What traces are made of: 0 to 1; and exponentially distributed steps, at least one. */
double trace_real(struct trace *trace);
unsigned int trace_exponential(struct trace *trace, unsigned int mean);

/* What the CPUs carry in the mean: half of what they can. */
#define TRACE_LOAD 0.5

/* balance_web.c: users who fetch files. The SA's weight says how many there are behind it. */
void web_start(struct trace *trace, struct trace_sa *sa);
void web_step(struct trace *trace);

/* balance_day.c: a day's rise and fall, and flash crowds. */
void day_step(struct trace *trace);

#endif
