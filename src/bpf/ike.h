/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may use the IKE ring, so that a flood of IKE from some does not lose the exchanges of others
 * (docs/data-path.md, "IKE under flood"). What is over a share is no worse off than a stray.
 */
#ifndef BPF_IKE_H
#define BPF_IKE_H

#include "bpf/maps.h"
#include "bpf/window.h"

/*
 * The share of a packet's source: an IPv4 address, an IPv6 /64. Peers have counters of their own, or
 * made-up sources would use them up.
 */
static __always_inline struct ike_source *ike_source_of(const struct flow *f, bool peer)
{
	__u64 source = (__u64)f->src[0] << 32 | (f->family == 4 ? 0 : f->src[1]);
	__u32 hash = sa_top(sa_mix(source ^ constants.shape.seed), IKE_SOURCE_BITS);

	return element(ike_sources, hash | (__u32)peer << IKE_SOURCE_BITS);
}

static __always_inline bool is_peer(const struct host *h, const struct flow *f)
{
	const struct addr_set *set = element(peers, 0);

	return set && addr_set_lists(set, h->peers, constants.shape.seed, f->family, f->src);
}

/* @now: the clock of windows. */
static __always_inline bool ike_in_share(struct host *h, const struct flow *f, __u64 now)
{
	bool peer = is_peer(h, f);
	struct ike_source *source = ike_source_of(f, peer);
	__u64 window = now >> IKE_WINDOW_SHIFT;

	if (!source || !allow(&source->window, &source->count, h->ike_share, window))
		return false;
	return peer || allow(&h->ike_window, &h->ike_count, h->ike_strangers, window);
}

#endif
