// SPDX-License-Identifier: GPL-2.0-only
// Samples which stage of a packet's way each CPU is in, and counts what NAPI takes from devices.
// Changes nothing; loaded while `gain --measure` measures.
#include "core/env.h"
#include "core/stages.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stage_ranges);
} ranges SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stage_counts);
} counts SEC(".maps");

/*
 * The walk is kept in a map: what the verifier knows of it, it tells apart at each frame, and three
 * flags that it knows are more than it goes through.
 */
struct stack {
	__u64 at[STAGE_FRAMES];
	struct stage_walk walk;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack);
} stack SEC(".maps");

/* A function of its own for the verifier: it looks at it once, and not for each frame. */
__attribute__((noinline)) int mark_of(__u64 address)
{
	const struct stage_ranges *known;
	__u32 zero = 0;

	known = bpf_map_lookup_elem(&ranges, &zero);
	return known ? stage_mark_of(known, address) : MARK_NONE;
}

static __always_inline enum stage stage_of(struct stack *s, long bytes)
{
	enum stage stage;

	s->walk = (struct stage_walk){};
	for (int i = 0; i < STAGE_FRAMES; i++) {
		if (i * (long)sizeof(s->at[0]) >= bytes)
			break;
		if (stage_step(&s->walk, mark_of(s->at[i]), &stage))
			return stage;
	}
	return stage_end(&s->walk, !bpf_get_current_pid_tgid());
}

SEC("perf_event")
int espalier_stages_sample(void *ctx)
{
	__u64 began = bpf_ktime_get_ns();
	struct stage_counts *c;
	struct stack *s;
	__u32 zero = 0, stage;

	s = bpf_map_lookup_elem(&stack, &zero);
	c = bpf_map_lookup_elem(&counts, &zero);
	if (!s || !c)
		return 0;
	stage = stage_of(s, bpf_get_stack(ctx, s->at, sizeof(s->at), 0));
	/* The compiler knows that it is, and would not ask; the verifier does not. */
	barrier_var(stage);
	if (stage < STAGES)
		c->samples[stage]++;
	c->own_ns += bpf_ktime_get_ns() - began;
	return 0;
}

/*
 * Where a struct napi_struct has its poll(). Found by user space and set before loading: what
 * leaves that to libbpf cannot be loaded by a kernel without BTF, in none of its parts.
 */
const volatile __u32 poll_offset = 0;

/* After each poll. Those that hand packets on inside the kernel are no receiving. */
SEC("raw_tp/napi_poll")
int espalier_stages_polled(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 began = bpf_ktime_get_ns(), poll = 0;
	int work = (int)ctx->args[1];
	struct stage_counts *c;
	__u32 zero = 0;

	c = bpf_map_lookup_elem(&counts, &zero);
	if (!c)
		return 0;
	bpf_probe_read_kernel(&poll, sizeof(poll), (void *)(ctx->args[0] + poll_offset));
	if (work > 0 && mark_of(poll) == MARK_NONE)
		c->polled += work;
	c->own_ns += bpf_ktime_get_ns() - began;
	return 0;
}
