/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels: what our flow dissector answers where the kernel asks for a packet's hash, so that the
 * packet goes to the CPU that we want (docs/decisions/a-label-a-cpu.md).
 *
 * The kernel hashes the label, and with it nothing that differs from packet to packet, by a key
 * that it keeps to itself (net/core/flow_dissector.c, __flow_hash_from_keys()), and RPS takes the
 * CPU from the hash alone. So a label belongs to a CPU, whatever packet bears it. Each CPU has
 * many, or all its SAs would be one flow for whoever looks at hashes after us: fq_codel, where the
 * decrypted packets go.
 */
#ifndef CORE_LABEL_H
#define CORE_LABEL_H

#include <linux/if_ether.h>
#include "core/sa_table.h"

#define LABEL_BITS 8
#define LABELS	   (1u << LABEL_BITS) /* that a CPU has for its SAs */

/*
 * The labels of a CPU; all 0: it has none, and the kernel finds hashes for its packets itself. Of
 * SAs, and of what is not of an SA: strays, IKE. No label is in two places.
 */
struct label_row {
	__u32 sa[LABELS];
	__u32 other;
	__u32 pad;
};

/*
 * What asks for the hash of a label: a frame of this EtherType (IEEE 802's for experiments) that
 * begins with the label in network byte order. From the network it is no worse than any other.
 */
#define LABEL_ETHERTYPE ETH_P_802_EX1
#define LABEL_FRAME_MIN 20 /* bytes behind the EtherType */

/* The label of an SA, by its key, on the CPU of @row. */
static __always_inline __u32 label_of_sa(const struct label_row *row, __u64 key)
{
	return row->sa[sa_top(sa_mix(key), LABEL_BITS)];
}

/* Which of @cpus CPUs RPS takes by a hash (net/core/dev.c, get_rps_cpu(); reciprocal_scale()). */
static __always_inline __u32 label_cpu(__u32 hash, __u32 cpus)
{
	return (__u32)((__u64)hash * cpus >> 32);
}

#endif
