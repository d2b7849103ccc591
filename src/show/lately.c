// SPDX-License-Identifier: GPL-2.0-only
// What came and was lost lately, told from counters that only rise.
#include "show/lately.h"

#include <stdint.h>

#define LOAD(x)	    __atomic_load_n(&(x), __ATOMIC_ACQUIRE)

#define FADES_NS    3600000000000ull
#define TELLS_LEAST 20 /* packets from which it can be told whose they are */

static uint64_t since(uint64_t was, uint64_t now)
{
	return now >= was ? now - was : now;
}

/* Which mark is the newer one; and the older one, which is the same if there is but one. */
static int newer_of(const struct lately *noted)
{
	return LOAD(noted->mark[1].time_ns) > LOAD(noted->mark[0].time_ns);
}

static int older_of(const struct lately *noted)
{
	int newer = newer_of(noted);

	return LOAD(noted->mark[!newer].time_ns) ? !newer : newer;
}

bool lately_note(struct lately *lately, const struct mark *now)
{
	int newer = newer_of(lately);
	const struct mark *last = &lately->mark[newer];

	if (last->time_ns && now->time_ns < last->time_ns + LATELY_NS)
		return false;
	for (int i = 0; i < LOSSES; i++)
		if (last->time_ns && since(last->lost[i], now->lost[i]))
			lately->last_ns[i] = now->time_ns;
	lately->mark[!newer] = *now;
	return true;
}

static void see_loss(struct lately_loss *loss, const struct lately *noted, int which,
		     const struct mark *now)
{
	__u64 last_ns = LOAD(noted->last_ns[which]);

	loss->lately = since(LOAD(noted->mark[older_of(noted)].lost[which]), now->lost[which]);
	if (since(LOAD(noted->mark[newer_of(noted)].lost[which]), now->lost[which]))
		loss->age_ns = 0;
	else if (last_ns && last_ns <= now->time_ns)
		loss->age_ns = now->time_ns - last_ns;
}

void lately_see(struct lately_seen *seen, const struct lately *noted, const struct mark *now)
{
	const struct mark *then = &noted->mark[older_of(noted)];
	__u64 time_ns = LOAD(then->time_ns);

	*seen = (struct lately_seen){0};
	for (int i = 0; i < LOSSES; i++)
		seen->lost[i] = (struct lately_loss){.total = now->lost[i], .age_ns = UINT64_MAX};
	if (!time_ns || time_ns >= now->time_ns)
		return;
	seen->seconds = (double)(now->time_ns - time_ns) / 1e9;
	seen->known = since(LOAD(then->known), now->known);
	seen->strays = since(LOAD(then->strays), now->strays);
	seen->refused = since(LOAD(then->refused), now->refused);
	seen->moves = since(LOAD(then->moves), now->moves);
	for (int i = 0; i < LOSSES; i++)
		see_loss(&seen->lost[i], noted, i, now);
}

double lately_unknown(const struct lately_seen *seen)
{
	double all = (double)seen->known + (double)seen->strays;

	if (all < TELLS_LEAST || (double)seen->strays < all / 2)
		return 0;
	return (double)seen->strays / all;
}

enum lately_order lately_order(const struct lately_seen *seen, bool ours)
{
	if (!seen->refused)
		return ORDER_FINE;
	if (ours || seen->moves || seen->lost[LOSS_SA_RING].lately)
		return ORDER_ANY;
	return ORDER_SENDER;
}

bool lately_lost(const struct lately_loss *loss)
{
	return loss->lately || (loss->total && loss->age_ns <= FADES_NS);
}
