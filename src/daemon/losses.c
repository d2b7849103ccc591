// SPDX-License-Identifier: GPL-2.0-only
// What is lost, and IPsec that nobody knows: noted in the shared maps, and said as it begins.
#include "daemon/losses.h"

#include <string.h>
#include "cli/say.h"
#include "host/clock.h"
#include "nic/backlog.h"
#include "nic/xfrm_stat.h"
#include "show/beyond_words.h"
#include "show/lately_words.h"
#include "show/snapshot.h"

#define SAID_FOR_NS 600000000000ull /* what goes on is said again after that */

static void say_unknown(struct losses *l, const struct snapshot *s)
{
	bool unknown = lately_unknown_words(s, l->words, sizeof(l->words));

	if (unknown && !l->unknown)
		say_warning("warning: %s", l->words);
	else if (!unknown && l->unknown)
		say("the IPsec that arrives is no longer mostly of SAs that are not known here");
	l->unknown = unknown;
}

static void say_losses(struct losses *l, const struct snapshot *s, uint64_t now_ns)
{
	for (int i = 0; i < LOSSES; i++) {
		uint64_t *said_ns = &l->said_ns[i];

		if (!s->lately.lost[i].lately || (*said_ns && now_ns < *said_ns + SAID_FOR_NS))
			continue;
		if (lately_loss_words(s, (enum loss)i, l->words, sizeof(l->words)))
			say_warning("warning: %s", l->words);
		*said_ns = now_ns;
	}
}

/* Of an interface once: it is as it is until somebody does something. */
static void say_beyond(struct losses *l, const struct snapshot *s)
{
	bool said[HOST_INTERFACES] = {false};

	for (size_t i = 0; i < s->interfaces; i++) {
		unsigned int place = s->interface[i].place;

		said[place] = beyond_words(&s->interface[i], l->words, sizeof(l->words));
		if (said[place] && !l->beyond[place])
			say_warning("warning: %s", l->words);
	}
	memcpy(l->beyond, said, sizeof(said));
}

/* In this order: who reads between the two counts too few rather than some twice. */
static void note_backlogs(struct report *report, const struct snapshot *s, uint64_t seen)
{
	SHARED(report->backlog_seen) = seen;
	SHARED(report->backlog_lost) = s->backlog_lost;
	SHARED(report->backlog_noted) = 1;
}

void losses_tick(struct losses *l, const struct maps *maps)
{
	const struct snapshot_kernel counted = {xfrm_stat_refused(), backlog_lost(SOFTNET_STAT)};
	uint64_t now_ns = clock_now();
	struct snapshot s;
	struct mark now;

	if (l->ticked_ns && now_ns < l->ticked_ns + LATELY_NS)
		return;
	l->ticked_ns = now_ns;
	if (snapshot_take_host(&s, maps, maps_counts, now_ns))
		return;
	snapshot_kernel(&s, maps, &counted, now_ns);
	note_backlogs(maps->report, &s, counted.backlog_lost);
	say_unknown(l, &s);
	say_losses(l, &s, now_ns);
	say_beyond(l, &s);
	snapshot_mark(&s, now_ns, &now);
	(void)lately_note(&maps->report->lately, &now);
	snapshot_free(&s);
}
