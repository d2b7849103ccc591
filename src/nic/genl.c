// SPDX-License-Identifier: GPL-2.0-only
// Requests to families of generic netlink.
#include "nic/genl.h"

#include <errno.h>
#include <linux/genetlink.h>

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

static int family_cb(const struct nlmsghdr *nlh, void *ctx)
{
	struct nlattr *attr;
	uint16_t *family = ctx;

	mnl_attr_for_each (attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) >= sizeof(*family))
			*family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

int genl_family(const char *name, uint16_t *family)
{
	struct nlmsghdr *nlh;
	char buf[256];
	int err;

	*family = 0;
	nlh = genl_put(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	err = nl_ask(NETLINK_GENERIC, nlh, family_cb, family);
	if (!err && !*family)
		err = -ENOENT;
	return err;
}
