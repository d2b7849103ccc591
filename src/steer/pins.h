/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the pins of a network namespace lie under bpffs:
 *
 *	BPFFS/espalier/COOKIE/layout-N/MAP	maps, programs and the tracepoint's link
 *	BPFFS/espalier/COOKIE/if-IFINDEX/link	one link for each steered interface, and its program
 *
 * COOKIE is the namespace's, in hex (SO_NETNS_COOKIE, Linux 5.14).
 */
#ifndef STEER_PINS_H
#define STEER_PINS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pins {
	char root[PATH_MAX / 4];   /* BPFFS/espalier */
	char host[PATH_MAX / 4];   /* BPFFS/espalier/COOKIE */
	char layout[PATH_MAX / 4]; /* BPFFS/espalier/COOKIE/layout-N, N = LAYOUT_VERSION */
	uint64_t cookie;
};

/* What lies at a namespace's place. */
enum pins_state {
	PINS_NONE,    /* nothing is steered */
	PINS_OURS,    /* pins of our layout */
	PINS_FOREIGN, /* pins of another layout: `stop` takes them down, nothing else does */
};

/*
 * Finds the place of the current network namespace. bpffs is looked for at /sys/fs/bpf, then there
 * in the mount namespace of process 1 (`ip netns exec` hides it). With @mount it is mounted at
 * /sys/fs/bpf where it is nowhere, unless that mount would vanish with this process.
 * $ESPALIER_BPFFS names another place. 0, -ENOENT (no bpffs), or a negative errno.
 */
int pins_find(struct pins *pins, bool mount);

/* What lies there; a negative errno if it cannot be read. */
int pins_state(const struct pins *pins);

/* The path of a pin of our layout, or of an interface; -ENAMETOOLONG. */
int pins_path(const struct pins *pins, const char *name, char *path, size_t size);
int pins_interface_path(const struct pins *pins, unsigned int ifindex, const char *name, char *path,
			size_t size);

/* Makes the directories; modes 0700. 0 or a negative errno. */
int pins_create(const struct pins *pins);
int pins_create_interface(const struct pins *pins, unsigned int ifindex);

/* The interfaces that have pins, ascending; the count, or a negative errno. Caller frees
 * *ifindexes. */
int pins_interfaces(const struct pins *pins, unsigned int **ifindexes);

/* Removes one interface's pins: this detaches its program. 0 also if there are none. */
int pins_remove_interface(const struct pins *pins, unsigned int ifindex);

/* Removes everything of this namespace, of any layout: links first. */
int pins_remove(const struct pins *pins);

#endif
