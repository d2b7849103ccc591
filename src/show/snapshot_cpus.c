// SPDX-License-Identifier: GPL-2.0-only
// The rings of a snapshot, and the CPUs that they are on.
#include <errno.h>
#include <stdlib.h>
#include "show/snapshot_impl.h"

size_t snapshot_row(struct snapshot *s, unsigned int cpu)
{
	size_t i = 0;

	while (i < s->cpus && s->cpu[i].cpu != cpu)
		i++;
	if (i == s->cpus)
		s->cpu[s->cpus++] = (struct snapshot_cpu){.cpu = cpu, .load = NAN, .other = NAN};
	return i;
}

/* The loads of a CPU, as the last round found them. */
static void take_load(struct snapshot_taking *t, struct snapshot_cpu *cpu)
{
	const struct report_cpu *state = &t->maps->report->cpu[cpu->cpu];

	if (!t->snapshot->measured)
		return;
	cpu->load = snapshot_load(LOAD(state->load));
	cpu->other = snapshot_load(LOAD(state->other));
}

/* What the ring of SAs of a CPU took. */
static void take_sa_ring(struct snapshot_taking *t, __u32 number, const struct ring_state *state,
			 struct snapshot_cpu *cpu)
{
	const struct maps *maps = t->maps;
	struct count taken = {LOAD(state->runs) + LOAD(state->besides.packets),
			      LOAD(state->bytes) + LOAD(state->besides.bytes)};

	snapshot_add(&t->snapshot->taken, &taken);
	cpu->taken = taken;
	cpu->received = LOAD(maps->cpu_states[cpu->cpu].received);
	cpu->placing |= LOAD(maps->host->sa_cpu[number]) != 0;
	take_load(t, cpu);
}

/* The CPU of a ring; -1: there is no such ring. */
static int take_ring(struct snapshot_taking *t, __u32 number, __u32 cpus)
{
	struct ring ring = {LOAD(t->maps->rings[number].kind), LOAD(t->maps->rings[number].cpu)};
	struct snapshot *s = t->snapshot;
	const struct ring_state *state;
	struct snapshot_cpu *cpu;
	__u64 drops;

	if (ring.kind >= RING_KINDS || ring.cpu >= cpus || ring.cpu >= CPU_SETSIZE)
		return -1;
	/* Not maps_ring_state(), which trusts what stands in the map. */
	state = &t->maps->ring_states[ring_place(ring.kind, ring.cpu, cpus)];
	drops = LOAD(state->drops);
	cpu = &s->cpu[snapshot_row(s, ring.cpu)];
	s->drops[ring.kind] += drops;
	if (ring.kind == RING_SA) {
		cpu->drops += drops;
		take_sa_ring(t, number, state, cpu);
	}
	return (int)ring.cpu;
}

int snapshot_take_rings(struct snapshot_taking *t)
{
	const struct host *host = t->maps->host;
	struct snapshot *s = t->snapshot;
	__u32 rings = LOAD(host->rings), cpus = LOAD(host->cpus);

	s->drops_unknown = LOAD(host->drops_unknown) != 0;
	s->cpu = calloc(SA_RINGS, sizeof(*s->cpu));
	if (!s->cpu)
		return -ENOMEM;
	t->cpu[0] = -1;
	for (__u32 i = 1; i < SA_RINGS; i++)
		t->cpu[i] = i < rings ? take_ring(t, i, cpus) : -1;
	return 0;
}

static int by_cpu(const void *a, const void *b)
{
	const struct snapshot_cpu *x = a, *y = b;

	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

void snapshot_keep_cpus(struct snapshot *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->cpus; i++)
		if (s->cpu[i].placing || s->cpu[i].sas)
			s->cpu[kept++] = s->cpu[i];
	s->cpus = kept;
	qsort(s->cpu, s->cpus, sizeof(*s->cpu), by_cpu);
}
