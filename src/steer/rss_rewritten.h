/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a NIC's hashing was rewritten. Pure. */
#ifndef STEER_RSS_REWRITTEN_H
#define STEER_RSS_REWRITTEN_H

#include <stdbool.h>
#include <stddef.h>
#include "nic/claims.h"

/*
 * Does a NIC hash otherwise than it @was? In words what differs, such as "the indirection table, the
 * hash fields of ah_esp4 (sdfn -> sd)".
 */
bool rss_rewritten(const struct claims *was, const struct claims *is, char *what, size_t size);

#endif
