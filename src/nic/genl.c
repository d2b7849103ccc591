// SPDX-License-Identifier: GPL-2.0-only
// Requests to families of generic netlink.
#include "nic/genl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

struct nlmsghdr *genl_put(char *buf, uint16_t family, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

/* What is known of a family, and the group that is asked for. */
struct asked {
	uint16_t family;
	const char *group; /* NULL: none */
	uint32_t number;
};

static void take_group(const struct nlattr *nest, struct asked *asked)
{
	const char *name = NULL;
	struct nlattr *attr;
	uint32_t number = 0;

	mnl_attr_for_each_nested (attr, nest) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
		    mnl_attr_get_payload_len(attr) >= sizeof(number))
			number = mnl_attr_get_u32(attr);
	}
	if (name && asked->group && !strcmp(name, asked->group))
		asked->number = number;
}

static int family_cb(const struct nlmsghdr *nlh, void *ctx)
{
	struct nlattr *attr, *nest;
	struct asked *asked = ctx;

	mnl_attr_for_each (attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) >= sizeof(asked->family))
			asked->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested (nest, attr)
				take_group(nest, asked);
	}
	return MNL_CB_OK;
}

static int ask_family(const char *name, struct asked *asked)
{
	struct nlmsghdr *nlh;
	char buf[256];
	int err;

	nlh = genl_put(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	err = nl_ask(NETLINK_GENERIC, nlh, family_cb, asked);
	if (!err && (!asked->family || (asked->group && !asked->number)))
		err = -ENOENT;
	return err;
}

int genl_family(const char *name, uint16_t *family)
{
	struct asked asked = {0};
	int err = ask_family(name, &asked);

	*family = asked.family;
	return err;
}

int genl_group(const char *name, const char *group, uint16_t *family, uint32_t *number)
{
	struct asked asked = {.group = group};
	int err = ask_family(name, &asked);

	*family = asked.family;
	*number = asked.number;
	return err;
}
