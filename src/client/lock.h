/* SPDX-License-Identifier: GPL-2.0-only */
/* One daemon for each network namespace: a lock, and the place of its files. */
#ifndef CLIENT_LOCK_H
#define CLIENT_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define RUN_DIR "/run/espalier"

/* The name of a file of this namespace below RUN_DIR: COOKIE.SUFFIX. */
void lock_file_name(uint64_t cookie, const char *suffix, char *name, size_t size);

/*
 * Takes the lock of a namespace and writes our pid into it: a descriptor that holds it until
 * lock_release() or our death. -EAGAIN: a daemon runs, *holder is its pid (0 if it has not said);
 * -EPERM: RUN_DIR is not root's alone; else a negative errno.
 */
int lock_take(uint64_t cookie, pid_t *holder);

/* Gives the lock back, and removes its file and the socket of a dead daemon. */
void lock_release(uint64_t cookie, int fd);

/* Removes the record of changed settings of a namespace that is gone. Under its lock. */
void lock_forget(uint64_t cookie);

/* Did a daemon die without giving its lock back? False also where there is no lock to be seen. */
bool lock_is_left(uint64_t cookie);

/* The pid of the running daemon, or 0; a negative errno. */
pid_t lock_holder(uint64_t cookie);

#endif
