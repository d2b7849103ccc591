// SPDX-License-Identifier: GPL-2.0-only
// A daemon, told by its heartbeat.
#include "client/attended.h"

#include <time.h>
#include "cli/signals.h"
#include "host/clock.h"
#include "sas/maps.h"

static bool beats(const struct host *host)
{
	static const struct timespec pause = {.tv_nsec = 50000000};
	const __u64 first = SHARED(host->heartbeat_ns), end = clock_now() + HEARTBEAT_OLD_NS;
	__u64 now;

	/* One that was killed left `attended` as it was, and a beat that stays as it is. */
	while (SHARED(host->attended) && (now = clock_now()) < end &&
	       now < first + HEARTBEAT_OLD_NS && !signals_end()) {
		if (SHARED(host->heartbeat_ns) != first)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

bool attended(const struct pins *pins)
{
	struct maps maps;
	bool there = false;
	enum map bad;

	maps_init(&maps);
	if (pins_state(pins) == PINS_OURS && !maps_open(&maps, pins, false, &bad))
		there = beats(maps.host);
	maps_close(&maps);
	return there;
}
