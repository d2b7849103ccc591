/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flow dissector: where the kernel asks for the hash of a packet, it answers for
 * IPsec to us with a label of the CPU that the packet is for (core/label.h). Whatever else is
 * asked, by tc flower or by policies, and all other packets are the kernel's own dissector's.
 *
 * It decides as the steering program does (bpf/steer.h), but that it cannot drop what is over a
 * limit.
 */
#ifndef BPF_DISSECT_H
#define BPF_DISSECT_H

#include "bpf/count.h"
#include "bpf/find.h"
#include "bpf/ike.h"
#include "bpf/stray.h"
#include "core/label.h"
#include "core/quick.h"

enum {
	DISSECT_OFFSET = 63, /* where IP begins, at most; the verifier wants a bound */
	DISSECT_IP = 20,     /* no IP packet is shorter */
	DISSECT_HEAD = 192,  /* more than the headers of any but a contrived packet */
};

/* The packet, from its network header to the end of the skb's linear part. */
struct dissected {
	struct __sk_buff *skb;
	struct bpf_flow_keys *keys;
	const __u8 *ip, *end;
	__be16 type;
};

/* Nothing but the label is hashed: the kernel has cleared all other fields but this one. */
static __always_inline int answer(struct bpf_flow_keys *keys, __be32 label)
{
	if (unlikely(!label))
		return BPF_FLOW_DISSECTOR_CONTINUE;
	keys->n_proto = 0;
	keys->flow_label = label;
	return BPF_OK;
}

static __always_inline const struct label_row *labels_of(__u32 number)
{
	const struct ring *ring = element(rings, number);

	return ring ? element(labels, ring->cpu) : NULL;
}

/* What is not of an SA goes where the ring of this number is. */
static __always_inline int answer_other(struct bpf_flow_keys *keys, __u32 number)
{
	const struct label_row *row = labels_of(number);

	return answer(keys, row ? be32_host(row->other) : 0);
}

/* A move waits for a gap in which the SA was not seen, so that is noted: once a tick, or nearly. */
static __always_inline void note_seen(__u32 slot)
{
	struct sa_rare *rare = element(sa_rare, slot);
	struct host *h = element(host, 0);
	__u32 now;

	if (!rare || !h)
		return;
	now = seen_time(tick_ns(h));
	if (SHARED(rare->seen) != now)
		SHARED(rare->seen) = now;
}

static __always_inline int dissect_sa(struct bpf_flow_keys *keys, const struct found *found,
				      __u32 bytes)
{
	const struct label_row *row;

	if (unlikely(sa_word_flags(found->word) & SA_HANDS_OFF)) {
		count(CLASS_HANDS_OFF, bytes);
		return BPF_FLOW_DISSECTOR_CONTINUE;
	}
	note_seen(found->slot);
	row = labels_of(sa_word_own(found->word));
	return answer(keys, row ? be32_host(label_of_sa(row, found->key)) : 0);
}

static __always_inline int dissect_stray(struct bpf_flow_keys *keys, const struct flow *f,
					 __u64 key)
{
	struct stray stray;

	if (!stray_begin(&stray, f, key))
		return BPF_FLOW_DISSECTOR_CONTINUE;
	count(CLASS_STRAY, f->bytes);
	if (key)
		remember(f, WAY_SA, key);
	return answer_other(keys, stray_take(&stray, f));
}

static __always_inline int dissect_ike(struct bpf_flow_keys *keys, const struct flow *f)
{
	struct host *h = element(host, 0);
	bool in_share;
	__u64 now;

	if (!h || !is_local(h, f))
		return BPF_FLOW_DISSECTOR_CONTINUE;
	if (f->kind != FLOW_FRAGMENT)
		remember(f, WAY_IKE, 0);
	now = tick_ns(h);
	in_share = ike_in_share(h, f, now);
	count(in_share ? CLASS_IKE : CLASS_IKE_OVER, f->bytes);
	return answer_other(keys, in_share ? h->ike_ring : stray_ring(h, f, now));
}

/* @known: what was found of it already, or NULL. */
static __always_inline int dissect_spi(struct bpf_flow_keys *keys, const struct flow *f,
				       const struct found *known)
{
	struct found found;

	if (known)
		found = *known;
	else
		find_key(&found, flow_key(f));
	if (unlikely(!found.word))
		return dissect_stray(keys, f, found.key);
	remember(f, WAY_SA, found.key);
	return dissect_sa(keys, &found, f->bytes);
}

/* A later fragment, or a first one without its SPI: the way of the datagram's first. */
static __always_inline int dissect_fragment(struct bpf_flow_keys *keys, const struct flow *f)
{
	const struct fragment_value *value = find_remembered(f);
	struct found found;

	if (!value) {
		if (f->protocol == IPPROTO_ESP || f->protocol == IPPROTO_AH)
			return dissect_stray(keys, f, 0);
		return BPF_FLOW_DISSECTOR_CONTINUE;
	}
	if (value->way == WAY_IKE)
		return dissect_ike(keys, f);
	find_key(&found, value->key);
	if (!found.word)
		return dissect_stray(keys, f, 0);
	return dissect_sa(keys, &found, f->bytes);
}

static __always_inline int dissect_flow(struct bpf_flow_keys *keys, const struct flow *f,
					const struct found *known)
{
	if (f->kind == FLOW_OTHER)
		return BPF_FLOW_DISSECTOR_CONTINUE;
	if (unlikely(f->part != PART_WHOLE))
		count(CLASS_FRAGMENT, f->bytes);
	if (f->kind == FLOW_FRAGMENT)
		return dissect_fragment(keys, f);
	if (has_spi(f))
		return dissect_spi(keys, f, known);
	return dissect_ike(keys, f);
}

/* Of these the parser may make IPsec. */
static __always_inline bool may_hold_ip(__be16 type)
{
	return type == be16_host(ETH_P_IP) || type == be16_host(ETH_P_IPV6) ||
	       type == be16_host(ETH_P_8021Q) || type == be16_host(ETH_P_8021AD) ||
	       type == be16_host(ETH_P_PPP_SES);
}

/*
 * Are headers missing of IPsec, or of what may be that, which may lie beyond the linear part? @f:
 * what that told. Drivers that ask eth_get_headlen() put there what the kernel knows of, which ESP
 * is not.
 */
static __always_inline bool is_beyond(const struct dissected *d, const struct flow *f)
{
	__u32 linear = d->end > d->ip ? d->end - d->ip : 0, protocol = f->protocol;

	if (likely(linear >= DISSECT_HEAD) || (f->family && linear >= f->bytes))
		return false;
	if (f->kind != FLOW_OTHER && (f->kind != FLOW_FRAGMENT || f->part != PART_FIRST))
		return false;
	if (f->dport)
		return encap_ports_has(element(ports, 0), f->dport);
	return !f->family || protocol == IPPROTO_ESP || protocol == IPPROTO_AH ||
	       protocol == IPPROTO_UDP || (f->family == 6 && is_extension(protocol));
}

/* As much of the packet as there is, up to DISSECT_HEAD, to @head; how much. */
static __always_inline __u32 copy_head(struct __sk_buff *skb, struct head *head)
{
	static const __u8 sizes[] = {DISSECT_HEAD, 128, 96, 64, 48, 28};

#pragma clang loop unroll(full)
	for (int i = 0; i < 6; i++)
		if (!bpf_skb_load_bytes(skb, skb->flow_keys->nhoff, head->byte, sizes[i]))
			return sizes[i];
	return 0;
}

/*
 * To a flow from a copy; where there is none, that stays. A packet that we send, outside of softirqs,
 * may find that a received one has taken the copy: then it gets that one's hash, and no harm is done.
 */
static __noinline int parse_beyond(struct __sk_buff *skb, struct flow *f)
{
	__u32 cpu = bpf_get_smp_processor_id(), bytes;
	struct head *head = bpf_map_lookup_elem(&heads, &cpu);

	if (!head)
		return 0;
	bytes = copy_head(skb, head);
	if (bytes)
		flow_parse_type(f, head->byte, head->byte + bytes, 0, skb->flow_keys->n_proto,
				element(ports, 0));
	return 0;
}

/* Any packet; @known as for dissect_spi(). */
static __always_inline int dissect_any(const struct dissected *d, const struct found *known)
{
	struct flow f = {0};

	if (!may_hold_ip(d->type))
		return BPF_FLOW_DISSECTOR_CONTINUE;
	if (likely(d->ip + DISSECT_IP <= d->end))
		flow_parse_type(&f, d->ip, d->end, 0, d->type, element(ports, 0));
	if (unlikely(is_beyond(d, &f)))
		parse_beyond(d->skb, &f);
	return dissect_flow(d->keys, &f, known);
}

static __always_inline int dissect(struct __sk_buff *skb)
{
	const struct sa_table_shape shape = table_shape();
	struct dissected d = {
		.skb = skb,
		.keys = skb->flow_keys,
		.ip = (void *)(long)skb->data,
		.end = (void *)(long)skb->data_end,
	};
	struct found found;
	struct quick q;
	__u32 offset;

	/* Who asks for a hash is content with a flow label; nobody else is, but cake for its hosts. */
	if (!(d.keys->flags & BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL))
		return BPF_FLOW_DISSECTOR_CONTINUE;
	offset = d.keys->nhoff;
	if (offset > DISSECT_OFFSET)
		return BPF_FLOW_DISSECTOR_CONTINUE;
	d.ip += offset;
	d.type = d.keys->n_proto;
	if (unlikely(d.ip + DISSECT_IP > d.end))
		return dissect_any(&d, NULL);
	if (unlikely(d.type == be16_host(LABEL_ETHERTYPE)))
		return answer(d.keys, load_be32(d.ip));
	if (!quick_ip(&q, &shape, d.ip, d.end, d.type))
		return dissect_any(&d, NULL);
	find_key(&found, q.key);
	if (likely(found.word))
		return dissect_sa(d.keys, &found, q.bytes);
	return dissect_any(&d, &found);
}

#endif
