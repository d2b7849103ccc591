// SPDX-License-Identifier: GPL-2.0-only
// What is lost, and IPsec that nobody knows: noted in the shared maps, and said as it begins.
#include "daemon/daemon.h"

#include "cli/say.h"
#include "host/clock.h"
#include "steer/lately_words.h"
#include "steer/snapshot.h"

#define SAID_FOR_NS 600000000000ull /* what goes on is said again after that */

static void say_unknown(struct daemon *d, const struct snapshot *s)
{
	bool unknown = lately_unknown_words(s, d->losses.words, sizeof(d->losses.words));

	if (unknown && !d->losses.unknown)
		say_warning("warning: %s", d->losses.words);
	else if (!unknown && d->losses.unknown)
		say("the IPsec that arrives is no longer mostly of SAs that are not known here");
	d->losses.unknown = unknown;
}

static void say_losses(struct daemon *d, const struct snapshot *s, uint64_t now_ns)
{
	for (int i = 0; i < LOSSES; i++) {
		uint64_t *said_ns = &d->losses.said_ns[i];

		if (!s->lately.lost[i].lately || (*said_ns && now_ns < *said_ns + SAID_FOR_NS))
			continue;
		if (lately_loss_words(s, (enum loss)i, d->losses.words, sizeof(d->losses.words)))
			say_warning("warning: %s", d->losses.words);
		*said_ns = now_ns;
	}
}

void losses_look(struct daemon *d)
{
	uint64_t now_ns = clock_now();
	struct snapshot s;
	struct mark now;

	if (d->losses.looked_ns && now_ns < d->losses.looked_ns + LATELY_NS)
		return;
	d->losses.looked_ns = now_ns;
	if (snapshot_take_host(&s, &d->sas.maps, maps_counts, now_ns))
		return;
	say_unknown(d, &s);
	say_losses(d, &s, now_ns);
	snapshot_mark(&s, now_ns, &now);
	(void)lately_note(&d->sas.maps.report->lately, &now);
	snapshot_free(&s);
}
