/* SPDX-License-Identifier: GPL-2.0-only */
/* How soon the next round comes. Pure. */
#ifndef PLACE_PACE_H
#define PLACE_PACE_H

#include <stdbool.h>

/* While loads change; a move takes about as long as that (docs/moves.md). */
#define PACE_QUICK_MS 100

/*
 * Milliseconds until the next round, after one that came @last after the one before it (0: the
 * first).
 * @restless: it moved SAs, or wanted to. Never more than @longest, which may be less than quick.
 */
unsigned int pace_next(unsigned int last, unsigned int longest, bool restless);

#endif
