// SPDX-License-Identifier: GPL-2.0-only
// A snapshot as a whole: the host and its interfaces.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "show/snapshot_impl.h"

static int take_interfaces(struct snapshot_taking *t, snapshot_counts_fn counts)
{
	struct snapshot *s = t->snapshot;

	s->interface = calloc(HOST_INTERFACES, sizeof(*s->interface));
	if (!s->interface)
		return -ENOMEM;
	for (unsigned int i = 0; i < HOST_INTERFACES; i++) {
		const struct host_interface *from = &t->maps->host->interface[i];
		struct snapshot_interface *to = &s->interface[s->interfaces];
		struct interface_counts sum;
		int err = counts(t->maps, i, &sum);

		if (err)
			return err;
		/* What an interface counted stays the host's when it is no longer steered. */
		for (int which = 0; which < CLASSES; which++)
			snapshot_add(&s->by_class[which], &sum.by_class[which]);
		to->ifindex = LOAD(from->ifindex);
		if (!to->ifindex)
			continue;
		memcpy(to->method_name, from->method, sizeof(from->method));
		to->method = method_find(to->method_name);
		to->rules = LOAD(t->maps->report->interface[i].rules);
		to->without_rule = LOAD(t->maps->report->interface[i].without_rule);
		to->unseen = LOAD(t->maps->report->interface[i].unseen);
		memcpy(to->name, from->name, sizeof(from->name));
		to->place = i;
		to->other = sum.by_class[CLASS_OTHER];
		to->beyond = sum.by_class[CLASS_BEYOND];
		s->interfaces++;
	}
	return 0;
}

/* The table of SAs tells where they are, unless no interface goes by it. */
static void see_who_tells(struct snapshot_taking *t)
{
	const struct snapshot *s = t->snapshot;
	bool seen = false;

	for (size_t i = 0; i < s->interfaces; i++) {
		if (method_has(s->interface[i].method, METHOD_PLACES))
			return;
		seen |= method_has(s->interface[i].method, METHOD_SEES);
	}
	if (s->interfaces)
		t->cpus_told = seen ? TOLD_IF_SEEN : TOLD_BY_NOBODY;
}

static int nice_of(__u32 value)
{
	return (int)(value < 39 ? value : 39) - 20;
}

static void take_host(struct snapshot_taking *t, __u64 now_ns)
{
	const struct host *host = t->maps->host;
	struct snapshot *s = t->snapshot;
	__u64 heartbeat = LOAD(host->heartbeat_ns);
	__u32 bits = LOAD(host->shape.bits), ike = LOAD(host->ike_ring);
	__u32 nice_seen = LOAD(t->maps->report->nice_seen);

	s->heartbeat_age_ns = !heartbeat ? UINT64_MAX : now_ns > heartbeat ? now_ns - heartbeat : 0;
	s->alive = LOAD(host->attended) && s->heartbeat_age_ns <= HEARTBEAT_OLD_NS;
	s->nice_wanted = nice_of(LOAD(host->nice_value));
	s->nice_seen = nice_of(nice_seen);
	s->threads_seen = nice_seen != NICE_UNKNOWN;
	s->ring_frames = LOAD(host->ring_frames);
	s->max_sas = LOAD(host->max_sas);
	s->slots = (unsigned int)SA_BUCKET_SLOTS << (bits < 24 ? bits : 24);
	s->table_full = LOAD(t->maps->report->table_full);
	s->lost = LOAD(t->maps->report->lost);
	s->stray_limit = LOAD(host->stray_limit);
	if (s->stray_limit > INT64_MAX)
		s->stray_limit = INT64_MAX; /* nonsense, but JSON must hold it */
	s->ike_cpu = ike < SA_RINGS ? t->cpu[ike] : -1;
	for (int i = 0; i < STRAY_TABLE_SIZE; i++) {
		__u16 ring = LOAD(host->stray_ring[s->alive ? STRAYS_CONFINED : STRAYS_SPREAD][i]);

		if (ring < SA_RINGS && t->cpu[ring] >= 0)
			CPU_SET((size_t)t->cpu[ring], &s->stray_cpus);
	}
}

static int take_all_but_sas(struct snapshot_taking *t, snapshot_counts_fn counts)
{
	struct snapshot *s = t->snapshot;
	struct mark now;
	int err;

	memset(s, 0, sizeof(*s));
	s->report_blank = t->maps->report_blank;
	snapshot_take_round(s, t->maps->report, t->now_ns);
	snapshot_take_heavy(s, t->maps->report);
	err = snapshot_take_rings(t);
	if (err)
		return err;
	take_host(t, t->now_ns);
	err = take_interfaces(t, counts);
	if (err)
		return err;
	see_who_tells(t);
	snapshot_mark(s, t->now_ns, &now);
	lately_see(&s->lately, &t->maps->report->lately, &now);
	return 0;
}

static int take(struct snapshot *snapshot, const struct maps *maps, snapshot_counts_fn counts,
		uint64_t now_ns, bool with_sas)
{
	struct snapshot_taking taking = {.maps = maps, .snapshot = snapshot, .now_ns = now_ns};
	int err = take_all_but_sas(&taking, counts);

	if (!err && with_sas)
		err = snapshot_take_sas(&taking);
	if (err) {
		snapshot_free(snapshot);
		return err;
	}
	snapshot_keep_cpus(snapshot);
	snapshot->imbalance =
		taking.cpus_told == TOLD_BY_NOBODY ? NAN : snapshot_imbalance(snapshot);
	return 0;
}

int snapshot_take(struct snapshot *snapshot, const struct maps *maps, snapshot_counts_fn counts,
		  uint64_t now_ns)
{
	return take(snapshot, maps, counts, now_ns, true);
}

int snapshot_take_host(struct snapshot *snapshot, const struct maps *maps,
		       snapshot_counts_fn counts, uint64_t now_ns)
{
	return take(snapshot, maps, counts, now_ns, false);
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->interface);
	free(snapshot->cpu);
	free(snapshot->sa);
	memset(snapshot, 0, sizeof(*snapshot));
}
