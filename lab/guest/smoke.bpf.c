// SPDX-License-Identifier: GPL-2.0-only
/* Sends every frame through a cpumap to CPU 1 and counts by tracepoint what came out there. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} processed SEC(".maps");

SEC("xdp")
int redirect_all(struct xdp_md *ctx)
{
	return bpf_redirect_map(&cpus, 1, XDP_DROP);
}

SEC("tp_btf/xdp_cpumap_kthread")
int BPF_PROG(count_processed, int map_id, unsigned int done)
{
	const __u32 zero = 0;
	__u64 *total = bpf_map_lookup_elem(&processed, &zero);

	if (total)
		__sync_fetch_and_add(total, done);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
