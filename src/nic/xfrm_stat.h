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

/* One of them by its name, 0 if it is not there. */
uint64_t xfrm_stat_of(const struct xfrm_stat *stat, const char *name);

/* XfrmInStateSeqError of this network namespace: packets that replay windows refused; 0: not known. */
uint64_t xfrm_stat_refused(void);

/* What each rose by since @then, which is less what it was when it is not there. */
void xfrm_stat_since(struct xfrm_stat *now, const struct xfrm_stat *then);

/* What of ours happened meanwhile: rings that lost packets leave gaps, moves may change the order. */
struct xfrm_meanwhile {
	bool ring_drops, moves;
};

/* What it means that one rises, and what to do. NULL in both for one that is not known. */
void xfrm_stat_words(const char *name, struct xfrm_meanwhile meanwhile, const char **means,
		     const char **todo);

#endif
