/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User space's side of core/addr_set.h: fills the idle half of the set of our addresses, or of our
 * peers'. The caller then switches host->addresses, or host->peers, to it by a release store.
 */
#ifndef SAS_LOCAL_H
#define SAS_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include "core/addr_set.h"

struct local_address {
	__u8 family;	/* AF_INET or AF_INET6 */
	__be32 addr[4]; /* network byte order; IPv4 in [0] */
};

/*
 * Makes @half hold exactly the @count addresses at @list; the same address may be there twice.
 * @seed is that of the readers' lookups. True; false if some address found no place: then
 * half->full is set, and every address counts as ours; those behind it were not tried.
 */
bool local_fill(struct addr_half *half, __u64 seed, const struct local_address *list, size_t count);

#endif
