/* SPDX-License-Identifier: GPL-2.0-only */
/* What the receiver's user space and its BPF program share. */
#ifndef LAB_ESPRECV_H
#define LAB_ESPRECV_H

#include <linux/types.h>
#include <linux/bpf.h>

/* Duplicates are told within the last 960 numbers: RFC 6479 with 16 words. */
#define ESPRECV_WORDS 16

struct esprecv_config {
	__u32 first_spi; /* of a dense range of SPIs; 0: any SA, by address and SPI */
	__u32 sas;	 /* room for as many */
	__u32 senders;	 /* told apart */
	__u32 window;
	__u32 port; /* UDP port of ESP */
	__u32 drop;
	__u32 count; /* 1: count packets only, whose they are is not looked at */
	__u32 room; /* of the arrays: sas and one a CPU */
};

struct esprecv_cpu {
	__u64 packets; /* of SAs */
	__u64 others;  /* ESP and AH of no SA of ours */
	__u64 ike;
	__u64 keepalives;
	__u64 fragments; /* other than first ones */
	__u64 with_metadata;
	__u64 tagged; /* with a VLAN tag, in the frame or beside it */
};

struct esprecv_key {
	__u8 dst[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u32 spi;
	__u32 protocol;
};

/* What is judged of one SA. */
struct esprecv_sa {
	struct bpf_spin_lock lock;
	__u32 top; /* highest sequence number */
	__u32 run; /* of the generator; another one starts anew */
	__u32 seen;
	__u64 beyond;
	__u64 duplicates;
	__u64 bits[ESPRECV_WORDS];
	struct esprecv_key key;
	__u64 named; /* whether key is set */
} __attribute__((aligned(64)));

/* What is judged of one SA and sender. The lock of the SA covers it. */
struct esprecv_order {
	__u64 next;    /* highest counter + 1 */
	__s64 missing; /* counters passed over and not come late either */
	__u64 late;
	__u64 worst;
	__u32 run;
	__u32 seen;
};

#endif
