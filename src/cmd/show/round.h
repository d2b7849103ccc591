/* SPDX-License-Identifier: GPL-2.0-only */
/* What rounds of placing by load do, and how moves go. */
#ifndef CMD_SHOW_ROUND_H
#define CMD_SHOW_ROUND_H

#include "show/snapshot.h"
#include "view/out.h"

/* JSON: the object "moves"; "rounds" and "costs", which are null where no rounds are made, and what heavy.h has. */
void show_moves(struct out *out, const struct snapshot *snapshot);
void show_round(struct out *out, const struct snapshot *snapshot);

/* Why the last round did what it did, in a sentence. False: none was made. */
bool show_round_why(const struct snapshot *snapshot, char *buf, size_t size);

/* One SA is too much for an even placement: says so, and what helps. */
void show_round_warn(struct out *out, const struct snapshot *snapshot);

#endif
