// SPDX-License-Identifier: GPL-2.0-only
// In which bpffs the pins of this network namespace lie.
#include "sas/pins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "nic/netns.h"
#include "sas/bpffs.h"
#include "text/because.h"

int pins_find_in(struct pins *pins, int bpffs, const char *name, char *why, size_t size)
{
	uint64_t cookie;
	int err = netns_id(&cookie);

	pins_init(pins);
	if (err || !bpffs_keeps_names(bpffs)) {
		close(bpffs);
		return err ? because(err, why, size, "finding the pins under %.200s: %s", name,
				     strerror(-err))
			   : because(-EPERM, why, size,
				     "%.200s belongs to another user than root, or all may write it: nothing "
				     "of root's is safe in it; mount bpffs there with -o mode=0700",
				     name);
	}
	err = pins_open(pins, bpffs, name, cookie);
	if (err == -EPERM)
		because(err, why, size,
			"%.200s/" PINS_ROOT " is not what root alone can write, so another user may "
			"have made it: nothing in it was touched; look at it, remove it with rm -r, "
			"and chmod 0700 %.200s, so that it cannot happen again",
			name, name);
	else if (err)
		because(err, why, size, "reading %.300s/" PINS_ROOT ": %s", name, strerror(-err));
	return err;
}

/* Where bpffs is nowhere to be seen. */
static int find_none(struct pins *pins, bool may_mount, char *why, size_t size)
{
	int fd = may_mount ? bpffs_mount() : -ENOENT, err;

	if (fd < 0 && may_mount)
		return because(fd, why, size,
			       "bpffs is not mounted, and mounting it at " BPFFS " failed: %s; "
			       "mount it: mount -t bpf -o mode=0700 bpf " BPFFS,
			       strerror(-fd));
	if (fd < 0)
		return because(fd, why, size, "no bpffs can be seen from here");
	err = pins_find_in(pins, fd, BPFFS, why, size);
	pins->mounted = !err;
	pins->lasts = !err && bpffs_mount_lasts();
	return err;
}

static int find_named(struct pins *pins, const char *bpffs, char *why, size_t size)
{
	int fd = bpffs_open(bpffs);

	if (fd < 0)
		return because(
			fd, why, size,
			"ESPALIER_BPFFS names %.200s, which is no bpffs that can be opened: %s; "
			"mount it: mount -t bpf -o mode=0700 bpf %.200s",
			bpffs, strerror(-fd), bpffs);
	return pins_find_in(pins, fd, bpffs, why, size);
}

int pins_find(struct pins *pins, bool mount, char *why, size_t size)
{
	static const char *const places[] = {BPFFS, BPFFS_INIT};
	const char *named = getenv("ESPALIER_BPFFS");
	struct pins there;
	int err = 0;

	pins_init(pins);
	if (named)
		return find_named(pins, named, why, size);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !err; i++) {
		int fd = bpffs_open(places[i]);

		if (fd < 0)
			continue;
		err = pins_find_in(&there, fd, places[i], why, size);
		if (!err && (pins->bpffs < 0 || there.host_fd >= 0)) {
			pins_close(pins);
			*pins = there;
		} else if (!err) {
			pins_close(&there);
		}
		if (!err && pins->host_fd >= 0)
			return 0;
	}
	if (!err && pins->bpffs < 0)
		err = find_none(pins, mount, why, size);
	if (err)
		pins_close(pins);
	return err;
}
