// SPDX-License-Identifier: GPL-2.0-only
// Hears of NICs whose hashing is rewritten, by the generic netlink family "ethtool".
#include "nic/rss_ntf.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "nic/genl.h"

/* include/uapi/linux/ethtool_netlink_generated.h of Linux 6.17 */
enum {
	ETHTOOL_MSG_RSS_NTF = 50,
	ETHTOOL_A_RSS_HEADER = 1,
	ETHTOOL_A_RSS_CONTEXT = 2,
	ETHTOOL_A_HEADER_DEV_INDEX = 1,
};

struct rss_ntf {
	struct mnl_socket *nl;
	uint16_t family;
	char buf[NL_BUF_LEN];
};

static int ifindex_of(const struct nlattr *header)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested (attr, header)
		if (mnl_attr_get_type(attr) == ETHTOOL_A_HEADER_DEV_INDEX &&
		    mnl_attr_get_payload_len(attr) >= sizeof(uint32_t))
			return (int)mnl_attr_get_u32(attr);
	return 0;
}

int rss_ntf_parse(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;
	int ifindex = 0;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) || genl->cmd != ETHTOOL_MSG_RSS_NTF)
		return 0;
	mnl_attr_for_each (attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) == ETHTOOL_A_RSS_HEADER)
			ifindex = ifindex_of(attr);
		if (mnl_attr_get_type(attr) == ETHTOOL_A_RSS_CONTEXT &&
		    mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) && mnl_attr_get_u32(attr))
			return 0; /* one of the others, which takes no ESP unless a rule says so */
	}
	return ifindex;
}

static int listen_to(struct rss_ntf *ntf)
{
	uint32_t group;
	int fd, err = genl_group("ethtool", "monitor", &ntf->family, &group);

	if (err)
		return err;
	ntf->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!ntf->nl)
		return -errno;
	fd = mnl_socket_get_fd(ntf->nl);
	if (mnl_socket_bind(ntf->nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

int rss_ntf_open(struct rss_ntf **out)
{
	struct rss_ntf *ntf = *out = calloc(1, sizeof(*ntf));
	int err = ntf ? listen_to(ntf) : -ENOMEM;

	if (err) {
		rss_ntf_close(ntf);
		*out = NULL;
	}
	return err;
}

void rss_ntf_close(struct rss_ntf *ntf)
{
	if (ntf && ntf->nl)
		mnl_socket_close(ntf->nl);
	free(ntf);
}

bool rss_ntf_told(struct rss_ntf *ntf, int ifindex)
{
	bool told = false;
	int n;

	if (!ntf)
		return false;
	while ((n = nl_recv(mnl_socket_get_fd(ntf->nl), ntf->buf, sizeof(ntf->buf))) != -EAGAIN) {
		const struct nlmsghdr *nlh = (const void *)ntf->buf;

		if (n < 0 && n != -ENOBUFS && n != -ENOSPC)
			return told;
		told |= n < 0;
		for (; n > 0 && mnl_nlmsg_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n))
			told |= nlh->nlmsg_type == ntf->family && rss_ntf_parse(nlh) == ifindex;
	}
	return told;
}
