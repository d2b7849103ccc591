// SPDX-License-Identifier: GPL-2.0-only
/* Puts eight bytes of metadata before each frame, so that the self-check sees them counted. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int mark(struct xdp_md *ctx)
{
	__u64 *meta;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return XDP_PASS;
	meta = (void *)(long)ctx->data_meta;
	if (meta + 1 <= (__u64 *)(long)ctx->data)
		*meta = 0x6d61726b;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
