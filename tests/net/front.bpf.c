// SPDX-License-Identifier: GPL-2.0-only
// In front of a program in test runs: leaves little of a frame in its first buffer, as some NICs do.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

/* The program that sees what is left. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

__u32 first; /* bytes that it shall see */

/* What lies in front of the frame fills the first buffer up to these, and is cut off. */
SEC("xdp.frags")
int front(struct xdp_md *ctx)
{
	__u32 bytes = ctx->data_end - ctx->data;

	if (bytes < first || bpf_xdp_adjust_head(ctx, bytes - first))
		return XDP_ABORTED;
	bpf_tail_call(ctx, &next, 0);
	return XDP_ABORTED;
}
