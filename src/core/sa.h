/* SPDX-License-Identifier: GPL-2.0-only */
/* An SA: the one record of it, from the kernel's message to the SA table. */
#ifndef CORE_SA_H
#define CORE_SA_H

#include <stdint.h>
#include <linux/types.h>
#include "core/sa_table.h"

/*
 * What a packet is looked up by. Every byte is meaningful or zero, so ids compare by memcmp().
 * IPv4 addresses lie in dst[0], the rest is zero.
 */
struct sa_id {
	uint8_t family;	  /* AF_INET or AF_INET6 */
	uint8_t protocol; /* IPPROTO_ESP or IPPROTO_AH; ESP-in-UDP is IPPROTO_ESP */
	uint16_t zero;
	uint32_t spi; /* host order, never 0 */
	__be32 dst[4];
};

enum sa_source { SA_KERNEL, SA_FILE, SA_LEARNED };
enum sa_direction { SA_DIR_UNSET, SA_DIR_IN, SA_DIR_OUT }; /* XFRMA_SA_DIR, Linux 6.10 */
enum sa_offload { SA_OFFLOAD_NONE, SA_OFFLOAD_CRYPTO, SA_OFFLOAD_PACKET };

/*
 * One SA. Several may share an id: the kernel tells them apart by mark, so (id, mark, if_id) is
 * unique among those of the kernel. All before `packets` is free of holes and compares by memcmp().
 */
struct sa {
	struct sa_id id;
	__be32 src[4]; /* all zero: not known (a file does not say) */
	uint32_t mark_value, mark_mask;
	uint32_t if_id;
	uint32_t reqid;
	/*
	 * Host order, 0 when not known. XFRMA_ENCAP holds the ports as they stand in the packets of
	 * this SA: esp_input_done2() (net/ipv4/esp4.c) compares the UDP source port of an arriving
	 * packet with encap_sport. So of an inbound SA encap_sport is the peer's, encap_dport ours.
	 * See sa_any_port().
	 */
	uint16_t encap_sport, encap_dport;
	uint32_t replay_window;	 /* packets; 0: the kernel does not check */
	int32_t pcpu;		 /* XFRMA_SA_PCPU, Linux 6.13, RFC 9611; -1: none */
	int32_t cpu;		 /* wanted by the line of the file; -1: any */
	int32_t offload_ifindex; /* the device that decrypts, 0: none */
	uint8_t offload;	 /* enum sa_offload; not NONE means hands off */
	uint8_t encap;		 /* 1: ESP-in-UDP */
	uint8_t esn;		 /* 1: extended sequence numbers */
	uint8_t direction;	 /* enum sa_direction, as the kernel says it */
	uint8_t larval;		 /* 1: SPI reserved, no keys yet */
	uint8_t source;		 /* enum sa_source */
	uint16_t zero[3];
	/*
	 * The kernel's lifetime counters as of the last message. Of a file packets is 0 and bytes
	 * the rate that its line says.
	 */
	uint64_t packets, bytes;
};

/* Its key in the SA table of @shape. */
static inline __u64 sa_id_key(const struct sa_table_shape *shape, const struct sa_id *id)
{
	return sa_key(shape, id->dst, id->spi, id->protocol);
}

/*
 * Does it come from whatever UDP source port its sender took? So do the per-CPU SAs of strongSwan's
 * per_cpu_sas = encap: the source port of an inbound one is 0 in the kernel.
 */
static inline _Bool sa_any_port(const struct sa *sa)
{
	return sa->source == SA_KERNEL && sa->encap && !sa->encap_sport;
}

#endif
