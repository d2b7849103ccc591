// SPDX-License-Identifier: GPL-2.0-only
// Reads counters and clocks, and makes loads of them.
#include "sas/loads.h"

#include <math.h>
#include <stdlib.h>

/* Frames that a full ring lost would have cost too; how many times more may be made of it. */
#define PRESSURE_MOST 8.0
#define SEARCH_NS     10000000000ull

enum { AHEAD = 8, LINE_BYTES = 64 };

_Static_assert(sizeof(struct sas_load_sa) == LINE_BYTES, "one cache line");

/* Zeros, which take no memory before they are written. */
static bool make_sas(struct sas_loads *l, __u32 n)
{
	l->memory = calloc((size_t)n + 1, LINE_BYTES);
	l->sa = (void *)(((uintptr_t)l->memory + LINE_BYTES - 1) & ~(uintptr_t)(LINE_BYTES - 1));
	return l->memory;
}

struct sas_loads *sas_loads_new(struct sas *sas)
{
	struct sas_loads *l = calloc(1, sizeof(*l));
	struct cost start = cost_start();

	if (!l)
		return NULL;
	l->sas = sas;
	l->idle = calloc(maps_slots(&sas->maps), sizeof(*l->idle));
	l->asleep = calloc((maps_slots(&sas->maps) + 63) / 64, sizeof(*l->asleep));
	if (!make_sas(l, maps_slots(&sas->maps)) || !l->idle || !l->asleep) {
		free(l->memory);
		free(l->idle);
		free(l->asleep);
		free(l);
		return NULL;
	}
	cost_init(&l->fit, &start);
	l->cost = start;
	ring_clocks_init(&l->clocks, sas->maps.host->cpumap_id[RING_SA]);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		l->cpu[cpu].pressure = 1;
	return l;
}

void sas_loads_free(struct sas_loads *l)
{
	if (!l)
		return;
	ring_clocks_close(&l->clocks);
	free(l->memory);
	free(l->idle);
	free(l->asleep);
	free(l);
}

static struct sas_load_sa *sa_of(const struct sas_loads *l, __u32 slot)
{
	return &l->sa[l->sas->maps.warm[slot].cold];
}

void sas_loads_fetch(const struct sas_loads *l, __u32 i)
{
	const struct slots *known = &l->sas->known;
	__u32 soon;

	if (i + 2 * AHEAD < known->count)
		__builtin_prefetch(&l->sas->maps.warm[known->slot[i + 2 * AHEAD]]);
	if (i + AHEAD >= known->count)
		return;
	soon = known->slot[i + AHEAD];
	__builtin_prefetch(sa_of(l, soon), 1);
	__builtin_prefetch(table_cold(&l->sas->table, soon));
	__builtin_prefetch(&l->sas->maps.table[soon / SA_BUCKET_SLOTS]);
}

double sas_loads_of(const struct sas_loads *l, __u32 slot, double *doubt)
{
	const struct sas_load_sa *sa = sa_of(l, slot);
	double load = NAN;

	if (load_sa_is_about(sa, table_cold(&l->sas->table, slot)))
		load = load_share(&sa->rate, &l->cost);
	if (doubt)
		*doubt = load * load_doubt(&sa->rate);
	return load;
}

/* What is known of a new SA: what was of the one that it replaced, if that was here before it. */
static struct load_rate known_of(const struct sas_loads *l, __u32 slot)
{
	int before = heirs_before(&l->sas->heirs, slot);
	const struct sa_cold *cold;
	const struct sas_load_sa *sa;

	if (before < 0 || !table_word(&l->sas->table, (__u32)before))
		return (struct load_rate){0};
	sa = sa_of(l, (__u32)before);
	cold = table_cold(&l->sas->table, (__u32)before);
	if (!load_sa_is_about(sa, cold) ||
	    cold->placed_ns >= table_cold(&l->sas->table, slot)->placed_ns)
		return (struct load_rate){0};
	return load_heir(&sa->rate);
}

/* What the SA's counters grew by is its load now, and its CPU's. A move may lie in between. */
static void take_grown(struct sas_loads *l, struct sas_load_sa *sa, __u64 word,
		       const struct load_grown grown[2], double seconds)
{
	__u32 own = l->sas->maps.rings[sa_word_own(word)].cpu;
	double packets = 0, bytes = 0;

	for (int second = 0; second < 2; second++) {
		/* Before the move began it was where we saw it last. */
		bool before = sa_word_flags(word) & SA_PAIR && !second;
		struct sas_load_cpu *cpu = &l->cpu[before ? sa->cpu : own];

		cpu->packets += grown[second].packets;
		cpu->bytes += grown[second].bytes;
		packets += grown[second].packets * cpu->pressure;
		bytes += grown[second].bytes * cpu->pressure;
	}
	sa->cpu = (__u16)own;
	load_add(&sa->rate, packets, bytes, seconds);
}

static void look_at_sa(struct sas_loads *l, __u32 slot, double seconds)
{
	const struct sa_cold *cold = table_cold(&l->sas->table, slot);
	__u64 word = table_word(&l->sas->table, slot);
	struct sas_load_sa *sa = sa_of(l, slot);
	struct load_grown grown[2];

	if (sa_word_flags(word) & SA_HANDS_OFF) {
		load_sa_off(sa, cold);
	} else if (load_sa_is_about(sa, cold) && sa->cpu != SAS_LOAD_OFF) {
		load_sa_look(sa, &l->sas->maps, slot, word, l->sas->counted_elsewhere, grown);
		take_grown(l, sa, word, grown, seconds);
	} else {
		load_sa_begin(sa, &l->sas->maps, slot, word);
		sa->rate = known_of(l, slot);
	}
}

static void look_at_idle(struct sas_loads *l, __u32 slot)
{
	if (l->idle[slot] == (__u32)maps_counted(&l->sas->maps, slot).packets)
		return;
	l->asleep[slot / 64] &= ~(1ull << slot % 64);
	slots_wake(&l->sas->known, slot);
}

/* SAs that were idle, and for which something came. In the order in which they lie in memory. */
static void wake(struct sas_loads *l)
{
	for (__u32 word = 0; word < (maps_slots(&l->sas->maps) + 63) / 64; word++)
		for (__u64 rest = l->asleep[word]; rest; rest &= rest - 1)
			look_at_idle(l, word * 64 + (__u32)__builtin_ctzll(rest));
}

static void fall_idle(struct sas_loads *l, __u32 slot)
{
	const struct sas_load_sa *sa = sa_of(l, slot);

	l->idle[slot] = sa->packets[0] + sa->packets[1];
	l->asleep[slot / 64] |= 1ull << slot % 64;
	slots_rest(&l->sas->known, slot);
}

/* The time since the last look that a CPU spent on what we steer, as a share of it. */
static double network_time(struct sas_loads *l, __u32 cpu, double seconds)
{
	const struct cpus_busy *busy = &l->busy[cpu];
	double run;

	/* A thread that cannot be seen: what it does is part of what the kernel does. */
	if (CPU_ISSET(cpu, &l->unseen))
		return busy->kernel / 1000.0;

	/*
	 * Softirqs that a ring's thread runs on its way are part of its time on some kernels, and
	 * not on others (IRQ_TIME_ACCOUNTING); all that the kernel did is the bound in either case.
	 */
	run = (double)ring_clocks_since(&l->clocks, cpu, &l->cpu[cpu].run_ns) / 1e9 / seconds;
	return fmin(fmin(run + busy->softirq / 1000.0, fmax(busy->kernel / 1000.0, run)), 1);
}

static size_t sample(struct sas_loads *l, struct cost_sample samples[CPU_SETSIZE], double seconds)
{
	size_t n = 0;

	for (__u32 cpu = 0; cpu < l->sas->maps.host->cpus && cpu < CPU_SETSIZE; cpu++) {
		const struct sas_load_cpu *c = &l->cpu[cpu];
		double busy = network_time(l, cpu, seconds);

		if (c->packets > 0 || c->received > 0)
			samples[n++] = (struct cost_sample){
				.seconds = seconds,
				.packets = c->packets,
				.bytes = c->bytes,
				.received = c->received,
				.busy = busy,
			};
	}
	return n;
}

/* What a CPU does beside its SAs; programs of low priority give way, and count for nothing. */
static void look_at_rest(struct sas_loads *l, double seconds)
{
	for (__u32 cpu = 0; cpu < l->sas->maps.host->cpus && cpu < CPU_SETSIZE; cpu++) {
		struct sas_load_cpu *c = &l->cpu[cpu];
		double ours = l->cost.packet * c->packets + l->cost.byte * c->bytes;
		double busy = (l->busy[cpu].busy - l->busy[cpu].nice) / 1000.0;

		c->other = load_other_add(&c->smoothed, busy - ours / seconds, seconds);
		c->receiving = l->cost.receive * c->received / seconds;
		c->sas = 0;
	}
}

/* The rings' own counters. Whether any SA's frame came since the last look. */
static bool look_at_rings(struct sas_loads *l)
{
	const struct maps *maps = &l->sas->maps;
	bool came = false;

	for (__u32 cpu = 0; cpu < maps->host->cpus && cpu < CPU_SETSIZE; cpu++) {
		struct sas_load_cpu *c = &l->cpu[cpu];
		const struct ring_state *ring =
			&maps->ring_states[ring_place(RING_SA, cpu, maps->host->cpus)];
		double runs = load_since(&c->runs, SHARED(ring->runs));
		double drops = load_since(&c->drops, SHARED(ring->drops));

		c->pressure = fmin(1 + drops / fmax(runs, 1), PRESSURE_MOST);
		c->received = load_since(&c->enqueued, SHARED(maps->cpu_states[cpu].received));
		c->packets = c->bytes = 0;
		came |= runs > 0;
	}
	return came;
}

/* The CPUs with a ring of SAs whose thread was not found. */
static void note_unseen(struct sas_loads *l)
{
	const struct host *host = l->sas->maps.host;

	CPU_ZERO(&l->unseen);
	for (__u32 i = 1; i < host->rings; i++) {
		const struct ring *ring = &l->sas->maps.rings[i];

		if (ring->kind == RING_SA && ring->cpu < CPU_SETSIZE && l->clocks.fd[ring->cpu] < 0)
			CPU_SET(ring->cpu, &l->unseen);
	}
}

/* Threads come with rings; one that is missing is searched for now and then. */
static void find_threads(struct sas_loads *l, __u64 now_ns)
{
	const struct host *host = l->sas->maps.host;

	note_unseen(l);
	if (!CPU_COUNT(&l->unseen) ||
	    (l->rings == host->rings && now_ns < l->searched_ns + SEARCH_NS))
		return;
	ring_clocks_find(&l->clocks);
	note_unseen(l);
	l->rings = host->rings;
	l->searched_ns = now_ns;
}

__u32 sas_loads_millionths(double load)
{
	return load >= 0 ? (__u32)fmin(load * LOAD_ONE + 0.5, LOAD_UNKNOWN - 1) : LOAD_UNKNOWN;
}

static void publish(struct sa_cold *cold, __u32 load)
{
	if (cold->load != load)
		SHARED(cold->load) = load;
}

/*
 * The loads at the costs of now: to the SAs' entries, and to their CPUs. The last of the list takes
 * the place of one that goes.
 */
static void sum_up(struct sas_loads *l)
{
	const struct slots *slots = &l->sas->known;
	__u32 known = slots->count - slots->busy, i = 0;
	double sum = 0;

	l->quiet = true;
	while (i < slots->busy) {
		__u32 slot = slots->slot[i];
		const struct sas_load_sa *sa = sa_of(l, slot);
		double load = sas_loads_of(l, slot, NULL);

		sas_loads_fetch(l, i);
		publish(table_cold(&l->sas->table, slot), sas_loads_millionths(load));
		if (load == 0) {
			known++;
			fall_idle(l, slot);
			continue;
		}
		i++;
		l->quiet &= sa->cpu == SAS_LOAD_OFF;
		if (!(load > 0))
			continue;
		known++;
		sum += load;
		l->cpu[sa->cpu].sas += load;
	}
	l->mean = known ? sum / known : 0;
}

void sas_loads_sample(struct sas_loads *l, __u64 now_ns)
{
	double seconds = (double)(now_ns - l->then_ns) / 1e9;
	struct cost_sample samples[CPU_SETSIZE];
	const struct slots *known = &l->sas->known;
	bool first = !l->then_ns, all = look_at_rings(l);

	all |= first || l->sas->counted_elsewhere || !l->quiet || known->changes != l->changes;
	l->changes = known->changes;
	find_threads(l, now_ns);
	if (cpus_times_read("/proc/stat", &l->now))
		l->now = l->then;
	cpus_busy(&l->then, &l->now, l->busy);
	l->then = l->now;
	l->then_ns = now_ns;
	if (all)
		wake(l);
	for (__u32 i = 0; all && i < known->busy; i++) {
		sas_loads_fetch(l, i);
		look_at_sa(l, known->slot[i], first ? 0 : seconds);
	}
	if (first)
		return;
	cost_add(&l->fit, samples, sample(l, samples, seconds));
	l->cost = cost_now(&l->fit);
	look_at_rest(l, seconds);
	if (all)
		sum_up(l);
}

double sas_loads_all(const struct sas_loads *loads)
{
	double load = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		load += loads->cpu[cpu].sas;
	return load;
}

void sas_loads_receiving(const struct sas_loads *loads, uint16_t busy[CPU_SETSIZE])
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		busy[cpu] = loads->busy[cpu].softirq;
}
