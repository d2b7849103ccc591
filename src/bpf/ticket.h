/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Putting a ticket in front of a frame, and taking it off (core/handover.h says what it is for).
 * Pointers into the frame are void after either.
 */
#ifndef BPF_TICKET_H
#define BPF_TICKET_H

#include "bpf/maps.h"

/* In the test build a switch takes it away, as gve does, which leaves 2 bytes. */
static __always_inline bool has_headroom(void)
{
#ifdef ESPALIER_TEST
	const struct host *h = element(host, 0);

	return h && !h->no_headroom;
#else
	return true;
#endif
}

/*
 * Where a driver leaves no room in front: the frame's first bytes go behind its last, and their
 * place is free. A kernel that takes frames in several buffers has the calls for that.
 */
static __always_inline bool displace(struct xdp_md *ctx)
{
	__u8 first[sizeof(struct ticket)];
	__u32 bytes;

	if (!constants.frags || ctx->data + sizeof(first) > ctx->data_end)
		return false;
	bytes = bpf_xdp_get_buff_len(ctx);
	return !bpf_xdp_load_bytes(ctx, 0, first, sizeof(first)) &&
	       !bpf_xdp_adjust_tail(ctx, sizeof(first)) &&
	       !bpf_xdp_store_bytes(ctx, bytes, first, sizeof(first));
}

/* The way back. */
static __always_inline void put_back(struct xdp_md *ctx)
{
	__u8 first[sizeof(struct ticket)];
	__u32 bytes;

	if (!constants.frags)
		return;
	bytes = bpf_xdp_get_buff_len(ctx) - sizeof(first);
	if (!bpf_xdp_load_bytes(ctx, bytes, first, sizeof(first)) &&
	    !bpf_xdp_store_bytes(ctx, 0, first, sizeof(first)))
		bpf_xdp_adjust_tail(ctx, -(int)sizeof(first));
}

/* Takes the ticket off, if the frame has one, and copies it. */
static __always_inline bool take_ticket(struct xdp_md *ctx, struct ticket *ticket)
{
	const struct ticket *there = (void *)(long)ctx->data;

	if ((void *)(there + 1) > (void *)(long)ctx->data_end || likely(there->type != TICKET_TYPE))
		return false;
	*ticket = *there;
	if (unlikely(ticket->displaced))
		put_back(ctx);
	else
		bpf_xdp_adjust_head(ctx, sizeof(*ticket));
	return true;
}

/* Puts it there. False: there is no room, and the frame is as it was. */
static __always_inline bool put_ticket(struct xdp_md *ctx, const struct ticket *ticket)
{
	bool displaced = !has_headroom() || bpf_xdp_adjust_head(ctx, -(int)sizeof(*ticket));
	struct ticket *there;

	if (unlikely(displaced) && !displace(ctx))
		return false;
	there = (void *)(long)ctx->data;
	if ((void *)(there + 1) > (void *)(long)ctx->data_end)
		return false; /* for the verifier's sake */
	*there = *ticket;
	there->type = TICKET_TYPE;
	there->displaced = displaced;
	return true;
}

#endif
