// SPDX-License-Identifier: GPL-2.0-only
// Interfaces as people type them.
#include "cli/interface_named.h"

#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "text/near.h"

bool interface_name_ok(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= IFNAMSIZ || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' || isspace((unsigned char)*name))
			return false;
	return true;
}

void interface_cut(char *name)
{
	char *at = strchr(name, '@');

	if (!at || if_nametoindex(name))
		return;
	*at = '\0';
	if (!if_nametoindex(name))
		*at = '@';
}

/* The same but for the case of letters, or what is near; "" if nothing is. */
static void find_near(const char *typed, char name[IF_NAMESIZE])
{
	struct if_nameindex *all = if_nameindex();
	struct near near = {.typed = typed};

	name[0] = '\0';
	for (struct if_nameindex *i = all; i && i->if_name; i++) {
		if (!strcasecmp(typed, i->if_name)) {
			near.best = i->if_name;
			break;
		}
		near_try(&near, i->if_name);
	}
	if (near.best)
		snprintf(name, IF_NAMESIZE, "%s", near.best);
	if_freenameindex(all);
}

enum status interface_unknown(const char *tried, const char *name)
{
	char meant[IF_NAMESIZE];

	find_near(name, meant);
	if (*meant)
		return complain(tried, "%s: no such interface; did you mean %s?", name, meant);
	return complain(tried, "%s: no such interface; see ip link", name);
}
