// SPDX-License-Identifier: GPL-2.0-only
/* How verbs that do one thing say what came of it. */
#include <string.h>
#include "cli/outcome.h"
#include "view/out.h"

enum status outcome(const char *tried, int err, const char *said, bool json)
{
	struct out *out;

	if (err)
		return complain(tried, "%s", *said ? said : strerror(-err));
	out = out_new(stdout, json);
	if (!out)
		return complain(tried, "done, but no memory to say so");
	if (json) {
		out_number(out, "version", 1);
		out_bool(out, "done", true);
		out_string(out, "said", said);
		out_array(out, "warnings");
		out_up(out);
	} else {
		out_say(out, "%s", said);
	}
	err = out_close(out);
	if (err)
		return complain(tried, "done, but cannot say so: %s", strerror(-err));
	return STATUS_DONE;
}
