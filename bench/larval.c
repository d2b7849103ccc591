// SPDX-License-Identifier: GPL-2.0-only
// Makes larval SAs by XFRM_MSG_ALLOCSPI.
#include "larval.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <stdio.h>
#include "spi.h"

#define LIFETIME "/proc/sys/net/core/xfrm_acq_expires" /* of larval SAs, in seconds */

static int set_lifetime(void)
{
	FILE *file = fopen(LIFETIME, "we");
	int err = 0;

	if (!file)
		return -errno;
	if (fputs("3600\n", file) < 0)
		err = -errno;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

static int allocate(struct mnl_socket *nl, __be32 dst, __u32 spi)
{
	char buffer[4096] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct xfrm_userspi_info *info;
	ssize_t n;

	nlh->nlmsg_type = XFRM_MSG_ALLOCSPI;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->info.family = AF_INET;
	info->info.sel.family = AF_INET;
	info->info.id.daddr.a4 = dst;
	info->info.saddr.a4 = htonl(0xc0000201);
	info->info.id.proto = IPPROTO_ESP;
	info->info.mode = XFRM_MODE_TUNNEL;
	info->min = spi;
	info->max = spi;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
	if (n < 0)
		return -errno;
	nlh = (struct nlmsghdr *)buffer;
	return nlh->nlmsg_type == NLMSG_ERROR ? *(int *)mnl_nlmsg_get_payload(nlh) : 0;
}

int larval_make(__be32 dst, __u32 count)
{
	struct mnl_socket *nl;
	int err = set_lifetime();

	if (err)
		return err;
	nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);
	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	for (__u32 i = 0; i < count && !err; i++)
		err = allocate(nl, dst, bench_spi(i));
	mnl_socket_close(nl);
	return err;
}
