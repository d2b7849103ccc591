/* SPDX-License-Identifier: GPL-2.0-only */
/* What a heavy SA is given: a CPU of its own, and others for its inner flows. */
#ifndef CMD_SHOW_HEAVY_H
#define CMD_SHOW_HEAVY_H

#include "show/snapshot.h"
#include "view/out.h"

/* Sentences, as far as there is something to say; in JSON the objects "kept" and "inner". */
void show_heavy(struct out *out, const struct snapshot *snapshot);

#endif
