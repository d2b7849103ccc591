// SPDX-License-Identifier: GPL-2.0-only
// The client's end of a connection to the daemon.
#include "client/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "client/beacon.h"
#include "sas/root_dir.h"

/* Connecting waits only where the daemon takes nobody any more. */
enum { CONNECT_S = 5, ANSWER_S = 30 };

static int connect_to(const struct sockaddr_un *address, pid_t *pid)
{
	struct timeval connecting = {.tv_sec = CONNECT_S}, answer = {.tv_sec = ANSWER_S};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &connecting, sizeof(connecting));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &answer, sizeof(answer));
	if (connect(fd, (const void *)address, sizeof(*address)) < 0)
		err = -errno;
	else if (!beacon_peer_is_root(fd, pid))
		err = -EPERM;
	else
		return fd;
	close(fd);
	return err;
}

static int connect_there(uint64_t cookie, pid_t *pid)
{
	int dir = beacon_open_there(&RUN_DIR[1]), fd = dir;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];

	if (dir < 0)
		return dir == -ENOENT ? -EXDEV : dir;
	lock_file_name(cookie, "control", name, sizeof(name));
	if (!root_dir_is_roots(dir) ||
	    root_dir_path(dir, name, address.sun_path, sizeof(address.sun_path)))
		fd = -EPERM;
	else
		fd = connect_to(&address, pid);
	close(dir);
	return fd;
}

int ask_connect(uint64_t cookie, pid_t *pid)
{
	struct sockaddr_un address;
	int fd;

	control_address(cookie, &address);
	fd = connect_to(&address, pid);
	if (fd == -ECONNREFUSED || fd == -ENOENT)
		fd = connect_there(cookie, pid);
	/* It is starting or ending: its beacon is there, its socket is not. */
	return fd == -ENOENT ? -EAGAIN : fd;
}

const char *ask_why(int err)
{
	switch (err) {
	case -EAGAIN:
		return "it does not answer";
	case -ECONNRESET:
	case -EPIPE:
		return "it closed the connection without an answer";
	case -EXDEV:
		return "it is in another mount namespace that cannot be reached from here";
	case -EPROTO:
		return "it is of another version";
	default:
		return strerror(-err);
	}
}

int ask_send(int fd, const struct control_request *request)
{
	return send(fd, request, sizeof(*request), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int ask_hear(int fd, struct control_reply *reply)
{
	ssize_t got = recv(fd, reply, sizeof(*reply), 0);

	if (got < 0)
		return -errno;
	if (!got)
		return -ECONNRESET;
	reply->said[sizeof(reply->said) - 1] = 0;
	return got == (ssize_t)sizeof(*reply) && reply->magic == CONTROL_MAGIC ? 0 : -EPROTO;
}

int ask_once(int fd, const struct control_request *request, struct control_reply *reply)
{
	int err = ask_send(fd, request);

	return err ? err : ask_hear(fd, reply);
}
