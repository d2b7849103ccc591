/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a measurement counts: where the packets of each SA come in, and with which hash. Shared by
 * the measuring BPF programs and user space; its maps live as long as one measurement.
 */
#ifndef CORE_MEASURE_H
#define CORE_MEASURE_H

#include "core/flow.h"

#define MEASURE_NO_QUEUE 0xffffu /* the driver did not record one */
#define MEASURE_SAMPLES	 4	 /* packets of an entry whose hash is kept */
#define MEASURE_ENTRIES	 65536

/* One SA on one queue. Zeroed before it is filled: it is compared as bytes. */
struct measure_key {
	__be32 src[4], dst[4];
	__u32 spi; /* host byte order, as the ports */
	__u16 sport, dport;
	__u16 queue;
	__u8 family;
	__u8 kind; /* FLOW_ESP, FLOW_AH, FLOW_ESP_UDP */
};

/* How many packets it had, and the hashes of the first few; a hash of 0 is none. */
struct measure_value {
	__u64 packets;
	__u64 l4; /* of these samples, those whose hash the driver calls an L4 hash */
	__u32 hash[MEASURE_SAMPLES], seq[MEASURE_SAMPLES];
};

static __always_inline void measure_key_of(struct measure_key *key, const struct flow *flow,
					   __u16 queue)
{
	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->src, flow->src, sizeof(key->src));
	__builtin_memcpy(key->dst, flow->dst, sizeof(key->dst));
	key->spi = flow->spi;
	key->sport = flow->sport;
	key->dport = flow->dport;
	key->queue = queue;
	key->family = flow->family;
	key->kind = flow->kind;
}

#endif
