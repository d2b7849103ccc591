// SPDX-License-Identifier: GPL-2.0-only
// The client's end of a connection to the daemon.
#include "daemon/ask.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include "daemon/beacon.h"

enum { PATIENCE_S = 30 };

static int connect_in_run_dir(uint64_t cookie, pid_t *pid)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	control_address(cookie, &address);
	if (connect(fd, (void *)&address, sizeof(address)) < 0)
		err = -errno;
	else if (!beacon_peer_is_root(fd, pid))
		err = -EPERM;
	else
		return fd;
	close(fd);
	return err;
}

int ask_connect(uint64_t cookie, pid_t *pid)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = connect_in_run_dir(cookie, pid);

	if (fd < 0)
		fd = beacon_connect(pid);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static int take_passed(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd;

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

int ask_send(int fd, const struct control_request *request)
{
	return send(fd, request, sizeof(*request), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int ask_hear(int fd, struct control_reply *reply, int *passed)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {.iov_base = reply, .iov_len = sizeof(*reply)};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = passed ? control.room : NULL,
		.msg_controllen = passed ? sizeof(control.room) : 0,
	};
	ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (got < 0)
		return -errno;
	if (!got)
		return -ECONNRESET;
	if (passed)
		*passed = take_passed(&message);
	reply->said[sizeof(reply->said) - 1] = 0;
	return got == (ssize_t)sizeof(*reply) && reply->magic == CONTROL_MAGIC ? 0 : -EPROTO;
}

int ask_once(int fd, const struct control_request *request, struct control_reply *reply, int *passed)
{
	int err = ask_send(fd, request);

	return err ? err : ask_hear(fd, reply, passed);
}
