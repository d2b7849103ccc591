// SPDX-License-Identifier: GPL-2.0-only
// The last round and the moves, in words.
#include <math.h>
#include "cmd/show/heavy.h"
#include "cmd/show/round.h"

#define HEAVY	    0.5 /* of a CPU: an SA below bounds nobody yet */
#define UNEVEN	    1.2 /* an imbalance above is to be explained */
#define OTHER_TELLS 0.1 /* of a CPU: other work below explains nothing */

static const struct {
	const char *word, *sentence;
} whys[ROUND_WHYS] = {
	[ROUND_QUIET] = {"quiet", "the SAs are no load to speak of"},
	[ROUND_EVEN] = {"even", "the load is so even that no move is worth its while"},
	[ROUND_MOVED] = {"moved", "moves were begun"},
	[ROUND_MORE] = {"more", "moves were begun, and more are to follow"},
	[ROUND_STUCK] = {"stuck", "the load is uneven, but no move would gain more than it costs"},
	[ROUND_BOUND] = {"bound", "one SA is the largest load by itself, and sits alone"},
	[ROUND_GAPS] = {"gaps",
			"the load is uneven, but the method in use moves an SA in a gap of its "
			"traffic, so that its packets stay in order, and busy ones had none"},
	[ROUND_NIC] = {"nic", "the method in use decides where SAs go, and none is moved singly"},
};

/*
 * Placing evens out all that CPUs do, the imbalance is of SAs alone: the CPU whose other work makes
 * the two differ; NULL: none does.
 */
static const struct snapshot_cpu *busy_elsewhere(const struct snapshot *s)
{
	const struct snapshot_cpu *most = NULL, *heaviest = NULL;

	for (size_t i = 0; i < s->cpus; i++) {
		if (s->cpu[i].other >= OTHER_TELLS && (!most || s->cpu[i].other > most->other))
			most = &s->cpu[i];
		if (!heaviest || s->cpu[i].load > heaviest->load)
			heaviest = &s->cpu[i];
	}
	return s->imbalance > UNEVEN && most != heaviest ? most : NULL;
}

bool show_round_why(const struct snapshot *s, char *buf, size_t size)
{
	const struct snapshot_cpu *busy = busy_elsewhere(s);
	enum round_why why = s->round.why;
	int n;

	if (!s->measured || !whys[why].sentence)
		return false;
	n = snprintf(buf, size, "%s", whys[why].sentence);
	if (busy && (why == ROUND_QUIET || why == ROUND_EVEN || why == ROUND_STUCK))
		snprintf(buf + n, size - (size_t)n,
			 "; CPU %u is %.0f%% busy with other work, which counts too", busy->cpu,
			 100 * busy->other);
	return true;
}

void show_round_warn(struct out *out, const struct snapshot *s)
{
	const struct snapshot_round *r = &s->round;

	if (!s->measured || r->why != ROUND_BOUND || !(r->heaviest_load >= HEAVY))
		return;
	out_warn(out,
		 "SA 0x%08x takes %.0f%% of a CPU that it has for itself: it is the bound, and no "
		 "placement can do better. Per-CPU SAs (RFC 9611), or several tunnels instead of "
		 "one, would split it",
		 r->heaviest, 100 * r->heaviest_load);
}

void show_moves(struct out *out, const struct snapshot *s)
{
	const struct snapshot_moves *m = &s->moves;

	out_object(out, "moves");
	out_number(out, "pending", m->pending);
	out_real(out, "longest_pending_ms", m->pending ? (double)m->oldest_ns / 1e6 : NAN, 0);
	if (s->report_blank)
		out_null(out, "done");
	else
		out_count(out, "done", m->done);
	out_real(out, "median_ms", m->median_ms, 0);
	out_real(out, "worst_ms", m->worst_ms, 0);
	out_up(out);
}

static void print_heaviest(struct out *out, const struct snapshot_round *r)
{
	if (r->heaviest)
		out_spi(out, "heaviest", r->heaviest);
	else
		out_null(out, "heaviest");
	out_real(out, "heaviest_load", r->heaviest ? r->heaviest_load : NAN, 3);
}

static void print_rounds(struct out *out, const struct snapshot *s)
{
	const struct snapshot_round *r = &s->round;

	out_object(out, "rounds");
	out_number(out, "interval_ms", r->interval_ms);
	out_count(out, "made", r->count);
	out_string(out, "last", whys[r->why].word);
	out_number(out, "moved", r->moves);
	out_number(out, "drained", r->drained);
	out_real(out, "most", r->before, 3);
	out_real(out, "most_after", r->after, 3);
	out_real(out, "fair", r->fair, 3);
	print_heaviest(out, r);
	out_up(out);
	out_object(out, "costs");
	out_real(out, "packet_ns", r->packet_ns, 0);
	out_real(out, "byte_ns", r->byte_ns, 3);
	out_real(out, "receive_ns", r->receive_ns, 0);
	out_up(out);
}

void show_round(struct out *out, const struct snapshot *s)
{
	if (s->measured) {
		print_rounds(out, s);
	} else {
		out_null(out, "rounds");
		out_null(out, "costs");
	}
	show_heavy(out, s);
}
