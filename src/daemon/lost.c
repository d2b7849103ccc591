// SPDX-License-Identifier: GPL-2.0-only
// Settings that somebody else changed since we set them.
#include "daemon/lost.h"

#include "cli/say.h"
#include "core/handover.h"

static void say_lost(void *ctx, const char *line)
{
	say_warning("warning: %s: somebody else changed it, and it is left so", line);
}

void lost_look(struct undo *undo, struct report *report)
{
	__u32 was = SHARED(report->lost), is = (__u32)undo_lost(undo, NULL, NULL);

	if (is > was)
		undo_lost(undo, say_lost, NULL);
	else if (was && !is)
		say("every setting is again as it was set");
	SHARED(report->lost) = is;
}
