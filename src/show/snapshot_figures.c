// SPDX-License-Identifier: GPL-2.0-only
// Figures that follow from a snapshot: weights, shares, imbalance, sums.
#include <math.h>
#include "show/snapshot_impl.h"

double snapshot_weight(const struct snapshot *s, double load, uint64_t packets)
{
	if (!s->measured)
		return (double)packets;
	return load >= 0 ? load : 0;
}

double snapshot_share(const struct snapshot *s, double load, uint64_t packets)
{
	double sum = 0;

	for (size_t i = 0; i < s->cpus; i++)
		sum += snapshot_weight(s, s->cpu[i].load, s->cpu[i].total.packets);
	return sum > 0 ? snapshot_weight(s, load, packets) / sum : NAN;
}

double snapshot_imbalance(const struct snapshot *s)
{
	double max = 0, sum = 0;

	for (size_t i = 0; i < s->cpus; i++) {
		double weight = snapshot_weight(s, s->cpu[i].load, s->cpu[i].total.packets);

		max = fmax(max, weight);
		sum += weight;
	}
	return sum > 0 ? max * (double)s->cpus / sum : NAN;
}

uint64_t snapshot_drops(const struct snapshot *s)
{
	return s->drops[RING_SA] + s->drops[RING_STRAY] + s->drops[RING_IKE];
}

static bool uses_backlogs(const struct snapshot *s)
{
	for (size_t i = 0; i < s->interfaces; i++)
		if (method_has(s->interface[i].method, METHOD_BACKLOG))
			return true;
	return false;
}

/* Of a CPU that went offline the kernel tells no more, so the sum may fall. */
static uint64_t lost_by_backlogs(const struct snapshot *s, const struct report *report, uint64_t now)
{
	uint64_t seen = LOAD(report->backlog_seen), lost = LOAD(report->backlog_lost);

	if (!LOAD(report->backlog_noted) || !uses_backlogs(s) || now < seen)
		return lost;
	return lost + now - seen;
}

void snapshot_kernel(struct snapshot *s, const struct maps *maps,
		     const struct snapshot_kernel *counted, uint64_t now_ns)
{
	struct mark now;

	s->refused = counted->refused;
	s->backlog_lost = lost_by_backlogs(s, maps->report, counted->backlog_lost);
	snapshot_mark(s, now_ns, &now);
	lately_see(&s->lately, &maps->report->lately, &now);
}

void snapshot_mark(const struct snapshot *s, uint64_t now_ns, struct mark *mark)
{
	*mark = (struct mark){
		.time_ns = now_ns,
		.known = s->taken.packets + s->by_class[CLASS_HANDS_OFF].packets,
		.strays = s->by_class[CLASS_STRAY].packets,
		.refused = s->refused,
		.moves = s->moves.done,
		.lost =
			{
				[LOSS_SA_RING] = s->drops[RING_SA],
				[LOSS_STRAY_RING] = s->drops[RING_STRAY],
				[LOSS_IKE_RING] = s->drops[RING_IKE],
				[LOSS_STRAY_LIMIT] = s->by_class[CLASS_LIMITED].packets,
				[LOSS_BACKLOG] = s->backlog_lost,
			},
	};
}
