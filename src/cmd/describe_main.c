// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes man pages and completions while building: describe IN OUT [VERB]. Not installed.
 */
#include <string.h>
#include "cli/describe.h"
#include "cmd/verbs.h"

static int fill(const char *from, const char *to, const struct verb *verb)
{
	FILE *in = fopen(from, "r"), *out = in ? fopen(to, "w") : NULL;
	int replaced = -1;

	if (out)
		replaced = describe(verbs(), verb, in, out);
	if (out && fclose(out))
		replaced = -1;
	if (in)
		fclose(in);
	return replaced;
}

int main(int argc, char **argv)
{
	const struct verb *verb = argc > 3 ? verb_find(argv[3]) : NULL;
	int replaced;

	if (argc < 3 || (argc > 3 && !verb))
		return complain_usage("describe", "usage: describe IN OUT [VERB]");
	replaced = fill(argv[1], argv[2], verb);
	if (replaced < 0)
		return complain(argv[1], "cannot be read, or needs a verb, or %s cannot be written",
				argv[2]);
	if (!replaced)
		return complain(argv[1], "nothing in it is to be filled in");
	return STATUS_DONE;
}
