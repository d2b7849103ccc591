// SPDX-License-Identifier: GPL-2.0-only
// The solver of RSS++: a greedy pass, repeated with slacks that are searched for.
#include "rsspp.h"

#include <math.h>
#include <string.h>

static const float TOLERANCE = 0.01F;

/* How far a donor may be drained beyond its excess (over), a receiver filled beyond its need. */
struct slack {
	float over, under;
};

struct pass {
	struct rsspp_problem *p;
	struct slack slack;
	float excess[RSSPP_CORES], need[RSSPP_CORES]; /* what is left of them */
	bool donor_out[RSSPP_CORES], receiver_out[RSSPP_CORES];
	bool tried[RSSPP_BUCKETS];
};

static int largest(const float *value, const bool *out, int n)
{
	int best = -1;

	for (int i = 0; i < n; i++)
		if (!out[i] && (best < 0 || value[i] > value[best]))
			best = i;
	return best;
}

static int largest_bucket(const struct pass *pass, int donor)
{
	const struct rsspp_bucket *bucket = pass->p->bucket;
	int best = -1;

	for (int i = 0; i < pass->p->buckets; i++)
		if (bucket[i].donor == donor && !pass->tried[i] &&
		    (best < 0 || bucket[i].load > bucket[best].load))
			best = i;
	return best;
}

/*
 * The receiver with the largest need takes the bucket, or nobody can: whoever comes after it needs
 * less.
 */
static void offer(struct pass *pass, struct rsspp_bucket *bucket)
{
	int to = largest(pass->need, pass->receiver_out, pass->p->receivers);

	if (!(bucket->load < pass->need[to] + pass->slack.under))
		return;
	bucket->receiver = to;
	pass->need[to] -= bucket->load;
	pass->excess[bucket->donor] -= bucket->load;
	pass->receiver_out[to] = !(pass->need[to] > TOLERANCE);
}

static void greedy(struct pass *pass)
{
	struct rsspp_problem *p = pass->p;
	int donor, bucket;

	for (int i = 0; i < p->buckets; i++)
		p->bucket[i].receiver = -1;
	while ((donor = largest(pass->excess, pass->donor_out, p->donors)) >= 0 &&
	       largest(pass->need, pass->receiver_out, p->receivers) >= 0) {
		bucket = largest_bucket(pass, donor);
		if (bucket >= 0) {
			pass->tried[bucket] = true;
			offer(pass, &p->bucket[bucket]);
		}
		pass->donor_out[donor] = !(pass->excess[donor] > -pass->slack.over) ||
					 largest_bucket(pass, donor) < 0;
	}
}

/* One run. The sum of the squared residuals; *left: the sums of their absolute values. */
static float run(struct rsspp_problem *p, struct slack slack, struct slack *left)
{
	struct pass pass = {.p = p, .slack = slack};
	float sq = 0;

	memcpy(pass.excess, p->excess, (size_t)p->donors * sizeof(float));
	memcpy(pass.need, p->need, (size_t)p->receivers * sizeof(float));
	greedy(&pass);
	*left = (struct slack){0, 0};
	for (int i = 0; i < p->donors; i++) {
		sq += pass.excess[i] * pass.excess[i];
		left->over += fabsf(pass.excess[i]);
	}
	for (int i = 0; i < p->receivers; i++) {
		sq += pass.need[i] * pass.need[i];
		left->under += fabsf(pass.need[i]);
	}
	return sq;
}

struct search {
	int phase;
	struct slack slack, bottom, top;
	float m;
};

static struct slack between(const struct search *s)
{
	return (struct slack){
		s->bottom.over + (s->top.over - s->bottom.over) * s->m,
		s->bottom.under + (s->top.under - s->bottom.under) * s->m,
	};
}

/* The slacks are too large: they become the top, and go down. */
static void go_down(struct search *s)
{
	s->top = s->slack;
	s->m = 0.5F;
	s->phase = 2;
}

static void widen(struct search *s, bool better)
{
	float factor = better ? 1.5F : 0.5F;

	if (!better)
		go_down(s);
	s->slack.over *= factor;
	s->slack.under *= factor;
}

/* The slacks of the next run. Whether there is one. */
static bool search_next(struct search *s, bool better)
{
	if (s->phase == 1) {
		widen(s, better);
		return true;
	}
	if (better && s->phase == 2)
		s->m /= 2;
	else if (better)
		s->m = (1 + s->m) / 2;
	else if (s->phase == 3)
		go_down(s);
	else {
		s->bottom = s->slack;
		s->m = 0.5F;
		s->phase = 3;
	}
	s->slack = between(s);
	return s->m >= 0.01F && s->m <= 0.99F;
}

/*
 * The published code repeats the ninth run as its tenth: there it goes back to the best slacks, but
 * takes for the best those that it had last.
 */
void rsspp_solve(struct rsspp_problem *p)
{
	struct search s = {
		.slack = {-TOLERANCE, -TOLERANCE},
		.bottom = {-TOLERANCE, -TOLERANCE},
	};
	struct slack left, used;
	bool more = true;

	for (p->runs = 0; more && p->runs < RSSPP_RUNS;) {
		float sq = run(p, p->runs == RSSPP_RUNS - 1 ? used : s.slack, &left);

		p->sq[p->runs++] = sq;
		if (sq < TOLERANCE)
			return;
		used = s.slack;
		if (p->runs == 1) {
			s.slack = left;
			s.phase = 1;
		} else
			more = search_next(&s, sq <= p->sq[p->runs - 2]);
	}
}
