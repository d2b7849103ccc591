// SPDX-License-Identifier: GPL-2.0-only
// Which SAs of a snapshot are asked for.
#include "cmd/show/pick.h"

#include <string.h>

bool show_picks(const struct show_pick *pick)
{
	return pick->spi || pick->by_reqid || pick->cpu >= 0 || pick->peer.family;
}

static bool is_picked(const struct snapshot_sa *sa, const struct show_pick *pick)
{
	const struct option_address *peer = &pick->peer;

	if (pick->spi && sa->spi != pick->spi)
		return false;
	if (pick->by_reqid && sa->reqid != pick->reqid)
		return false;
	if (pick->cpu >= 0 && sa->cpu != pick->cpu)
		return false;
	return !peer->family || (sa->family == peer->family &&
				 !memcmp(sa->src, peer->bytes, peer->family == AF_INET ? 4 : 16));
}

void show_pick(struct snapshot *snapshot, const struct show_pick *pick)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->sas; i++)
		if (is_picked(&snapshot->sa[i], pick))
			snapshot->sa[kept++] = snapshot->sa[i];
	snapshot->sas = kept;
}
