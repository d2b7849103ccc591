// SPDX-License-Identifier: GPL-2.0-only
// Detach first, then put the settings back: some drivers refuse the other order.
#include "daemon/takedown.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "steer/maps.h"

/* Others who look at the shared maps are not to take it for steered any more. */
static void forget_place(const struct pins *pins, unsigned int ifindex)
{
	enum map bad;
	struct maps maps;

	maps_init(&maps);
	if (maps_open(&maps, pins, true, &bad))
		return;
	for (int i = 0; i < HOST_INTERFACES; i++)
		if (maps.host->interface[i].ifindex == ifindex)
			SHARED(maps.host->interface[i].ifindex) = 0;
	maps_close(&maps);
}

static int takedown_one(const struct pins *pins, struct undo *undo, unsigned int ifindex)
{
	char name[IF_NAMESIZE];
	bool there = if_indextoname(ifindex, name);
	int err, left = 0;

	if (there)
		undo_before_detach(undo, name);
	err = pins_remove_interface(pins, ifindex);
	if (there)
		left += undo_after_detach(undo, name) != 0;
	left += undo_restore(undo, ifindex) != 0;
	forget_place(pins, ifindex);
	return err ? err : left ? -EIO : 0;
}

int takedown(struct pins *pins, struct undo *undo, unsigned int ifindex, char *why,
	     size_t size)
{
	unsigned int *all = NULL;
	int count = ifindex ? 0 : pins_interfaces(pins, &all);
	int err = 0, bad;

	if (ifindex)
		err = takedown_one(pins, undo, ifindex);
	for (int i = 0; i < count; i++) {
		bad = takedown_one(pins, undo, all[i]);
		err = bad ? bad : err;
	}
	free(all);
	if (!ifindex) {
		bad = pins_remove(pins);
		if (!bad && undo_restore(undo, 0))
			bad = -EIO;
		err = bad ? bad : err;
	}
	if (err == -EIO)
		snprintf(why, size,
			 "not every setting could be put back; see the lines above, then "
			 "run 'espalier stop' again");
	else if (err)
		snprintf(why, size, "removing the pins under %s: %s", pins->host, strerror(-err));
	return err;
}
