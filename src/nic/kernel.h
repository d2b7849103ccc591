/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the running kernel can, by asking it: never by its version, for distributions take over what
 * newer kernels have. Nothing that is asked changes anything.
 */
#ifndef NIC_KERNEL_H
#define NIC_KERNEL_H

#include <stdbool.h>

enum kernel_item {
	KERNEL_XFRM,           /* NETLINK_XFRM (CONFIG_XFRM_USER) */
	KERNEL_RING_BUFFER,    /* BPF_MAP_TYPE_RINGBUF; Linux 5.8 has it */
	KERNEL_CPUMAP_PROGRAM, /* programs in the entries of a cpumap; 5.9 */
	KERNEL_BTF,            /* /sys/kernel/btf/vmlinux; 5.4, if it is built so */
	KERNEL_XDP_FRAGS,      /* BPF_F_XDP_HAS_FRAGS; 5.18 */
	KERNEL_PULL_DATA,      /* bpf_xdp_pull_data(), and programs may call it; 6.18 */
	KERNEL_CPUMAP_GRO,     /* a cpumap's thread merges by GRO before it delivers; 6.15 */
	KERNEL_RING_DROPS,     /* a raw tracepoint at xdp_cpumap_enqueue; 4.17 */
	KERNEL_COARSE_CLOCK,   /* bpf_ktime_get_coarse_ns(); 5.11 */
	KERNEL_NETNS_COOKIE,   /* SO_NETNS_COOKIE; 5.14 */
	KERNEL_NETDEV_FAMILY,  /* generic netlink "netdev", which tells XDP features; 6.3 */
	KERNEL_ENCAP_GRO,      /* GRO of ESP in UDP, on sockets that ask for it; 6.7 */
	KERNEL_PER_CPU_SAS,    /* XFRMA_SA_PCPU (RFC 9611); 6.13 */
	KERNEL_DISSECTOR,      /* BPF_FLOW_DISSECTOR_CONTINUE; 6.1 */
	KERNEL_ITEMS,
};

enum kernel_answer {
	KERNEL_UNKNOWN, /* it would not say: no BTF, or the caller may not ask (CAP_BPF, CAP_NET_ADMIN) */
	KERNEL_LACKS,
	KERNEL_HAS,
};

struct kernel_facts {
	enum kernel_answer item[KERNEL_ITEMS];
};

/* Asks for one, or for all: some milliseconds where BTF must be read. */
enum kernel_answer kernel_can(enum kernel_item item);
void kernel_probe(struct kernel_facts *facts);

/* The name of an item in JSON: "cpumap_gro". */
const char *kernel_item_name(enum kernel_item item);

/* Steering by XDP cannot do without it. */
bool kernel_item_needed(enum kernel_item item);

/* One sentence: what the answer means for us. */
const char *kernel_sentence(enum kernel_item item, enum kernel_answer answer);

/* The sentence of the first item that steering by XDP needs and this kernel lacks, or NULL. */
const char *kernel_missing(void);

#endif
