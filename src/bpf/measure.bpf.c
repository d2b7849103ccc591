// SPDX-License-Identifier: GPL-2.0-only
// Measures where the packets of each SA come in: at tc, with the NIC's hash, at XDP, or at the entry
// of the steering program that is there. Changes nothing and lets everything pass.
#include "core/env.h"
#include "bpf/add.h"
#include <linux/pkt_cls.h>
#include "core/layout.h"
#include "core/measure.h"
#include "core/parse.h"

char _license[] SEC("license") = "GPL";

/* More than the headers that the parser reads of any packet but a contrived one. */
enum { HEADERS = 192 };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MEASURE_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct measure_key);
	__type(value, struct measure_value);
} measured SEC(".maps");

/* Packets of SAs for which `measured` had no room. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

/* Local ports of ESP in UDP beside 4500. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct encap_ports);
} ports SEC(".maps");

/* Set before loading: the device does not record queues in packets; the CPU stands for it. */
const volatile bool by_cpu = false;

/* Set before loading: frames may come in several buffers. */
const volatile bool frags = false;

static __always_inline bool has_spi(const struct flow *f)
{
	return f->part == PART_WHOLE &&
	       (f->kind == FLOW_ESP || f->kind == FLOW_AH || f->kind == FLOW_ESP_UDP);
}

/* The packet's entry, made if need be; *number is how many it had before. */
static __always_inline struct measure_value *count(const struct flow *f, __u16 queue, __u64 *number)
{
	struct measure_value empty = {}, *value;
	struct measure_key key;
	__u32 zero = 0;
	__u64 *n;

	measure_key_of(&key, f, queue);
	value = bpf_map_lookup_elem(&measured, &key);
	if (!value) {
		bpf_map_update_elem(&measured, &key, &empty, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&measured, &key);
	}
	if (value) {
		/*
		 * Not what the addition returns (Linux 5.12). Two CPUs that count one SA on one queue at
		 * once write one sample less.
		 */
		*number = *(volatile __u64 *)&value->packets;
		add(&value->packets, 1);
		return value;
	}
	n = bpf_map_lookup_elem(&lost, &zero);
	if (n)
		add(n, 1);
	return NULL;
}

static __always_inline __u16 queue_of(const struct __sk_buff *skb)
{
	if (by_cpu)
		return bpf_get_smp_processor_id();
	return skb->queue_mapping ? skb->queue_mapping - 1 : MEASURE_NO_QUEUE;
}

/*
 * The hash as the driver set it. Asked for a hash the kernel keeps the driver's if that calls it an
 * L4 hash, and else makes its own (include/linux/skbuff.h skb_get_hash).
 */
SEC("tc")
int espalier_measure_tc(struct __sk_buff *skb)
{
	__u32 zero = 0, hash = skb->hash;
	struct measure_value *value;
	__u64 number = 0;
	struct flow f;

	bpf_skb_pull_data(skb, skb->len < HEADERS ? skb->len : HEADERS);
	flow_parse(&f, (void *)(long)skb->data, (void *)(long)skb->data_end,
		   bpf_map_lookup_elem(&ports, &zero));
	if (!has_spi(&f))
		return TC_ACT_UNSPEC;
	value = count(&f, queue_of(skb), &number);
	if (!value || number >= MEASURE_SAMPLES)
		return TC_ACT_UNSPEC;
	value->hash[number & (MEASURE_SAMPLES - 1)] = hash;
	value->seq[number & (MEASURE_SAMPLES - 1)] = f.seq;
	if (hash && bpf_get_hash_recalc(skb) == hash)
		add(&value->l4, 1);
	return TC_ACT_UNSPEC;
}

/* A frame's head, copied where it cannot be read as a packet. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set to the number of CPUs */
	__type(key, __u32);
	__type(value, struct head);
} head SEC(".maps");

/* Of a frame in several buffers a program sees the first, where headers may be missing. */
static __always_inline bool is_cut(struct xdp_md *ctx)
{
	__u32 first = ctx->data_end - ctx->data;

	return frags && first < HEADERS && bpf_xdp_get_buff_len(ctx) > first;
}

/* What cannot be read is a flow of no kind. */
static __noinline int parse_copy(struct xdp_md *ctx, struct flow *f)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id(), len = bpf_xdp_get_buff_len(ctx);
	struct head *copy = bpf_map_lookup_elem(&head, &cpu);

	*f = (struct flow){0};
	len = len < HEADERS ? len : HEADERS;
	if (!copy || len < ETH_HLEN || bpf_xdp_load_bytes(ctx, 0, copy->byte, len))
		return 0;
	flow_parse(f, copy->byte, copy->byte + len, bpf_map_lookup_elem(&ports, &zero));
	return 0;
}

SEC("xdp")
int espalier_measure_xdp(struct xdp_md *ctx)
{
	struct measure_value *value;
	__u64 number = 0;
	__u32 zero = 0;
	struct flow f;

	if (is_cut(ctx))
		parse_copy(ctx, &f);
	else
		flow_parse(&f, (void *)(long)ctx->data, (void *)(long)ctx->data_end,
			   bpf_map_lookup_elem(&ports, &zero));
	if (!has_spi(&f))
		return XDP_PASS;
	value = count(&f, ctx->rx_queue_index, &number);
	if (value && number < MEASURE_SAMPLES)
		value->seq[number & (MEASURE_SAMPLES - 1)] = f.seq;
	return XDP_PASS;
}

/* What is read of the kernel's own; where it lies is found when the program is loaded. */
struct xdp_rxq_info {
	__u32 queue_index;
} __attribute__((preserve_access_index));

struct xdp_buff {
	__u8 *data, *data_end;
	struct xdp_rxq_info *rxq;
} __attribute__((preserve_access_index));

/*
 * Before the steering program sees a frame: on its other side, in a cpumap, no queue is told. Of a frame
 * in several buffers it sees the first alone.
 */
SEC("fentry")
int espalier_measure_steering(__u64 *ctx)
{
	struct xdp_buff *xdp = (struct xdp_buff *)ctx[0];
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	/* In 64 bits: of pointers that are taken from each other in 32, Linux 7.3 does not know the upper half. */
	__u64 len = xdp->data_end - xdp->data;
	struct head *copy = bpf_map_lookup_elem(&head, &cpu);
	struct measure_value *value;
	__u64 number = 0;
	struct flow f;

	if (!copy)
		return 0;
	len = len < HEADERS ? len : HEADERS;
	if (bpf_probe_read_kernel(copy->byte, len, xdp->data))
		return 0;
	flow_parse(&f, copy->byte, copy->byte + len, bpf_map_lookup_elem(&ports, &zero));
	if (!has_spi(&f))
		return 0;
	value = count(&f, xdp->rxq->queue_index, &number);
	if (value && number < MEASURE_SAMPLES)
		value->seq[number & (MEASURE_SAMPLES - 1)] = f.seq;
	return 0;
}
