// SPDX-License-Identifier: GPL-2.0-only
/* XDP features of a device, by the generic netlink family "netdev". */
#include "nic/netdev.h"
#include "nic/nl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

/* include/uapi/linux/netdev.h of Linux 6.12 */
enum {
	NETDEV_CMD_DEV_GET = 1,
	NETDEV_A_DEV_IFINDEX = 1,
	NETDEV_A_DEV_XDP_FEATURES = 3,
	NETDEV_A_DEV_XDP_RX_METADATA_FEATURES = 5,
};

static struct nlmsghdr *request_put(char *buf, uint16_t family, uint8_t cmd)
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

static int family_id(uint16_t *family)
{
	struct nlmsghdr *nlh;
	char buf[256];
	int err;

	*family = 0;
	nlh = request_put(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "netdev");
	err = nl_ask(NETLINK_GENERIC, nlh, family_cb, family);
	if (!err && !*family)
		err = -ENOENT;
	return err;
}

static int dev_cb(const struct nlmsghdr *nlh, void *ctx)
{
	struct netdev_xdp *out = ctx;
	struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_payload_len(attr) < sizeof(uint64_t))
			continue;
		if (mnl_attr_get_type(attr) == NETDEV_A_DEV_XDP_FEATURES)
			out->features = mnl_attr_get_u64(attr);
		if (mnl_attr_get_type(attr) == NETDEV_A_DEV_XDP_RX_METADATA_FEATURES)
			out->rx_metadata = mnl_attr_get_u64(attr);
	}
	return MNL_CB_OK;
}

int netdev_xdp_get(int ifindex, struct netdev_xdp *out)
{
	struct nlmsghdr *nlh;
	uint16_t family;
	char buf[256];

	memset(out, 0, sizeof(*out));
	out->err = family_id(&family);
	if (out->err)
		return out->err;
	nlh = request_put(buf, family, NETDEV_CMD_DEV_GET);
	mnl_attr_put_u32(nlh, NETDEV_A_DEV_IFINDEX, ifindex);
	out->err = nl_ask(NETLINK_GENERIC, nlh, dev_cb, out);
	return out->err;
}
