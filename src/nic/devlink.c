// SPDX-License-Identifier: GPL-2.0-only
// What `devlink dev info` tells, by the generic netlink family "devlink".
#include "nic/devlink.h"

#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>
#include "nic/genl.h"

/* A string that ends within its attribute; NULL: it is none. */
static const char *string_of(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0 ? NULL : mnl_attr_get_str(attr);
}

/* One version: its name and its value. */
static void read_version(const struct nlattr *version, const char *wanted, char *value, size_t size)
{
	const char *name = NULL, *its = NULL;
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, version) {
		if (mnl_attr_get_type(attr) == DEVLINK_ATTR_INFO_VERSION_NAME)
			name = string_of(attr);
		else if (mnl_attr_get_type(attr) == DEVLINK_ATTR_INFO_VERSION_VALUE)
			its = string_of(attr);
	}
	if (name && its && !strcmp(name, wanted))
		snprintf(value, size, "%s", its);
}

void devlink_version(const struct nlmsghdr *answer, const char *name, char *value, size_t size)
{
	const struct nlattr *attr;

	*value = 0;
	mnl_attr_for_each (attr, answer, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == DEVLINK_ATTR_INFO_VERSION_RUNNING)
			read_version(attr, name, value, size);
}

struct asked {
	const char *name;
	char *value;
	size_t size;
};

static int info_cb(const struct nlmsghdr *nlh, void *ctx)
{
	const struct asked *asked = ctx;

	devlink_version(nlh, asked->name, asked->value, asked->size);
	return MNL_CB_OK;
}

int devlink_ask(const char *address, const char *name, char *value, size_t size)
{
	struct asked asked = {.name = name, .value = value, .size = size};
	struct nlmsghdr *nlh;
	uint16_t family;
	char buf[256];
	int err;

	*value = 0;
	err = genl_family(DEVLINK_GENL_NAME, &family);
	if (err)
		return err;
	nlh = genl_put(buf, family, DEVLINK_CMD_INFO_GET);
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_BUS_NAME, "pci");
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_DEV_NAME, address);
	return nl_ask(NETLINK_GENERIC, nlh, info_cb, &asked);
}
