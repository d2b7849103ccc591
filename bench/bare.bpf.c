// SPDX-License-Identifier: GPL-2.0-only
// The least that a pair of programs can do: every frame to one ring, and from there up the stack.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

const volatile __u32 bare_cpu = 0;

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} bare_cpus SEC(".maps");

SEC("xdp.frags")
int bare_steer(struct xdp_md *ctx)
{
	return bpf_redirect_map(&bare_cpus, bare_cpu, XDP_PASS);
}

SEC("xdp.frags/cpumap")
int bare_ring(struct xdp_md *ctx)
{
	return XDP_PASS;
}
