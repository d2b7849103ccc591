// SPDX-License-Identifier: GPL-2.0-only
// Interfaces that came from another network namespace with our program still on them.
#include "client/came_home.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli/say.h"
#include "client/dead.h"
#include "client/leavings.h"
#include "client/lock.h"
#include "steer/xdp.h"
#include "steer/undo.h"

/* The first interface of @there that is here: its number there, and here; false: none. */
static bool find_here(const struct pins *there, unsigned int *was, unsigned int *is)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(there, &ifindexes);

	*is = 0;
	for (int i = 0; i < count && !*is; i++) {
		*was = ifindexes[i];
		*is = xdp_here(there, *was);
	}
	free(ifindexes);
	return *is;
}

/* As a stop of that namespace would have done. False: its program is still there. */
static bool take_off(const struct pins *there, unsigned int ifindex)
{
	char file[64], why[512], name[IF_NAMESIZE] = "?";
	struct undo *undo;
	int err;

	if_indextoname(ifindex, name);
	lock_file_name(there->cookie, "json", file, sizeof(file));
	if (undo_open(&undo, RUN_DIR, file, say_line, NULL, why, sizeof(why))) {
		say_warning("%s came from a network namespace that is gone, and what was changed "
			    "for it cannot be read: %s",
			    name, why);
		return false;
	}
	(void)undo_before_detach(undo, (int)ifindex);
	err = xdp_detach(there, ifindex);
	if (!err) {
		say("%s came from a network namespace that is gone: its program was taken off",
		    name);
		(void)undo_after_detach(undo, (int)ifindex);
		(void)undo_restore(undo, (int)ifindex);
	}
	undo_close(undo);
	return !err;
}

static void take_in(const struct pins *there)
{
	unsigned int was, is;
	pid_t holder;
	int lock;

	if (!find_here(there, &was, &is) || was != is || !dead_is_gone(there))
		return;
	lock = lock_take(there->cookie, &holder);
	if (lock < 0)
		return;
	/* Asked again: a daemon may have come meanwhile. */
	if (dead_is_gone(there))
		while (find_here(there, &was, &is) && was == is && take_off(there, is))
			;
	lock_release(there->cookie, lock);
}

void came_home_take_in(const struct pins *pins)
{
	uint64_t *cookies;
	int count = pins_others(pins, &cookies);
	struct pins there;

	for (int i = 0; i < count; i++) {
		if (pins_enter(&there, pins, cookies[i]))
			continue;
		take_in(&there);
		pins_close(&there);
	}
	free(cookies);
}

static bool tell(const struct pins *pins, const struct pins *there, char *why, size_t size)
{
	unsigned long long cookie = there->cookie;
	char name[IF_NAMESIZE] = "?";
	unsigned int was, is;

	if (!find_here(there, &was, &is))
		return false;
	if_indextoname(is, name);
	snprintf(why, size,
		 "%s came from another network namespace with espalier's program on it "
		 "(%.64s/%llx/if-%u); if that lives, move it back and stop it there; if it is "
		 "gone, run 'espalier stop' as root with all capabilities, or put back what " RUN_DIR
		 "/%llx.json says of it and take the program off: bpftool link detach pinned "
		 "%.64s/%llx/if-%u/link",
		 name, pins->root, cookie, was, cookie, pins->root, cookie, was);
	return true;
}

bool came_home_tell(char *why, size_t size)
{
	struct pins pins, there;
	uint64_t *cookies;
	bool told = false;
	int count;

	if (pins_find(&pins, false, why, size))
		return false;
	count = pins_others(&pins, &cookies);
	for (int i = 0; i < count && !told; i++) {
		if (pins_enter(&there, &pins, cookies[i]))
			continue;
		told = tell(&pins, &there, why, size);
		pins_close(&there);
	}
	free(cookies);
	pins_close(&pins);
	return told;
}
