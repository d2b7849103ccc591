/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets of the SA follower: events on one, dumps and look-ups on the other. */
#include "sad/sad.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "sad/impl.h"

#define EVENT_BUFFER  (8 << 20) /* about 10,000 SAs deleted at once */
#define READS_AT_ONCE 256
#define DUMP_TRIES    5
#define DRAIN_TRIES   64

static int set_event_options(struct mnl_socket *socket)
{
	static const int groups[] = {XFRMNLGRP_SA, XFRMNLGRP_EXPIRE, XFRMNLGRP_MIGRATE,
				     XFRMNLGRP_MAPPING};
	int fd = mnl_socket_get_fd(socket), size = EVENT_BUFFER;
	size_t i;

	/* what it cannot hold is found again by a dump, so a smaller buffer is no error */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])))
			return -errno;
	}
	return 0;
}

static int open_socket(struct mnl_socket **socket, int flags)
{
	*socket = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC | flags);
	if (!*socket)
		return -errno;
	return mnl_socket_bind(*socket, 0, MNL_SOCKET_AUTOPID) ? -errno : 0;
}

int sad_fd(const struct sad *sad)
{
	return sad->events ? mnl_socket_get_fd(sad->events) : -1;
}

/* One datagram into the buffer; *from is its sender's port. Length or negative errno. */
static ssize_t receive(struct sad *sad, struct mnl_socket *socket, int flags, uint32_t *from)
{
	struct sockaddr_nl sender = {.nl_family = AF_NETLINK};
	struct iovec io = {.iov_base = sad->buffer, .iov_len = sizeof(sad->buffer)};
	struct msghdr message = {
		.msg_name = &sender,
		.msg_namelen = sizeof(sender),
		.msg_iov = &io,
		.msg_iovlen = 1,
	};
	ssize_t n;

	do {
		n = recvmsg(mnl_socket_get_fd(socket), &message, flags);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*from = sender.nl_pid;
	if (message.msg_flags & MSG_TRUNC && !sender.nl_pid)
		return -ENOBUFS;
	return n;
}

static int read_event(struct sad *sad)
{
	uint32_t from;
	ssize_t n = receive(sad, sad->events, 0, &from);
	int ret;

	if (n == -ENOBUFS) {
		sad->stats.overflows++;
		sad_say_lost(sad, SAD_LOST_OVERFLOW);
		return 0;
	}
	if (n < 0)
		return (int)n;
	ret = sad_message(sad, sad->buffer, (size_t)n, from);
	/* forged and malformed messages are counted, and that is all that can be done */
	return ret == -ENOMEM ? ret : 0;
}

/*
 * A sync is asked for only when the socket is empty: before that the kernel drops further events
 * without a word, and an old event read after the dump would undo what the dump said.
 */
int sad_read(struct sad *sad)
{
	int i, ret;

	if (!sad->events)
		return 0;
	for (i = 0; i < READS_AT_ONCE; i++) {
		ret = read_event(sad);
		if (ret == -EAGAIN)
			return sad->sync_wanted ? SAD_SYNC_WANTED : 0;
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int drain(struct sad *sad)
{
	int i, ret;

	for (i = 0; i < DRAIN_TRIES * READS_AT_ONCE; i++) {
		ret = read_event(sad);
		if (ret == -EAGAIN)
			return 0;
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Sends a request, after throwing away what an earlier one that failed may have left. */
static int request(struct sad *sad, struct nlmsghdr *nlh)
{
	uint32_t from;
	ssize_t n;

	do {
		n = receive(sad, sad->requests, MSG_DONTWAIT, &from);
	} while (n >= 0 || n == -ENOBUFS);
	nlh->nlmsg_seq = ++sad->sequence;
	if (mnl_socket_sendto(sad->requests, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return 0;
}

static int error_in(const struct nlmsghdr *nlh)
{
	int error;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(error))
		return -EBADMSG;
	memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	return error < 0 ? error : 0;
}

struct answer {
	bool done;
	bool interrupted;
	int error; /* the first */
};

static void read_answer(struct sad *sad, const struct nlmsghdr *nlh, struct answer *answer)
{
	int ret = 0;

	if (nlh->nlmsg_seq != sad->sequence)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR) {
		answer->done = true;
		ret = error_in(nlh);
	} else {
		ret = sad_take(sad, nlh);
		if (!(nlh->nlmsg_flags & NLM_F_MULTI))
			answer->done = true;
	}
	if (ret < 0 && !answer->error)
		answer->error = ret;
}

static void read_datagram(struct sad *sad, size_t n, uint32_t from, struct answer *answer)
{
	const struct nlmsghdr *nlh;
	size_t at = 0;

	if (from) {
		sad->stats.forged++;
		return;
	}
	while ((nlh = xfrm_next(sad->buffer, n, &at)))
		read_answer(sad, nlh, answer);
}

/*
 * Receives the answer to the last request. It never waits: netlink answers within sendto(), and the
 * rest of a dump within each recvmsg().
 */
static int collect(struct sad *sad, struct answer *answer)
{
	uint32_t from;
	ssize_t n;

	while (!answer->done) {
		n = receive(sad, sad->requests, MSG_DONTWAIT, &from);
		if (n < 0)
			return (int)n;
		read_datagram(sad, (size_t)n, from, answer);
	}
	return answer->error;
}

static int dump(struct sad *sad, bool *interrupted)
{
	char buffer[64] __attribute__((aligned(8)));
	struct answer answer = {0};
	struct nlmsghdr *nlh;
	int ret;

	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = XFRM_MSG_GETSA;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	sad->round++;
	ret = request(sad, nlh);
	if (!ret)
		ret = collect(sad, &answer);
	*interrupted = answer.interrupted;
	return ret;
}

int sad_open(struct sad **out, const struct sad_ops *ops, void *arg)
{
	struct sad *sad = sad_new(ops, arg);
	int ret;

	if (!sad)
		return -ENOMEM;
	ret = open_socket(&sad->events, SOCK_NONBLOCK);
	if (!ret)
		ret = set_event_options(sad->events);
	if (!ret)
		ret = open_socket(&sad->requests, 0);
	if (ret) {
		sad_close(sad);
		return ret;
	}
	*out = sad;
	return 0;
}

int sad_sync(struct sad *sad)
{
	bool interrupted = true;
	int i, ret;

	if (!sad->requests)
		return -ENOTCONN;
	ret = drain(sad);
	if (ret)
		return ret;
	for (i = 0; i < DUMP_TRIES && interrupted; i++) {
		ret = dump(sad, &interrupted);
		if (ret)
			return ret;
		sad->stats.interrupted += interrupted;
	}
	if (interrupted)
		return -EAGAIN;
	sad_sweep(sad);
	sad->sync_wanted = false;
	sad->stats.syncs++;
	return 0;
}

/*
 * On the request socket and without waiting: netlink runs a request within sendto(), so the answer
 * is there when it returns. On the event socket it would stand behind all pending events.
 */
int sad_ask(struct sad *sad, const struct sa_id *id)
{
	char buffer[128] __attribute__((aligned(8)));
	struct answer answer = {0};
	struct xfrm_usersa_id *ask;
	struct nlmsghdr *nlh;
	int ret;

	if (!sad->requests)
		return -ENOTCONN;
	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = XFRM_MSG_GETSA;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ask = mnl_nlmsg_put_extra_header(nlh, sizeof(*ask));
	memcpy(&ask->daddr, id->dst, sizeof(id->dst));
	ask->spi = htonl(id->spi);
	ask->family = id->family;
	ask->proto = id->protocol;
	sad->stats.asked++;
	ret = request(sad, nlh);
	if (!ret)
		ret = collect(sad, &answer);
	sad->stats.found += !ret;
	return ret;
}
