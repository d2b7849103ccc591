// SPDX-License-Identifier: GPL-2.0-only
/* One netlink conversation. */
#include "nic/nl.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <linux/netlink.h>

int nl_recv(int fd, void *buf, size_t len)
{
	struct sockaddr_nl from = {0};
	struct iovec iov = {buf, len};
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t n;

	do {
		n = recvmsg(fd, &msg, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (msg.msg_namelen != sizeof(from) || from.nl_family != AF_NETLINK || from.nl_pid)
		return 0;
	if (msg.msg_flags & MSG_TRUNC)
		return -ENOSPC;
	return n;
}

static int receive_all(struct mnl_socket *nl, unsigned int seq, char *buf, mnl_cb_t fn, void *ctx)
{
	unsigned int port = mnl_socket_get_portid(nl);
	int n;

	for (;;) {
		n = nl_recv(mnl_socket_get_fd(nl), buf, NL_BUF_LEN);
		if (n < 0)
			return n;
		if (!n)
			continue;
		n = mnl_cb_run(buf, n, seq, port, fn, ctx);
		if (n < 0)
			return -errno;
		if (n == MNL_CB_STOP)
			return 0;
	}
}

static int talk(struct mnl_socket *nl, struct nlmsghdr *request, mnl_cb_t fn, void *ctx)
{
	char *buf;
	int err;

	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	if (mnl_socket_sendto(nl, request, request->nlmsg_len) < 0)
		return -errno;
	buf = malloc(NL_BUF_LEN);
	if (!buf)
		return -ENOMEM;
	err = receive_all(nl, request->nlmsg_seq, buf, fn, ctx);
	free(buf);
	return err;
}

int nl_ask(int bus, struct nlmsghdr *request, mnl_cb_t fn, void *ctx)
{
	struct mnl_socket *nl;
	int err;

	nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl)
		return -errno;
	request->nlmsg_seq = 1;
	request->nlmsg_flags |= NLM_F_REQUEST;
	err = talk(nl, request, fn, ctx);
	mnl_socket_close(nl);
	return err;
}
