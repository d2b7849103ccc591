/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the daemon of a network namespace is found from other mount namespaces, where neither its pins
 * nor /run/espalier need be seen: a socket in the abstract namespace, which belongs to the network
 * namespace. Any user can take that name or connect to it, so both ends look whether the other is root.
 */
#ifndef DAEMON_BEACON_H
#define DAEMON_BEACON_H

#include <stdbool.h>
#include <sys/types.h>

/* A listening socket; -EADDRINUSE: somebody listens already; or another negative errno. */
int beacon_listen(void);

/*
 * A socket that is connected to root's daemon, *pid is its (0: in a process namespace that we do not
 * see). -ECONNREFUSED: there is none; -EPERM: the name is another user's; or another negative errno.
 */
int beacon_connect(pid_t *pid);

/* Is root at the other end of a connected socket, and who? For the end that connected: who listens. */
bool beacon_peer_is_root(int fd, pid_t *pid);

#endif
