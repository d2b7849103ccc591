/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a snapshot the operator should do something about. */
#ifndef CMD_SHOW_WARN_H
#define CMD_SHOW_WARN_H

#include "steer/snapshot.h"
#include "view/out.h"

/* Prints each warning; as JSON "warnings" is there also without one. */
void show_warn(struct out *out, const struct snapshot *snapshot);

#endif
