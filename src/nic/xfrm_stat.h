/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/net/xfrm_stat: why the kernel threw packets away that came by IPsec. */
#ifndef NIC_XFRM_STAT_H
#define NIC_XFRM_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { XFRM_STATS = 32 }; /* more than Linux 7.3 has of those that count what comes in */

struct xfrm_stat {
	struct xfrm_stat_one {
		char name[32]; /* "XfrmInStateSeqError" */
		uint64_t count;
	} one[XFRM_STATS];
	size_t n;
};

/*
 * Reads those of inbound packets (XfrmIn...). -ENOENT: the kernel counts none
 * (CONFIG_XFRM_STATISTICS); another negative errno.
 */
int xfrm_stat_read(const char *path, struct xfrm_stat *out);

/* What each rose by since @then, which is less what it was when it is not there. */
void xfrm_stat_since(struct xfrm_stat *now, const struct xfrm_stat *then);

/*
 * What it means that one rises, and what to do. @ring_drops: rings of ours lost packets meanwhile,
 * which leaves gaps, but puts nothing out of order. NULL in both for one that is not known.
 */
void xfrm_stat_words(const char *name, bool ring_drops, const char **means, const char **todo);

#endif
