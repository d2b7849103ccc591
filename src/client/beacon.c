// SPDX-License-Identifier: GPL-2.0-only
// The daemon's name in its network namespace, and the way from there to what it has.
#include "client/beacon.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* The first byte of an abstract name is 0. */
static const char name[] = "\0espalier";

/* How many may connect before the daemon's loop begins to send them away. */
enum { WAITING = 128, PATIENCE_S = 2 };

static socklen_t beacon_address(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, sizeof(name) - 1);
	return offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1;
}

int beacon_light(void)
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

int beacon_see(pid_t *pid)
{
	/* A daemon's loop sends all away at once. */
	struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address;
	socklen_t size = beacon_address(&address);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (void *)&address, size) < 0)
		err = errno == EAGAIN ? -EPERM : -errno;
	else if (!beacon_peer_is_root(fd, pid))
		err = -EPERM;
	close(fd);
	return err;
}

static int open_root(pid_t pid)
{
	char path[64];
	int fd;

	if (!pid)
		return -EXDEV;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM || errno == ENOENT))
		return -EXDEV;
	return fd < 0 ? -errno : fd;
}

int beacon_open_there(const char *path)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	pid_t pid, again = 0;
	int err = beacon_see(&pid), root, fd;

	if (err)
		return err;
	root = open_root(pid);
	if (root < 0)
		return root;
	fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	if (fd < 0)
		fd = -errno;
	close(root);
	/* One that listens still was there all the time: the pid is not another's by now. */
	if (fd >= 0 && (beacon_see(&again) || again != pid)) {
		close(fd);
		return -ECONNREFUSED;
	}
	return fd;
}
