// SPDX-License-Identifier: GPL-2.0-only
// Models by the names that operators type.
#include "cli/model_named.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "cli/complain.h"
#include "text/near.h"

/* "vmxnet3-v3, vmxnet3-v4 or vmxnet3-v6"; "": no name is near. */
static void list_near(const char *typed, char *buf, size_t size)
{
	const char *last = NULL;
	size_t n = 0;

	buf[0] = 0;
	for (const struct model *const *m = models(); *m && n < size; m++) {
		if (!near_is(typed, (*m)->name))
			continue;
		if (last)
			n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? ", " : "", last);
		last = (*m)->name;
	}
	if (last && n < size)
		snprintf(buf + n, size - n, "%s%s", n ? " or " : "", last);
}

/* A name in other letters, or a driver that has one model. *all: the names, if it has several. */
static const struct model *find_otherwise(const char *name, char *all, size_t size)
{
	const struct model *found = NULL;
	size_t n = 0, used = 0;

	all[0] = 0;
	for (const struct model *const *m = models(); *m; m++) {
		if (!strcasecmp((*m)->name, name))
			return *m;
		if (strcasecmp((*m)->driver->name, name))
			continue;
		found = *m;
		if (used < size)
			used += (size_t)snprintf(all + used, size - used, "%s%s", n ? ", " : "",
						 (*m)->name);
		n++;
	}
	return n == 1 ? found : NULL;
}

const struct model *model_known(const char *name)
{
	const struct model *model = model_find(name);
	char all[256];

	return model ? model : find_otherwise(name, all, sizeof(all));
}

void model_why_not(const char *name, char *why, size_t size)
{
	char near[256];

	(void)find_otherwise(name, near, sizeof(near));
	if (*near) {
		snprintf(why, size, "this driver has several models: say one of %s", near);
		return;
	}
	list_near(name, near, sizeof(near));
	if (*near)
		snprintf(why, size, "no such model; did you mean %s?", near);
	else
		snprintf(why, size, "no such model; 'espalier models' lists them");
}

const struct model *model_named(const char *verb, const char *name)
{
	const struct model *model = model_known(name);
	char why[320];

	if (model)
		return model;
	model_why_not(name, why, sizeof(why));
	complain(verb, "%s: %s", name, why);
	return NULL;
}
