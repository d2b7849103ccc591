// SPDX-License-Identifier: GPL-2.0-only
// The sockets of the SA follower: events on one, dumps and look-ups on the other.
#include "sad/sad.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "host/clock.h"
#include "sad/impl.h"

#define EVENT_BUFFER  (8 << 20) /* about 10,000 SAs deleted at once */
#define READS_AT_ONCE 256
#define DUMP_TRIES    5
#define DRAIN_TRIES   64
#define NO_END	      UINT64_MAX

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

	if (!sad->events || sad->progress.at != SYNC_NONE)
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

/* Sends a request, after throwing away what an earlier one that failed may have left. */
static int request(struct sad *sad, struct mnl_socket *socket, struct nlmsghdr *nlh,
		   struct sad_answer *answer)
{
	uint32_t from;
	ssize_t n;

	do {
		n = receive(sad, socket, MSG_DONTWAIT, &from);
	} while (n >= 0 || n == -ENOBUFS);
	nlh->nlmsg_seq = ++sad->sequence;
	*answer = (struct sad_answer){.sequence = sad->sequence};
	if (mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0)
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

static void read_answer(struct sad *sad, const struct nlmsghdr *nlh, struct sad_answer *answer)
{
	int ret = 0;

	if (nlh->nlmsg_seq != answer->sequence)
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

static void read_datagram(struct sad *sad, size_t n, uint32_t from, struct sad_answer *answer)
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

static bool is_over(uint64_t until_ns)
{
	return until_ns != NO_END && clock_now() >= until_ns;
}

/*
 * Receives the answer to a request. It never waits: netlink answers within sendto(), and the rest
 * of a dump within each recvmsg().
 */
static int collect(struct sad *sad, struct mnl_socket *socket, uint64_t until_ns,
		   struct sad_answer *answer)
{
	uint32_t from;
	ssize_t n;

	while (!answer->done) {
		n = receive(sad, socket, MSG_DONTWAIT, &from);
		if (n < 0)
			return (int)n;
		read_datagram(sad, (size_t)n, from, answer);
		if (!answer->done && is_over(until_ns))
			return SAD_SYNC_GOING;
	}
	return answer->error;
}

static int ask_for_dump(struct sad *sad)
{
	char buffer[64] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = XFRM_MSG_GETSA;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	sad->round++;
	return request(sad, sad->dumps, nlh, &sad->progress.answer);
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
	if (!ret)
		ret = open_socket(&sad->dumps, 0);
	if (ret) {
		sad_close(sad);
		return ret;
	}
	*out = sad;
	return 0;
}

/* Reads the events that are older than the dump that follows, as far as they come to an end. */
static int drain(struct sad *sad, uint64_t until_ns)
{
	struct sad_progress *progress = &sad->progress;
	int ret;

	for (; progress->left > 0; progress->left--) {
		ret = read_event(sad);
		if (ret == -EAGAIN)
			break;
		if (ret < 0)
			return ret;
		if (is_over(until_ns))
			return SAD_SYNC_GOING;
	}
	*progress = (struct sad_progress){.at = SYNC_DUMPS, .left = DUMP_TRIES};
	return ask_for_dump(sad);
}

/* A dump that the kernel says was interrupted is done again. */
static int dump(struct sad *sad, uint64_t until_ns)
{
	struct sad_progress *progress = &sad->progress;
	int ret;

	for (;;) {
		ret = collect(sad, sad->dumps, until_ns, &progress->answer);
		if (ret || !progress->answer.interrupted)
			return ret;
		sad->stats.interrupted++;
		if (!--progress->left)
			return -EAGAIN;
		ret = ask_for_dump(sad);
		if (ret)
			return ret;
	}
}

int sad_sync_slice(struct sad *sad, uint64_t until_ns)
{
	struct sad_progress *progress = &sad->progress;
	int ret = 0;

	if (!sad->dumps)
		return -ENOTCONN;
	if (progress->at == SYNC_NONE)
		*progress = (struct sad_progress){.at = SYNC_DRAINS,
						  .left = DRAIN_TRIES * READS_AT_ONCE};
	if (progress->at == SYNC_DRAINS)
		ret = drain(sad, until_ns);
	if (!ret)
		ret = dump(sad, until_ns);
	if (ret == SAD_SYNC_GOING)
		return ret;
	progress->at = SYNC_NONE;
	if (ret)
		return ret;
	sad_sweep(sad);
	sad->sync_wanted = false;
	sad->stats.syncs++;
	return 0;
}

int sad_sync(struct sad *sad)
{
	return sad_sync_slice(sad, NO_END);
}

/*
 * On the request socket and without waiting: netlink runs a request within sendto(), so the answer
 * is there when it returns. On the event socket it would stand behind all pending events.
 */
int sad_ask(struct sad *sad, const struct sa_id *id)
{
	char buffer[128] __attribute__((aligned(8)));
	struct sad_answer answer;
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
	ret = request(sad, sad->requests, nlh, &answer);
	if (!ret)
		ret = collect(sad, sad->requests, NO_END, &answer);
	sad->stats.found += !ret;
	return ret;
}
