/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the daemon of a network namespace is found from other mount namespaces, where neither its pins
 * nor /run/espalier need be seen: a socket in the abstract namespace, which belongs to the network
 * namespace. It only tells that a daemon is there and, by SO_PEERCRED, which process that is; it
 * answers nobody, for any user can connect to it or take that name, and uid 0 may be a container's,
 * without any capability.
 *
 * What a daemon has in its own mount namespace is reached through /proc/PID/root, where the kernel
 * decides: whoever has fewer capabilities than the daemon is refused (PTRACE_MODE_READ, ptrace(2)).
 */
#ifndef CLIENT_BEACON_H
#define CLIENT_BEACON_H

#include <stdbool.h>
#include <sys/types.h>

/* A socket that listens: from then on no other can. -EADDRINUSE; or another negative errno. */
int beacon_light(void);

/*
 * Who has the name? 0: a process of root, *pid is its (0: in a process namespace that we do not see);
 * -ECONNREFUSED: nobody who listens; -EPERM: another user, or somebody who answers nobody; or another
 * negative errno.
 */
int beacon_see(pid_t *pid);

/* Is root at the other end of a connected socket, and who? For the end that connected: who listens. */
bool beacon_peer_is_root(int fd, pid_t *pid);

/*
 * Directory @path (without its first slash) as root's process that has the name sees it: a descriptor,
 * whose links lead nowhere out of what that process sees. -EXDEV: that process cannot be seen, or the
 * kernel refuses us; -ENOENT; what beacon_see() returns; or another negative errno.
 */
int beacon_open_there(const char *path);

#endif
