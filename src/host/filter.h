/* SPDX-License-Identifier: GPL-2.0-only */
/* What we may ask of the kernel from some point on: a seccomp filter. */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

enum filter_for {
	FILTER_READER, /* who reads what others wrote, and prints */
	FILTER_DAEMON, /* `run` once it is set up */
};

/*
 * From here on this process, and what it forks, can make only the system calls that stays.c lists
 * for it; any other fails with EPERM and is told to the kernel's audit. It cannot be taken back.
 * Capabilities or no_new_privs must allow it. 0; -EOPNOTSUPP where the kernel has no seccomp, or
 * another negative errno: nothing is filtered then. A build under a sanitizer filters nothing, for
 * what that needs is not ours.
 */
int filter_set(enum filter_for who);

#endif
