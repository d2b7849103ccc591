// SPDX-License-Identifier: GPL-2.0-only
// The daemon's name in its network namespace.
#include "daemon/beacon.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The first byte of an abstract name is 0. */
static const char name[] = "\0espalier";

enum { WAITING = 8, PATIENCE_S = 2 };

static socklen_t beacon_address(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, sizeof(name) - 1);
	return offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1;
}

int beacon_listen(void)
{
	struct sockaddr_un address;
	socklen_t size = beacon_address(&address);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (void *)&address, size) && !listen(fd, WAITING))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

bool beacon_peer_is_root(int fd, pid_t *pid)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	*pid = peer.pid;
	return !peer.uid;
}

int beacon_connect(pid_t *pid)
{
	/* Where others keep the listener busy. */
	struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address;
	socklen_t size = beacon_address(&address);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (void *)&address, size) < 0)
		err = -errno;
	else if (!beacon_peer_is_root(fd, pid))
		err = -EPERM;
	else
		return fd;
	close(fd);
	return err;
}
