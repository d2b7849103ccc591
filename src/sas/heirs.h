/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which SA a new one replaces: a rekey gives an SA another SPI, and leaves its traffic and all else
 * as it was. So the heir is best placed where its predecessor is, and known as well.
 */
#ifndef SAS_HEIRS_H
#define SAS_HEIRS_H

#include "core/sa.h"
#include "sas/table.h"

/* All zero has no heirs. */
struct heirs {
	__u32 *last;   /* of each hash of what a rekey leaves: the slot of the last such SA, and one
			*/
	__u32 *before; /* of each slot: that of its predecessor, and one; 0: none */
	__u32 size;
};

/* For a table of so many slots. 0 or -ENOMEM. */
int heirs_init(struct heirs *heirs, __u32 size);
void heirs_free(struct heirs *heirs);

/*
 * The slot of the SA that @sa replaces: the last one of the same reqid, addresses, protocol and
 * interface id, if it is there and has carried something lately. -1: there is none. SAs without a
 * reqid replace none: between two gateways there may be many of them at a time. Where two SAs'
 * hashes are the same, the earlier is forgotten.
 */
int heirs_find(const struct heirs *heirs, const struct table *table, const struct sa *sa);

/* The SA in @slot came, after the one in the slot @before (-1: none). */
void heirs_note(struct heirs *heirs, __u32 slot, const struct sa *sa, int before);

/* The slot of the predecessor of the SA in @slot, though another SA may be there by now; or -1. */
int heirs_before(const struct heirs *heirs, __u32 slot);

#endif
