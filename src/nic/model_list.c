// SPDX-License-Identifier: GPL-2.0-only
// The models as a list: what is looked up among all of them.
#include <string.h>
#include "nic/model.h"
#include "nic/models/families.h"

const struct model *const *models(void)
{
#define NIC(name, ...) __VA_ARGS__
#define MODEL(name)    &model_##name,
	static const struct model *const all[] = {
#include "nic/models/list.h"
		NULL,
	};
#undef NIC
#undef MODEL

	return all;
}

const struct model *model_find(const char *name)
{
	for (const struct model *const *m = models(); *m; m++)
		if (!strcmp((*m)->name, name))
			return *m;
	return NULL;
}

const struct model *model_of_driver(const char *driver)
{
	for (const struct model *const *m = models(); *m; m++)
		if (!strcmp((*m)->driver->name, driver))
			return *m;
	return NULL;
}

bool model_has_package(const char *driver)
{
	for (const struct model *const *m = models(); *m; m++)
		if (!strcmp((*m)->driver->name, driver) && (*m)->package)
			return true;
	return false;
}
