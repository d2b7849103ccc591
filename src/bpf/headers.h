/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parsing a frame, also one whose headers are not, or not all, in the first of its buffers, which
 * is the only one that a program sees (mlx5's striding queues above an MTU of about 3,500: nothing
 * of it; NICs that split headers off: what they know of, which ESP is not).
 */
#ifndef BPF_HEADERS_H
#define BPF_HEADERS_H

#include "bpf/maps.h"
#include "core/pull_data.h"

/*
 * What is looked at of a frame whose headers are not in its first buffer: more than the headers of
 * any but a contrived one.
 */
#define HEADERS 192

/*
 * A function of the kernel, under a number that user space replaces by its own before loading:
 * declared as such a function the object could not be loaded by a kernel without BTF.
 */
static long (*const pull_data)(struct xdp_md *ctx, __u32 len) = (void *)PULL_DATA_CALL;

/* Does the frame's first buffer hold all of the packet that @f tells of? Link headers: 14 to 30
 * bytes. */
static __always_inline bool holds_all(const struct xdp_md *ctx, const struct flow *f, __u32 first)
{
	const __u8 *data = (void *)(long)ctx->data;
	__u32 link = ETH_HLEN;
	__be16 type;

	if (!f->family || data + ETH_HLEN > (const __u8 *)(long)ctx->data_end)
		return false;
	type = load_be16(data + 12);
	if (unlikely(type != be16_host(ETH_P_IP) && type != be16_host(ETH_P_IPV6)))
		link += 16;
	return first >= link + f->bytes;
}

/* By its protocol, as far as that is known. */
static __always_inline bool may_be_ipsec(const struct flow *f)
{
	__u32 protocol = f->protocol;

	return !f->family || protocol == IPPROTO_ESP || protocol == IPPROTO_AH ||
	       protocol == IPPROTO_UDP || (f->family == 6 && is_extension(protocol));
}

/*
 * Are headers missing of which other buffers may hold more? @f: what the first one told. TCP whose
 * payload the NIC keeps apart stays as it is.
 */
static __always_inline bool is_cut(struct xdp_md *ctx, const struct flow *f)
{
	__u32 first = ctx->data_end - ctx->data;

	if (!constants.frags || likely(first >= HEADERS))
		return false;
	if (!may_be_ipsec(f))
		return false;
	if (f->kind != FLOW_OTHER && (f->kind != FLOW_FRAGMENT || f->part != PART_FIRST))
		return false;
	return !holds_all(ctx, f, first) && bpf_xdp_get_buff_len(ctx) > first;
}

/* Of all buffers. */
static __always_inline __u32 frame_bytes(struct xdp_md *ctx)
{
	return constants.frags ? bpf_xdp_get_buff_len(ctx) : ctx->data_end - ctx->data;
}

static __always_inline __u32 headers_of(struct xdp_md *ctx)
{
	__u32 all = bpf_xdp_get_buff_len(ctx);

	return all < HEADERS ? all : HEADERS;
}

/*
 * From a copy, for kernels that cannot bring the headers forward. A frame without its Ethernet
 * header in front must not go to a ring: the kernel would stop at BUG() in eth_type_trans().
 */
static __noinline bool parse_copy(struct xdp_md *ctx, struct flow *f)
{
	__u32 cpu = bpf_get_smp_processor_id(), len = headers_of(ctx);
	struct head *head = bpf_map_lookup_elem(&heads, &cpu);

	/* Also for the verifier of Linux 6.1, which learns from this, but not from != 0, that there is one. */
	if (!head || len < ETH_HLEN || bpf_xdp_load_bytes(ctx, 0, head->byte, len))
		return false;
	flow_parse(f, head->byte, head->byte + len, element(ports, 0));
	return f->kind == FLOW_OTHER || ctx->data_end - ctx->data >= ETH_HLEN;
}

/*
 * A frame to a flow. Pointers into the frame are void afterwards. False: its headers are out of
 * reach, and it must pass.
 */
static __always_inline bool parse(struct xdp_md *ctx, struct flow *f)
{
	flow_parse(f, (void *)(long)ctx->data, (void *)(long)ctx->data_end, element(ports, 0));
	if (likely(!is_cut(ctx, f)))
		return true;
	if (!constants.pull_data)
		return parse_copy(ctx, f);
	if (pull_data(ctx, headers_of(ctx)))
		return false;
	flow_parse(f, (void *)(long)ctx->data, (void *)(long)ctx->data_end, element(ports, 0));
	return true;
}

#endif
