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

const struct model *model_named(const char *verb, const char *name)
{
	const struct model *model = model_find(name);
	char near[256];

	if (!model)
		model = find_otherwise(name, near, sizeof(near));
	if (model)
		return model;
	if (*near) {
		complain(verb, "%s: this driver has several models: say one of %s", name, near);
		return NULL;
	}
	list_near(name, near, sizeof(near));
	if (*near)
		complain(verb, "%s: no such model; did you mean %s?", name, near);
	else
		complain(verb, "%s: no such model; 'espalier models' lists them", name);
	return NULL;
}
