// SPDX-License-Identifier: GPL-2.0-only
// Which device leads to an address.
#include "nic/route.h"
#include "nic/nl.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

static int take_device(const struct nlmsghdr *nlh, void *ctx)
{
	struct nlattr *attr;
	int *ifindex = ctx;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	mnl_attr_for_each (attr, nlh, sizeof(struct rtmsg))
		if (mnl_attr_get_type(attr) == RTA_OIF && mnl_attr_get_payload_len(attr) >= 4)
			*ifindex = (int)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

int route_device(uint8_t family, const __be32 to[4], const __be32 from[4])
{
	static const __be32 none[4];
	size_t length = family == AF_INET ? 4 : 16;
	struct nlmsghdr *nlh;
	struct rtmsg *route;
	int ifindex = 0, err;
	char buf[256];

	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_ACK;
	route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));
	route->rtm_family = family;
	route->rtm_dst_len = (uint8_t)(length * 8);
	mnl_attr_put(nlh, RTA_DST, length, to);
	if (memcmp(from, none, length)) {
		route->rtm_src_len = (uint8_t)(length * 8);
		mnl_attr_put(nlh, RTA_SRC, length, from);
	}
	err = nl_ask(NETLINK_ROUTE, nlh, take_device, &ifindex);
	if (err)
		return err;
	return ifindex > 0 ? ifindex : -ENETUNREACH;
}
