/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the pins of a network namespace lie under bpffs:
 *
 *	BPFFS/espalier/COOKIE/layout-N/MAP	maps, programs and the tracepoint's link
 *	BPFFS/espalier/COOKIE/new/MAP		the same while they are being made or taken away
 *	BPFFS/espalier/COOKIE/if-IFINDEX/link	one link for each steered interface, and its program
 *
 * COOKIE is the namespace's, in hex (nic/netns.h).
 *
 * bpffs may be open to all users (mode 1777, where it was mounted without a mode). So every directory
 * is held by a descriptor, was never reached through a symbolic link, and is root's alone; what is done
 * in it is done through the descriptor. A user can then still make `espalier` before we do, which is
 * refused with words; he can change nothing of ours.
 */
#ifndef SAS_PINS_H
#define SAS_PINS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PINS_ROOT    "espalier"
#define PINS_WHY_LEN 512

struct pins {
	int bpffs;	/* descriptor of its root; -1: none */
	int root_fd;	/* of espalier/; -1: there is none */
	int host_fd;	/* of espalier/COOKIE */
	int layout_fd;	/* of espalier/COOKIE/layout-N, N = LAYOUT_VERSION; of `new` while it is made */
	uint64_t cookie;
	bool mounted;	/* bpffs was not there: pins_find() mounted it */
	bool lasts;	/* that mount outlives this process: it is in the mount namespace of process 1 */
	/* How people call these, for messages only. */
	char root[PATH_MAX / 4];
	char host[PATH_MAX / 4];
	char layout[PATH_MAX / 4];
};

/* What lies at a namespace's place. */
enum pins_state {
	PINS_NONE,    /* nothing is steered */
	PINS_OURS,    /* pins of our layout */
	PINS_FOREIGN, /* pins of another layout: `stop` takes them down, nothing else does */
};

/* None: what pins_close() leaves. */
void pins_init(struct pins *pins);

/*
 * Finds the place of the current network namespace: of the bpffs at /sys/fs/bpf here and there in the
 * mount namespace of process 1 (`ip netns exec` hides it) the first with pins of this namespace, else
 * the first. With @mount it is mounted at /sys/fs/bpf where it is nowhere. $ESPALIER_BPFFS names
 * another place. 0 until pins_close(); -ENOENT (no bpffs), -EPERM (somebody else's directory is in our
 * place) or another negative errno, and @why (at least PINS_WHY_LEN) is "why not; what to do".
 */
int pins_find(struct pins *pins, bool mount, char *why, size_t size);

/*
 * The same in an open bpffs, which @name calls. The descriptor is taken over, also on failure. 0, or a
 * negative errno and @why as above.
 */
int pins_find_in(struct pins *pins, int bpffs, const char *name, char *why, size_t size);

/*
 * The pins of namespace @cookie in an open bpffs, which @name calls. The descriptor is taken over, also
 * on failure. 0 until pins_close(); -EPERM (somebody else's directory is in our place), or another
 * negative errno.
 */
int pins_open(struct pins *pins, int bpffs, const char *name, uint64_t cookie);

void pins_close(struct pins *pins);

/* The other namespaces that have pins in this bpffs; the count, or a negative errno. Caller frees. */
int pins_others(const struct pins *pins, uint64_t **cookies);

/* The pins of one of them, in a descriptor of its own. 0 until pins_close(), or a negative errno. */
int pins_enter(struct pins *there, const struct pins *pins, uint64_t cookie);

/* What lies there; a negative errno if it cannot be read. */
int pins_state(const struct pins *pins);

/* A descriptor of what is pinned in our layout, or for an interface; -ENOENT, or a negative errno. */
int pins_get(const struct pins *pins, const char *name);
int pins_get_interface(const struct pins *pins, unsigned int ifindex, const char *name);

/*
 * Makes the directories, and `new` for the pins of our layout, which pins_put() fills and
 * pins_finish() gives its name: a layout is whole or not there. Modes 0700. 0 or a negative errno.
 */
int pins_create(struct pins *pins);
int pins_finish(const struct pins *pins);
int pins_create_interface(const struct pins *pins, unsigned int ifindex);

/* Pins what a descriptor stands for, in place of what has the name. 0 or a negative errno. */
int pins_put(const struct pins *pins, const char *name, int fd);
int pins_put_interface(const struct pins *pins, unsigned int ifindex, const char *name, int fd);

/* Removes a pin of our layout. 0; -ENOENT, or another negative errno. */
int pins_drop(const struct pins *pins, const char *name);

/* The interfaces that have pins, ascending; the count, or a negative errno. Caller frees
 * *ifindexes. */
int pins_interfaces(const struct pins *pins, unsigned int **ifindexes);

/* Removes one interface's pins: this detaches its program. 0 also if there are none. */
int pins_remove_interface(const struct pins *pins, unsigned int ifindex);

/* Removes everything of this namespace, of any layout: links first. */
int pins_remove(struct pins *pins);

#endif
