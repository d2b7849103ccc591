// SPDX-License-Identifier: GPL-2.0-only
// Putting everything back from the pins and the state file alone, whatever is left of them.
#include "client/takedown.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sas/maps.h"
#include "steer/method.h"
#include "steer/xdp.h"

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
	methods_tidy(maps.host, pins);
	maps_close(&maps);
}

/*
 * Does the NIC or the kernel steer it (0: any)? Such an interface has no pins: the maps tell. Those
 * of another layout cannot be read: -EPROTO, -ENOENT.
 */
static int by_hardware(const struct pins *pins, unsigned int ifindex)
{
	enum map bad;
	struct maps maps;
	int found = 0, err;

	maps_init(&maps);
	err = maps_open(&maps, pins, false, &bad);
	if (err)
		return err;
	for (int i = 0; i < HOST_INTERFACES; i++)
		found |= maps.host->interface[i].ifindex &&
			 !method_has(method_find(maps.host->interface[i].method), METHOD_PINNED) &&
			 (!ifindex || maps.host->interface[i].ifindex == ifindex);
	maps_close(&maps);
	return found;
}

static bool is_written_down(const struct undo *undo, unsigned int ifindex)
{
	int *ifindexes;
	int count = undo_interfaces(undo, &ifindexes);
	bool found = count < 0;

	for (int i = 0; i < count && !found; i++)
		found = !ifindex || ifindexes[i] == (int)ifindex;
	free(ifindexes);
	return found;
}

static bool is_pinned(const struct pins *pins, unsigned int ifindex)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(pins, &ifindexes);
	bool found = false;

	for (int i = 0; i < count && !found; i++)
		found = !ifindex || ifindexes[i] == ifindex;
	free(ifindexes);
	return found;
}

bool takedown_any(const struct pins *pins, const struct undo *undo, unsigned int ifindex)
{
	if (is_written_down(undo, ifindex))
		return true;
	if (!ifindex)
		return pins_state(pins) != PINS_NONE;
	return is_pinned(pins, ifindex) || by_hardware(pins, ifindex) > 0;
}

bool takedown_steered(const struct pins *pins, const struct undo *undo)
{
	int hardware = by_hardware(pins, 0);

	if (hardware < 0 && pins_state(pins) == PINS_FOREIGN)
		hardware = is_written_down(undo, 0);
	return hardware > 0 || is_pinned(pins, 0);
}

/* The first that was wrong: an errno, or settings that could not be put back. */
static int worse(int err, int bad)
{
	return err ? err : bad > 0 ? -EIO : bad;
}

/* The program goes first: some drivers refuse the other order. */
static int take_down_one(const struct pins *pins, struct undo *undo, unsigned int ifindex)
{
	int err;

	(void)undo_before_detach(undo, (int)ifindex);
	(void)xdp_detach(pins, ifindex); /* a damaged pin is removed all the same */
	err = pins_remove_interface(pins, ifindex);
	err = worse(err, undo_after_detach(undo, (int)ifindex));
	return worse(err, undo_restore(undo, (int)ifindex));
}

static int take_down_all(struct pins *pins, struct undo *undo)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(pins, &ifindexes);
	int err = count < 0 ? count : 0;

	for (int i = 0; i < count; i++)
		err = worse(err, take_down_one(pins, undo, ifindexes[i]));
	free(ifindexes);
	err = worse(err, pins_remove(pins));
	/* Also of interfaces that have no pins: the NIC steers them, or a crash left them so. */
	err = worse(err, undo_after_detach(undo, 0));
	return worse(err, undo_restore(undo, 0));
}

static int take_down_interface(struct pins *pins, struct undo *undo, unsigned int ifindex)
{
	int err = take_down_one(pins, undo, ifindex);

	forget_place(pins, ifindex);
	return takedown_steered(pins, undo) ? err : worse(err, take_down_all(pins, undo));
}

int takedown(struct pins *pins, struct undo *undo, unsigned int ifindex, char *why,
	     size_t size)
{
	int err = ifindex ? take_down_interface(pins, undo, ifindex) : take_down_all(pins, undo);

	if (err && err != -EIO)
		snprintf(why, size, "taking down what is under %s: %s", pins->host, strerror(-err));
	return err;
}
