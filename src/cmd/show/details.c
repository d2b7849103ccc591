// SPDX-License-Identifier: GPL-2.0-only
// How steering goes: drops, moves, rounds, costs, settings, the table, the daemon.
#include "cmd/show/details.h"

#include <math.h>
#include <stdio.h>
#include "nic/cpulist.h"
#include "view/human.h"

static void say_drops(struct out *out, const struct snapshot *s)
{
	char sa[HUMAN_LEN], stray[HUMAN_LEN], ike[HUMAN_LEN], limited[HUMAN_LEN], backlog[HUMAN_LEN];

	human_count(sa, s->drops[RING_SA]);
	human_count(stray, s->drops[RING_STRAY]);
	human_count(ike, s->drops[RING_IKE]);
	human_count(limited, s->by_class[CLASS_LIMITED].packets);
	human_count(backlog, s->backlog_lost);
	if (s->drops_unknown)
		out_say(out, "Drops: what full rings lost is unknown; backlogs lost %s packets, the stray "
			     "limit %s strays.", backlog, limited);
	else
		out_say(out, "Drops: full rings lost %s packets of SAs, %s strays and %s of IKE, backlogs "
			     "%s packets; the stray limit %s strays.", sa, stray, ike, backlog, limited);
}

static void say_moves(struct out *out, const struct snapshot *s)
{
	const struct snapshot_moves *m = &s->moves;
	char times[96] = "", pending[64] = "", done[32] = "";

	if (!s->report_blank)
		snprintf(done, sizeof(done), "%llu done, ", (unsigned long long)m->done);
	if (isfinite(m->median_ms))
		snprintf(times, sizeof(times), "; the last ones took %.0f ms, at most %.0f ms",
			 m->median_ms, m->worst_ms);
	if (m->pending)
		snprintf(pending, sizeof(pending), ", the longest for %.0f ms",
			 (double)m->oldest_ns / 1e6);
	out_say(out, "Moves: %s%u under way%s%s.", done, m->pending, pending, times);
}

static void say_round(struct out *out, const struct snapshot *s)
{
	const struct snapshot_round *r = &s->round;
	char heaviest[80] = "";

	if (r->heaviest)
		snprintf(heaviest, sizeof(heaviest), "; the heaviest SA, 0x%08x, takes %.1f%%",
			 r->heaviest, 100 * r->heaviest_load);
	out_say(out,
		"Rounds: %llu, every %u ms. The last began %u moves, %u of them away from CPUs no "
		"longer used. The busiest CPU had %.1f%% to do, other work included, then %.1f%%; "
		"the mean is %.1f%%%s.",
		(unsigned long long)r->count, r->interval_ms, r->moves, r->drained, 100 * r->before,
		100 * r->after, 100 * r->fair, heaviest);
	out_say(out, "Costs: %.0f ns a packet, %.3f ns a byte, %.0f ns to receive a packet.",
		r->packet_ns, r->byte_ns, r->receive_ns);
}

static void say_settings(struct out *out, const struct snapshot *s)
{
	char strays[CPULIST_LEN], ike[32] = "no CPU", limit[64] = "no stray limit";

	cpulist_format(&s->stray_cpus, strays, sizeof(strays));
	if (s->ike_cpu >= 0)
		snprintf(ike, sizeof(ike), "CPU %d", s->ike_cpu);
	if (s->stray_limit)
		snprintf(limit, sizeof(limit), "%llu strays a second let through",
			 (unsigned long long)s->stray_limit);
	out_say(out, "Settings: rings of %u frames, nice %d, strays on CPU %s, IKE on %s, %s.",
		s->ring_frames, s->threads_seen ? s->nice_seen : s->nice_wanted, *strays ? strays : "-", ike, limit);
}

static void say_state(struct out *out, const struct snapshot *s)
{
	char no_place[48] = "";

	if (!s->report_blank)
		snprintf(no_place, sizeof(no_place), "; %llu found no place",
			 (unsigned long long)s->table_full);
	out_say(out, "Table: %zu SAs in %u places, made for %u%s.", s->used, s->slots, s->max_sas,
		no_place);
	if (s->heartbeat_age_ns == UINT64_MAX)
		out_say(out, "Daemon: none has begun to work.");
	else
		out_say(out, "Daemon: %s, last at work %.1f s ago.", s->alive ? "alive" : "gone",
			(double)s->heartbeat_age_ns / 1e9);
}

void show_details(struct out *out, const struct snapshot *s)
{
	out_gap(out);
	say_drops(out, s);
	say_moves(out, s);
	if (s->measured)
		say_round(out, s);
	say_settings(out, s);
	say_state(out, s);
}
