// SPDX-License-Identifier: GPL-2.0-only
// The pins, also those of a daemon in another mount namespace.
#include "client/find_pins.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "client/beacon.h"
#include "client/came_home.h"
#include "sas/bpffs.h"
#include "steer/unseen.h"

/* The bpffs that the daemon has at its BPFFS; the errors of beacon_open_there(). */
static int open_daemons_bpffs(void)
{
	int fd = beacon_open_there(&BPFFS[1]);

	if (fd < 0)
		return fd == -ENOENT ? -EXDEV : fd;
	if (bpffs_is(fd))
		return fd;
	close(fd);
	return -EXDEV;
}

static int out_of_reach(char *why, size_t size)
{
	snprintf(why, size,
		 "espalier's daemon runs in this network namespace, but what it steers cannot be seen "
		 "from here: it is in another mount namespace, which this process may not enter or "
		 "whose processes it does not see; ask from there (nsenter --mount --pid), or as root "
		 "with all capabilities");
	return -EXDEV;
}

int find_unseen(char *why, size_t size)
{
	char name[IF_NAMESIZE];

	if (!unseen_steering(name))
		return 0;
	if (came_home_tell(why, size))
		return -EXDEV;
	snprintf(why, size,
		 "espalier steers %s, but its pins cannot be seen from here: they lie in a bpffs of "
		 "another mount namespace, and no daemon leads there; enter that one (nsenter --mount), "
		 "or take the program off by its link (bpftool link)",
		 name);
	return -EXDEV;
}

int find_pins(struct pins *pins, char *why, size_t size)
{
	int err = pins_find(pins, false, why, size), bpffs, unseen;

	if ((!err && pins_state(pins) != PINS_NONE) || (err && err != -ENOENT))
		return err;
	bpffs = open_daemons_bpffs();
	if (bpffs >= 0) {
		pins_close(pins);
		err = pins_find_in(pins, bpffs, "the daemon's /sys/fs/bpf", why, size);
		if (err || pins_state(pins) != PINS_NONE)
			return err;
	}
	unseen = find_unseen(why, size);
	if (!unseen && bpffs == -EXDEV)
		unseen = out_of_reach(why, size);
	if (unseen)
		pins_close(pins);
	return unseen ? unseen : err;
}
