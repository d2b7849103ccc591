// SPDX-License-Identifier: GPL-2.0-only
// XDP features of a device, by the generic netlink family "netdev".
#include "nic/netdev.h"
#include "nic/genl.h"

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
	out->err = genl_family("netdev", &family);
	if (out->err)
		return out->err;
	nlh = genl_put(buf, family, NETDEV_CMD_DEV_GET);
	mnl_attr_put_u32(nlh, NETDEV_A_DEV_IFINDEX, ifindex);
	out->err = nl_ask(NETLINK_GENERIC, nlh, dev_cb, out);
	return out->err;
}
