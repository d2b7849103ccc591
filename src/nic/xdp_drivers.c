// SPDX-License-Identifier: GPL-2.0-only
// The drivers as a list.
#include "nic/xdp_drivers.h"

#include <string.h>
#include "nic/models/families.h"

const struct xdp_driver *const *xdp_drivers(void)
{
#define NIC(name, ...) &driver_##name,
	static const struct xdp_driver *const all[] = {
#include "nic/models/list.h"
		NULL,
	};
#undef NIC

	return all;
}

const struct xdp_driver *xdp_driver_find(const char *name)
{
	for (const struct xdp_driver *const *driver = xdp_drivers(); *driver; driver++)
		if (!strcmp((*driver)->name, name))
			return *driver;
	return NULL;
}
