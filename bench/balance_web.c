// SPDX-License-Identifier: GPL-2.0-only
// A trace from published distributions: how large the files are that a user fetches, and how long
// until the next one.
#include <math.h>
#include "balance_trace.h"

/*
 * SURGE: P. Barford and M. Crovella, "Generating Representative Web Workloads for Network and
 * Server Performance Evaluation", ACM SIGMETRICS 1998: the sizes of files are lognormal, and of
 * seven in a hundred a Pareto tail; the time of a user between files is Pareto too.
 */
static const double BODY_MU = 9.357, BODY_SIGMA = 1.318; /* of the logarithm of bytes */
static const double TAIL = 0.07, TAIL_LEAST = 133000, TAIL_ALPHA = 1.1;
static const double IDLE_LEAST = 1, IDLE_ALPHA = 1.5; /* seconds */

/* Ours: what a user's line carries, in bytes a second; and for how long all this has gone on. */
static const double LINE = 1.25e6, PAST = 60;

static double pareto(struct trace *trace, double least, double alpha)
{
	return least * pow(1 - trace_real(trace), -1 / alpha);
}

static double lognormal(struct trace *trace, double mu, double sigma)
{
	double radius = sqrt(-2 * log1p(-trace_real(trace)));

	return exp(mu + sigma * radius * cos(2 * M_PI * trace_real(trace)));
}

static void next_file(struct trace *trace, struct web_user *user)
{
	double size = trace_real(trace) < TAIL ? pareto(trace, TAIL_LEAST, TAIL_ALPHA)
					       : lognormal(trace, BODY_MU, BODY_SIGMA);

	user->from = user->to + pareto(trace, IDLE_LEAST, IDLE_ALPHA);
	user->to = user->from + size / LINE;
}

/* For how much of the step that begins at @now the user's line is busy. */
static double busy(struct trace *trace, struct web_user *user, double now)
{
	double sum = 0;

	for (;;) {
		double from = fmax(user->from, now), to = fmin(user->to, now + STEP_S);

		sum += fmax(to - from, 0);
		if (user->to > now + STEP_S)
			return sum / STEP_S;
		next_file(trace, user);
	}
}

static double users_load(struct trace *trace, struct trace_sa *sa, double now)
{
	struct web_user *user = trace->user + (size_t)(sa - trace->sa) * WEB_USERS;
	int users = (int)ceil(sa->weight * WEB_USERS);
	double load = 0;

	for (int u = 0; u < users; u++)
		load += busy(trace, &user[u], now);
	return load;
}

void web_start(struct trace *trace, struct trace_sa *sa)
{
	struct web_user *user = trace->user + (size_t)(sa - trace->sa) * WEB_USERS;

	for (int u = 0; u < WEB_USERS; u++)
		user[u].from = user[u].to = -PAST;
	sa->load = users_load(trace, sa, 0);
}

void web_step(struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];

		sa->load = users_load(trace, sa, trace->step * STEP_S) * trace->scale;
	}
}
