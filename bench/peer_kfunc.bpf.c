// SPDX-License-Identifier: GPL-2.0-only
// The steering program's work for a known SA over IPv4, with the kernel's own lookup (Linux 6.8).
// An object of its own, because older kernels refuse it.
#include "core/env.h"
#include "core/parse.h"

char _license[] SEC("license") = "GPL";

#define CPUS 1 /* only CPU 0 is redirected to: test runs end there */

/* The kernel's struct; only what is here is passed to it (net/xfrm/xfrm_state_bpf.c). */
struct bpf_xfrm_state_opts {
	__s32 error;
	__s32 netns_id;
	__u32 mark;
	__be32 daddr[4];
	__be32 spi;
	__u8 proto;
	__u16 family;
};

struct xfrm_state {
	__u32 pcpu_num;
} __attribute__((preserve_access_index));

extern struct xfrm_state *
bpf_xdp_get_xfrm_state(struct xdp_md *ctx, struct bpf_xfrm_state_opts *opts, __u32 opts__sz) __ksym;
extern void bpf_xdp_xfrm_state_release(struct xfrm_state *x) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, CPUS);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} peer_cpus SEC(".maps");

SEC("xdp.frags")
int bench_peer_kfunc(struct xdp_md *ctx)
{
	struct bpf_xfrm_state_opts opts = {.netns_id = BPF_F_CURRENT_NETNS, .family = 2};
	struct xfrm_state *x;
	struct flow f;
	__u32 cpu;

	flow_parse(&f, (void *)(long)ctx->data, (void *)(long)ctx->data_end, NULL);
	if (f.kind != FLOW_ESP)
		return XDP_PASS;
	opts.daddr[0] = f.dst[0];
	opts.spi = be32_host(f.spi);
	opts.proto = IPPROTO_ESP;
	x = bpf_xdp_get_xfrm_state(ctx, &opts, sizeof(opts));
	if (!x)
		return XDP_PASS;
	cpu = x->pcpu_num;
	bpf_xdp_xfrm_state_release(x);
	/* -1: not bound to a CPU. */
	return bpf_redirect_map(&peer_cpus, cpu < CPUS ? cpu : 0, XDP_PASS);
}
