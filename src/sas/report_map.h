/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The map of what `show` alone reads (core/report.h): pinned beside the others as `report`, with a
 * version of its own. A report that cannot be read is no reason to refuse anything: it is blank
 * then.
 */
#ifndef SAS_REPORT_MAP_H
#define SAS_REPORT_MAP_H

#include <stdbool.h>
#include "core/report.h"
#include "sas/pins.h"

/*
 * The pinned report in memory until report_close(). Where there is none that we can read (of
 * another version or size, gone, damaged) *blank is set, and it is a blank one of this process
 * alone. NULL: no memory.
 */
struct report *report_open(const struct pins *pins, bool write, bool *blank);

/* Makes a blank one in a new map, and pins it in place of what is there. 0 or a negative errno. */
int report_create(const struct pins *pins, struct report **made);

/* NULL is none. */
void report_close(struct report *report);

#endif
