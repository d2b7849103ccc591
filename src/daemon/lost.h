/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings that somebody else changed since we set them: looked for, noted for `show`, and said. */
#ifndef DAEMON_LOST_H
#define DAEMON_LOST_H

#include "core/report.h"
#include "undo/undo.h"

/*
 * Counts them, notes how many in the report, and says each when there are more than at the last
 * look. Nothing is written over: whoever changed it may have meant it.
 */
void lost_look(struct undo *undo, struct report *report);

#endif
