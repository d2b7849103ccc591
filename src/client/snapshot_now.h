/* SPDX-License-Identifier: GPL-2.0-only */
/* What is steered in this network namespace now, for verbs that show it. Needs no daemon. */
#ifndef CLIENT_SNAPSHOT_NOW_H
#define CLIENT_SNAPSHOT_NOW_H

#include "cli/complain.h"
#include "show/snapshot.h"

/*
 * Takes a snapshot from the pins; interfaces have the names of now. It is all zero if nothing is
 * steered. @tried: what a complaint begins with. Anything but STATUS_DONE was said.
 */
enum status snapshot_now(const char *tried, struct snapshot *snapshot);

#endif
