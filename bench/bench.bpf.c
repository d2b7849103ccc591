// SPDX-License-Identifier: GPL-2.0-only
// What the shipped programs are measured against, and the frames with an SPI of their own.
#include "core/env.h"
#include "core/parse.h"
#include "spi.h"

char _license[] SEC("license") = "GPL";

/* Written by user space before a run. */
__u32 vary_sas = 1;   /* SAs to choose from */
__u32 vary_first = 0; /* number of the first */
__u64 vary_random = 88172645463325252ull;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

struct peer_key {
	__be32 dst;
	__u32 spi;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10000);
	__type(key, struct peer_key);
	__type(value, __u32);
} peer_sas SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} peer_cpus SEC(".maps");

SEC("xdp.frags")
int bench_empty(struct xdp_md *ctx)
{
	return XDP_PASS;
}

/*
 * BPF_PROG_TEST_RUN repeats one frame. This gives it the SPI of another SA each time (plain ESP
 * over IPv4 without options) and then jumps to the program that is measured, the loaded one itself.
 * What it costs is taken off by measuring it with a jump to the empty program too.
 */
SEC("xdp.frags")
int bench_vary(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u64 x = vary_random; /* xorshift64*, Marsaglia 2003 and Vigna 2016 */
	__u32 at;

	if (data + 38 > end)
		return XDP_ABORTED;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	vary_random = x;
	at = (__u32)((x * 0x2545f4914f6cdd1dULL) >> 32);
	at = (__u32)((__u64)at * vary_sas >> 32);
	*(__u32 *)(data + 34) = be32_host(bench_spi(vary_first + at));
	bpf_tail_call(ctx, &next, 0);
	return XDP_ABORTED;
}

/* The steering program's work for a known SA over IPv4, with a hash map for its SA table. */
SEC("xdp.frags")
int bench_peer_hashmap(struct xdp_md *ctx)
{
	struct peer_key key;
	struct flow f;
	__u32 *cpu;

	flow_parse(&f, (void *)(long)ctx->data, (void *)(long)ctx->data_end, NULL);
	if (f.kind != FLOW_ESP)
		return XDP_PASS;
	key.dst = f.dst[0];
	key.spi = f.spi;
	cpu = bpf_map_lookup_elem(&peer_sas, &key);
	if (!cpu)
		return XDP_PASS;
	return bpf_redirect_map(&peer_cpus, *cpu, XDP_PASS);
}
