// SPDX-License-Identifier: GPL-2.0-only
// The BPF programs: steer on each interface, one for each ring and one that all rings share, the
// count of what is put on rings and what full ones lose, and the flow dissector.
#include "bpf/add.h"
#include "bpf/dissect.h"
#include "bpf/steer.h"
#include "bpf/ring.h"
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

SEC("xdp")
int espalier_steer(struct xdp_md *ctx)
{
	return steer(ctx);
}

/* bench/steer runs the ring programs as plain XDP programs: test runs know no others. */
#ifdef RING_AS_XDP
#define SEC_RING SEC("xdp")
#else
#define SEC_RING SEC("xdp/cpumap")
#endif

SEC_RING
int espalier_ring(struct xdp_md *ctx)
{
	return ring(ctx);
}

SEC_RING
int espalier_ring_any(struct xdp_md *ctx)
{
	return any_frame(ctx);
}

/* Which cpumap of ours has this id; RING_KINDS: none. */
static __always_inline __u32 kind_of(const struct host *h, int map_id)
{
#pragma clang loop unroll(full)
	for (__u32 kind = 0; kind < RING_KINDS; kind++)
		if (h->cpumap_id[kind] == (__u32)map_id)
			return kind;
	return RING_KINDS;
}

/*
 * Runs on the CPU that puts frames on a ring, once for several: what it received is counted here,
 * and what a full ring lost, which nothing else tells (include/trace/events/xdp.h). Not by tp_btf:
 * not every kernel has BTF. What was dropped is among what was processed (kernel/bpf/cpumap.c,
 * bq_flush_to_queue()).
 */
SEC("raw_tp/xdp_cpumap_enqueue")
int BPF_PROG(espalier_enqueued, int map_id, unsigned int processed, unsigned int dropped,
	     int to_cpu)
{
	const struct host *h = element(host, 0);
	__u32 kind = h ? kind_of(h, map_id) : RING_KINDS;
	struct cpu_state *cpu = element(cpu_states, bpf_get_smp_processor_id());
	struct ring_state *state;

	if (kind == RING_KINDS)
		return 0;
	if (cpu)
		cpu->received += processed;
	if (likely(!dropped))
		return 0;
	state = element(ring_states, ring_place(kind, to_cpu, constants.cpus));
	if (state)
		add(&state->drops, dropped);
	return 0;
}

SEC("flow_dissector")
int espalier_dissect(struct __sk_buff *skb)
{
	return dissect(skb);
}
