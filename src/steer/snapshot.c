// SPDX-License-Identifier: GPL-2.0-only
/* What `show` prints, read from the maps alone while others write them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "steer/snapshot_impl.h"

/* While a snapshot is taken: the CPU of each ring, by ring number. */
struct taking {
	const struct maps *maps;
	struct snapshot *snapshot;
	__u64 now_ns;
	int cpu[SA_RINGS]; /* -1: no such ring */
	size_t room;	   /* in snapshot->sa */
	enum { TOLD_BY_TABLE, TOLD_IF_SEEN, TOLD_BY_NOBODY } cpus_told;
};

static const char *const state_names[] = {
	[SA_VALID] = "valid",		[SA_LARVAL] = "larval",
	[SA_STATE_LEARNED] = "learned", [SA_STATE_HANDS_OFF] = "hands_off",
	[SA_MOVING] = "moving",
};

static const char *const source_names[] = {
	[SA_KERNEL] = "kernel",
	[SA_FILE] = "file",
	[SA_LEARNED] = "learned",
};

const char *snapshot_mode(const struct snapshot_interface *interface)
{
	return interface->method ? interface->method->mode[interface->generic] : NULL;
}

const char *sa_state_name(enum sa_state state)
{
	return state_names[state];
}

const char *sa_source_name(enum sa_source source)
{
	return source_names[source];
}

const char *sa_fixed_name(enum sa_fixed fixed)
{
	static const char *const names[] = {
		[SA_FIXED_BY_HAND] = "hand",
		[SA_FIXED_BY_FILE] = "file",
	};

	return fixed == SA_NOT_FIXED ? NULL : names[fixed];
}

static void add_count(struct count *sum, const struct count *more)
{
	sum->packets += more->packets;
	sum->bytes += more->bytes;
}

static int row_of(struct snapshot *s, unsigned int cpu)
{
	size_t i = 0;

	while (i < s->cpus && s->cpu[i].cpu != cpu)
		i++;
	if (i == s->cpus)
		s->cpu[s->cpus++] = (struct snapshot_cpu){.cpu = cpu, .load = NAN, .other = NAN};
	return (int)i;
}

/* The loads of a CPU, as the last round found them. */
static void take_load(struct taking *t, struct snapshot_cpu *cpu)
{
	const struct report_cpu *state = &t->maps->report->cpu[cpu->cpu];

	if (!t->snapshot->measured)
		return;
	cpu->load = snapshot_load(LOAD(state->load));
	cpu->other = snapshot_load(LOAD(state->other));
}

/* Rings, and a row for the CPU of each; rows that nothing uses go in the end. */
static int take_rings(struct taking *t)
{
	const struct host *host = t->maps->host;
	struct snapshot *s = t->snapshot;
	__u32 rings = LOAD(host->rings), cpus = LOAD(host->cpus);

	s->drops_unknown = LOAD(host->drops_unknown) != 0;
	s->cpu = calloc(SA_RINGS, sizeof(*s->cpu));
	if (!s->cpu)
		return -ENOMEM;
	t->cpu[0] = -1;
	for (__u32 i = 1; i < SA_RINGS; i++) {
		struct ring ring = {LOAD(t->maps->rings[i].kind), LOAD(t->maps->rings[i].cpu)};
		const struct ring_state *state;
		struct count taken;
		__u64 drops;
		int row;

		t->cpu[i] = -1;
		if (i >= rings || ring.kind >= RING_KINDS || ring.cpu >= cpus ||
		    ring.cpu >= CPU_SETSIZE)
			continue;
		/* Not maps_ring_state(), which trusts what stands in the map. */
		state = &t->maps->ring_states[ring_place(ring.kind, ring.cpu, cpus)];
		drops = LOAD(state->drops);
		t->cpu[i] = (int)ring.cpu;
		row = row_of(s, ring.cpu);
		s->drops[ring.kind] += drops;
		if (ring.kind != RING_SA)
			continue;
		s->cpu[row].drops += drops;
		taken = (struct count){LOAD(state->runs), LOAD(state->bytes)};
		add_count(&s->taken, &taken);
		s->cpu[row].taken = taken;
		s->cpu[row].received = LOAD(t->maps->cpu_states[ring.cpu].received);
		s->cpu[row].placing |= LOAD(host->sa_cpu[i]) != 0;
		take_load(t, &s->cpu[row]);
	}
	return 0;
}

/* Larval and learned SAs are what their flags say, unless something weightier is to be told. */
static enum sa_state state_of(__u64 word, __u8 flags)
{
	if (sa_word_to(word) != sa_word_own(word))
		return SA_MOVING;
	if (sa_word_flags(word) & SA_HANDS_OFF)
		return SA_STATE_HANDS_OFF;
	if (flags & COLD_LEARNED)
		return SA_STATE_LEARNED;
	return flags & COLD_LARVAL ? SA_LARVAL : SA_VALID;
}

static void take_cold(struct snapshot_sa *sa, const struct sa_cold *cold, __u64 word)
{
	__u8 flags = LOAD(cold->flags);
	__u32 pcpu = LOAD(cold->pcpu);

	for (int i = 0; i < 4; i++) {
		sa->src[i] = LOAD(cold->src[i]);
		sa->dst[i] = LOAD(cold->dst[i]);
	}
	sa->family = LOAD(cold->family);
	sa->protocol = LOAD(cold->protocol);
	sa->udp = flags & COLD_UDP;
	sa->state = state_of(word, flags);
	sa->source = flags & COLD_LEARNED ? SA_LEARNED : flags & COLD_FILE ? SA_FILE : SA_KERNEL;
	sa->pcpu = pcpu >= CPU_SETSIZE ? -1 : (int)pcpu;
	sa->replay_window = LOAD(cold->replay_window);
	sa->reqid = LOAD(cold->reqid);
	sa->if_id = LOAD(cold->if_id);
	sa->moves = LOAD(cold->moves);
	sa->references = LOAD(cold->references);
	sa->load = snapshot_load(LOAD(cold->load));
	if (LOAD(cold->hand) != NO_CPU)
		sa->fixed = SA_FIXED_BY_HAND;
	else if (LOAD(cold->file) != NO_CPU)
		sa->fixed = SA_FIXED_BY_FILE;
}

/* Since when a move is under way: its record tells, if it is about this slot. */
static void take_move(struct taking *t, __u32 slot, struct snapshot_sa *sa)
{
	struct snapshot_moves *moves = &t->snapshot->moves;
	__u32 index = LOAD(t->maps->warm[slot].record);
	const struct move_record *record;
	__u64 started;

	moves->pending++;
	sa->waiting_ns = 0;
	if (index >= t->maps->host->moves)
		return;
	record = &t->maps->records[index];
	started = LOAD(record->started_ns);
	if (LOAD(record->slot) != slot || !started || started > t->now_ns)
		return;
	sa->waiting_ns = (int64_t)(t->now_ns - started);
	if (t->now_ns - started > moves->oldest_ns)
		moves->oldest_ns = t->now_ns - started;
}

static void take_warm(struct snapshot_sa *sa, const struct sa_warm *warm)
{
	for (int i = 0; i < 2; i++) {
		sa->total.packets += LOAD(warm->pair[i].packets);
		sa->total.bytes += LOAD(warm->pair[i].bytes);
	}
}

/* The SA of a slot; false if there is none, or it went while we looked. */
static bool take_slot(struct taking *t, __u32 slot, struct snapshot_sa *sa)
{
	const __u64 *place = &t->maps->table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS];
	const struct sa_warm *warm = &t->maps->warm[slot];
	__u64 word = sa_load(place);
	__u32 cold = LOAD(warm->cold);

	if (!word || cold >= t->snapshot->slots)
		return false;
	*sa = (struct snapshot_sa){.spi = sa_word_spi(word), .cpu = -1, .waiting_ns = -1};
	if (!(sa_word_flags(word) & SA_HANDS_OFF))
		sa->cpu = t->cpu[sa_word_own(word)];
	if (t->cpus_told == TOLD_BY_NOBODY ||
	    (t->cpus_told == TOLD_IF_SEEN && !(LOAD(t->maps->cold[cold].flags) & COLD_SEEN)))
		sa->cpu = -1;
	take_warm(sa, warm);
	take_cold(sa, &t->maps->cold[cold], word);
	return sa_word_key(sa_load(place)) == sa_word_key(word);
}

static struct snapshot_sa *next_sa(struct taking *t)
{
	struct snapshot *s = t->snapshot;

	if (s->sas == t->room) {
		size_t room = t->room ? 2 * t->room : 64;
		struct snapshot_sa *sa = reallocarray(s->sa, room, sizeof(*sa));

		if (!sa)
			return NULL;
		s->sa = sa;
		t->room = room;
	}
	return &s->sa[s->sas];
}

static int take_sas(struct taking *t)
{
	struct snapshot *s = t->snapshot;

	for (__u32 slot = 0; slot < s->slots; slot++) {
		struct snapshot_sa *sa = next_sa(t);
		struct snapshot_cpu *cpu;

		if (!sa)
			return -ENOMEM;
		if (!take_slot(t, slot, sa))
			continue;
		s->used = ++s->sas;
		if (sa->state == SA_MOVING)
			take_move(t, slot, sa);
		if (!s->measured)
			sa->load = NAN;
		if (sa->cpu < 0)
			continue;
		cpu = &s->cpu[row_of(s, (unsigned int)sa->cpu)];
		cpu->sas++;
		add_count(&cpu->total, &sa->total);
	}
	return 0;
}

static int by_cpu(const void *a, const void *b)
{
	const struct snapshot_cpu *x = a, *y = b;

	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

/* Keeps the CPUs that SAs may be placed on, or that have some. */
static void keep_used_cpus(struct snapshot *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->cpus; i++)
		if (s->cpu[i].placing || s->cpu[i].sas)
			s->cpu[kept++] = s->cpu[i];
	s->cpus = kept;
	qsort(s->cpu, s->cpus, sizeof(*s->cpu), by_cpu);
}

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

static double imbalance(const struct snapshot *s)
{
	double max = 0, sum = 0;

	for (size_t i = 0; i < s->cpus; i++) {
		double weight = snapshot_weight(s, s->cpu[i].load, s->cpu[i].total.packets);

		max = fmax(max, weight);
		sum += weight;
	}
	return sum > 0 ? max * (double)s->cpus / sum : NAN;
}

static int take_interfaces(struct taking *t, snapshot_counts_fn counts)
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
			add_count(&s->by_class[which], &sum.by_class[which]);
		to->ifindex = LOAD(from->ifindex);
		if (!to->ifindex)
			continue;
		to->generic = LOAD(from->generic) != 0;
		memcpy(to->method_name, from->method, sizeof(from->method));
		to->method = method_find(to->method_name);
		to->rules = LOAD(t->maps->report->interface[i].rules);
		to->without_rule = LOAD(t->maps->report->interface[i].without_rule);
		memcpy(to->name, from->name, sizeof(from->name));
		to->other = sum.by_class[CLASS_OTHER];
		s->interfaces++;
	}
	return 0;
}

/* The table of SAs tells where they are, unless no interface goes by it. */
static void see_who_tells(struct taking *t)
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

static void take_host(struct taking *t, __u64 now_ns)
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

void snapshot_mark(const struct snapshot *s, uint64_t now_ns, struct mark *mark)
{
	*mark = (struct mark){
		.time_ns = now_ns,
		.known = s->taken.packets + s->by_class[CLASS_HANDS_OFF].packets,
		.strays = s->by_class[CLASS_STRAY].packets,
		.lost =
			{
				[LOSS_SA_RING] = s->drops[RING_SA],
				[LOSS_STRAY_RING] = s->drops[RING_STRAY],
				[LOSS_IKE_RING] = s->drops[RING_IKE],
				[LOSS_STRAY_LIMIT] = s->by_class[CLASS_LIMITED].packets,
			},
	};
}

static int take_all_but_sas(struct taking *t, snapshot_counts_fn counts)
{
	struct snapshot *s = t->snapshot;
	struct mark now;
	int err;

	memset(s, 0, sizeof(*s));
	s->report_blank = t->maps->report_blank;
	snapshot_take_round(s, t->maps->report, t->now_ns);
	err = take_rings(t);
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
	struct taking taking = {.maps = maps, .snapshot = snapshot, .now_ns = now_ns};
	int err = take_all_but_sas(&taking, counts);

	if (!err && with_sas)
		err = take_sas(&taking);
	if (err) {
		snapshot_free(snapshot);
		return err;
	}
	keep_used_cpus(snapshot);
	snapshot->imbalance = taking.cpus_told == TOLD_BY_NOBODY ? NAN : imbalance(snapshot);
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

uint64_t snapshot_drops(const struct snapshot *s)
{
	return s->drops[RING_SA] + s->drops[RING_STRAY] + s->drops[RING_IKE];
}

int snapshot_by_name(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;
	int order = (int)x->family - (int)y->family;

	if (!order)
		order = memcmp(x->dst, y->dst, sizeof(x->dst));
	if (!order)
		order = x->spi < y->spi ? -1 : x->spi > y->spi;
	return order ? order : (int)x->protocol - (int)y->protocol;
}

int snapshot_by_weight(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;
	double p = x->load >= 0 ? x->load : 0, q = y->load >= 0 ? y->load : 0;

	if (p != q)
		return p > q ? -1 : 1;
	return snapshot_by_packets(a, b);
}

int snapshot_by_packets(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;

	if (x->total.packets != y->total.packets)
		return x->total.packets > y->total.packets ? -1 : 1;
	return snapshot_by_name(a, b);
}

int snapshot_by_cpu(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;

	return x->cpu != y->cpu ? x->cpu - y->cpu : snapshot_by_name(a, b);
}

int snapshot_by_spi(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;

	if (x->spi != y->spi)
		return x->spi < y->spi ? -1 : 1;
	return snapshot_by_name(a, b);
}

int snapshot_by_source(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;
	int order = (int)x->family - (int)y->family;

	if (!order)
		order = memcmp(x->src, y->src, sizeof(x->src));
	return order ? order : snapshot_by_name(a, b);
}

void snapshot_sort(struct snapshot *snapshot, snapshot_order *order)
{
	if (snapshot->sas)
		qsort(snapshot->sa, snapshot->sas, sizeof(*snapshot->sa), order);
}
