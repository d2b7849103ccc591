// SPDX-License-Identifier: GPL-2.0-only
// The pins, also those of a daemon in another mount namespace.
#include "daemon/find_pins.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "daemon/ask.h"
#include "nic/netns.h"
#include "steer/unseen.h"

/* The daemon's bpffs; a negative errno if there is no daemon, or it has none to give. */
static int ask_for_bpffs(uint64_t cookie)
{
	const struct control_request request = {.magic = CONTROL_MAGIC, .what = CONTROL_PINS};
	struct control_reply reply;
	int bpffs = -1, err;
	pid_t pid;
	int fd = ask_connect(cookie, &pid);

	if (fd < 0)
		return fd;
	err = ask_once(fd, &request, &reply, &bpffs);
	close(fd);
	return bpffs < 0 && !err ? -EPROTO : err ? err : bpffs;
}

int find_unseen(char *why, size_t size)
{
	char name[IF_NAMESIZE];

	if (!unseen_steering(name))
		return 0;
	snprintf(why, size,
		 "espalier steers %s, but its pins cannot be seen from here: they lie in a bpffs of "
		 "another mount namespace, and no daemon answers; enter that one (nsenter --mount), "
		 "or take the program off by its link (bpftool link)",
		 name);
	return -EXDEV;
}

int find_pins(struct pins *pins, char *why, size_t size)
{
	int err = pins_find(pins, false, why, size), bpffs, unseen;
	uint64_t cookie;

	if ((!err && pins_state(pins) != PINS_NONE) || (err && err != -ENOENT) ||
	    netns_id(&cookie))
		return err;
	bpffs = ask_for_bpffs(cookie);
	if (bpffs >= 0) {
		pins_close(pins);
		return pins_find_in(pins, bpffs, "the daemon's /sys/fs/bpf", why, size);
	}
	unseen = find_unseen(why, size);
	if (unseen)
		pins_close(pins);
	return unseen ? unseen : err;
}
