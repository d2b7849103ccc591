/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inspect --report: what a NIC did, in a form that can be sent to whoever keeps the models, and read
 * again to check one. Nothing in it tells addresses or SPIs: a Toeplitz hash is linear, so two
 * SAs of one pair of addresses tell all by the differences of their SPIs and of their hashes.
 */
#ifndef CMD_INSPECT_REPORT_H
#define CMD_INSPECT_REPORT_H

#include "cmd/inspect/inspection.h"

/* Writes the report, JSON; a file that is there is not written over. 0 or a negative errno. */
int report_write(const char *path, const struct inspection *in);

#endif
