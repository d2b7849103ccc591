// SPDX-License-Identifier: GPL-2.0-only
// What is steered here now, from the pins.
#include "client/snapshot_now.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include "client/find_pins.h"
#include "client/lock.h"
#include "host/clock.h"
#include "nic/backlog.h"
#include "nic/xfrm_stat.h"

static enum status damaged(const char *tried, const char *what)
{
	return complain(
		tried,
		"the pin of map %s is missing or not as it should be; try again if 'espalier "
		"run' has just begun, else take all down with 'espalier stop'",
		what);
}

static enum status cannot_open(const char *tried, int err, enum map bad)
{
	if (err == -EPROTO || err == -ENOENT)
		return damaged(tried, bad < MAPS ? map_name(bad) : "?");
	return complain(tried,
			"cannot open the pinned maps: %s; is this root, with all capabilities?",
			strerror(-err));
}

static enum status read_pins(const char *tried, const struct pins *pins, struct snapshot *snapshot)
{
	const struct snapshot_kernel counted = {xfrm_stat_refused(), backlog_lost(SOFTNET_STAT)};
	const uint64_t now_ns = clock_now();
	enum map bad = MAPS;
	struct maps maps;
	int err;

	maps_init(&maps);
	err = maps_open(&maps, pins, false, &bad);
	if (err)
		return cannot_open(tried, err, bad);
	err = snapshot_take(snapshot, &maps, maps_counts, now_ns);
	if (!err)
		snapshot_kernel(snapshot, &maps, &counted, now_ns);
	maps_close(&maps);
	if (err)
		return complain(tried, "cannot read the maps: %s", strerror(-err));
	/* Sooner than the heartbeat tells it. */
	snapshot->alive &= !lock_is_left(pins->cookie);
	return STATUS_DONE;
}

static enum status read_state(const char *tried, const struct pins *pins, struct snapshot *snapshot)
{
	int state = pins_state(pins);

	if (state < 0)
		return complain(tried, "cannot look for pins under bpffs: %s", strerror(-state));
	if (state == PINS_FOREIGN)
		return complain(tried,
				"another version of espalier steers here; use that version, or "
				"take its work down with 'espalier stop'");
	return state == PINS_NONE ? STATUS_DONE : read_pins(tried, pins, snapshot);
}

/* Looks for pins; without any there is nothing to read. */
static enum status find_and_read(const char *tried, struct snapshot *snapshot)
{
	char why[PINS_WHY_LEN];
	struct pins pins;
	enum status status;
	int err = find_pins(&pins, why, sizeof(why));

	if (err == -ENOENT)
		return STATUS_DONE;
	if (err)
		return complain(tried, "%s", why);
	status = read_state(tried, &pins, snapshot);
	pins_close(&pins);
	return status;
}

/* The names that interfaces have now; those that are gone keep theirs. */
static void rename_interfaces(struct snapshot *snapshot)
{
	char name[IF_NAMESIZE];

	for (size_t i = 0; i < snapshot->interfaces; i++)
		if (if_indextoname(snapshot->interface[i].ifindex, name))
			memcpy(snapshot->interface[i].name, name, sizeof(name));
}

enum status snapshot_now(const char *tried, struct snapshot *snapshot)
{
	enum status status;

	memset(snapshot, 0, sizeof(*snapshot));
	status = find_and_read(tried, snapshot);
	rename_interfaces(snapshot);
	return status;
}
