// SPDX-License-Identifier: GPL-2.0-only
// Models by the names that operators type.
#include "cmd/model_named.h"
#include "cmd/complain.h"
#include "cmd/near.h"

const struct model *model_named(const char *verb, const char *name)
{
	const struct model *model = model_find(name);
	struct near near = {.typed = name};

	if (model)
		return model;
	for (const struct model *const *m = models(); *m; m++)
		near_look(&near, (*m)->name);
	if (near.best)
		complain(verb, "%s: no such model; did you mean %s?", name, near.best);
	else
		complain(verb, "%s: no such model; 'espalier models' lists them", name);
	return NULL;
}
