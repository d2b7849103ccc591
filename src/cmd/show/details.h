/* SPDX-License-Identifier: GPL-2.0-only */
/* How steering goes, for who wants to know all of it: `show --wide`. */
#ifndef CMD_SHOW_DETAILS_H
#define CMD_SHOW_DETAILS_H

#include "steer/snapshot.h"
#include "view/out.h"

/* Sentences; as JSON the same is in the objects that `show` always has. */
void show_details(struct out *out, const struct snapshot *snapshot);

#endif
