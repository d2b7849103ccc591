/* SPDX-License-Identifier: GPL-2.0-only */
/* Which Linux a test runs on, by its name: what was written of it, not what it answers. */
#ifndef UNIT_RELEASE_H
#define UNIT_RELEASE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

/* Is it older than Linux @major.@minor? False too if its name is none of ours. */
static inline bool linux_before(int major, int minor)
{
	struct utsname name;
	int its_major, its_minor;

	return !uname(&name) && sscanf(name.release, "%d.%d", &its_major, &its_minor) == 2 &&
	       (its_major < major || (its_major == major && its_minor < minor));
}

#endif
