// SPDX-License-Identifier: GPL-2.0-only
// The BPF programs: steer on each interface, a ring program on the cpumaps of SAs and strays, and
// the count of what full rings lose.
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
int espalier_ring_sa(struct xdp_md *ctx)
{
	return ring(ctx, RING_SA);
}

SEC_RING
int espalier_ring_stray(struct xdp_md *ctx)
{
	return ring(ctx, RING_STRAY);
}

/* A full ring drops in silence; only this tracepoint (include/trace/events/xdp.h) tells. */
SEC("tp_btf/xdp_cpumap_enqueue")
int BPF_PROG(espalier_drops, int map_id, unsigned int processed, unsigned int dropped, int to_cpu)
{
	const struct host *h = element(host, 0);
	struct ring_state *state;

	if (likely(!dropped) || !h)
		return 0;
#pragma clang loop unroll(full)
	for (int kind = 0; kind < RING_KINDS; kind++) {
		if (h->cpumap_id[kind] != (__u32)map_id)
			continue;
		state = element(ring_states, ring_place(kind, to_cpu, constants.cpus));
		if (state)
			__sync_fetch_and_add(&state->drops, dropped);
	}
	return 0;
}
