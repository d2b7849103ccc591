// SPDX-License-Identifier: GPL-2.0-only
// What came and was lost lately, in sentences.
#include "show/lately_words.h"

#include <stdio.h>
#include "view/human.h"

bool lately_unknown_words(const struct snapshot *s, char *buf, size_t size)
{
	const struct lately_seen *seen = &s->lately;
	double part = lately_unknown(seen);
	char how_much[16] = "all", n[HUMAN_LEN];

	/* SAs that found no place are strays too: that has a warning of its own. */
	if (!part || s->table_full)
		return false;
	if (seen->known)
		snprintf(how_much, sizeof(how_much), "%d%%", (int)(100 * part));
	human_count(n, seen->strays);
	snprintf(buf, size,
		 "%s of the IPsec that arrives (%s packets in the last %.0f s) is of SAs that are "
		 "not known here, and goes to the CPUs for strays. Are the SAs in another network "
		 "namespace? Run espalier there; 'espalier inspect' looks for it. Of a user-space "
		 "ESP? Use --sas FILE or --learn. Or they have expired, or the SPIs are made up",
		 how_much, n, seen->seconds);
	return true;
}

/* " (312 in the last 14 s)", " (the last 3 min ago)", or nothing. */
static void when(const struct lately_seen *seen, const struct lately_loss *loss, char *buf,
		 size_t size)
{
	char n[HUMAN_LEN];

	buf[0] = '\0';
	if (loss->lately) {
		human_count(n, loss->lately);
		snprintf(buf, size, " (%s in the last %.0f s)", n, seen->seconds);
	} else if (loss->age_ns != UINT64_MAX) {
		human_time(n, (double)loss->age_ns / 1e9);
		snprintf(buf, size, " (the last %s ago)", n);
	}
}

bool lately_loss_words(const struct snapshot *s, enum loss which, char *buf, size_t size)
{
	const struct lately_loss *loss = &s->lately.lost[which];
	char n[HUMAN_LEN], at[64];

	if (!loss->total)
		return false;
	human_count(n, loss->total);
	when(&s->lately, loss, at, sizeof(at));
	switch (which) {
	case LOSS_SA_RING:
		snprintf(buf, size,
			 "full rings lost %s packets of SAs since the start%s: a CPU has too much, "
			 "or --ring %u is too short for the bursts",
			 n, at, s->ring_frames);
		break;
	case LOSS_STRAY_RING:
		snprintf(buf, size,
			 "full rings lost %s strays since the start%s: more made-up or unknown SPIs "
			 "come than the CPUs for strays take",
			 n, at);
		break;
	case LOSS_IKE_RING:
		snprintf(buf, size, "full rings lost %s packets of IKE since the start%s", n, at);
		break;
	case LOSS_BACKLOG:
		snprintf(buf, size,
			 "backlogs of CPUs, through which the kernel's software steering goes, lost %s "
			 "packets since the start%s: a CPU has too much, or net.core.netdev_max_backlog "
			 "is too short for the bursts",
			 n, at);
		break;
	default:
		snprintf(buf, size, "--stray-limit %llu dropped %s strays since the start%s",
			 (unsigned long long)s->stray_limit, n, at);
	}
	return true;
}

bool lately_order_words(const struct snapshot *s, char *buf, size_t size)
{
	const struct lately_seen *seen = &s->lately;
	char n[HUMAN_LEN];

	human_count(n, seen->refused);
	switch (lately_order(seen, s->moves.pending || s->drops_unknown)) {
	case ORDER_SENDER:
		snprintf(
			buf, size,
			"replay windows refused %s packets in the last %.0f s (XfrmInStateSeqError), "
			"while no SA moved and no ring lost any: the sender, or the path, puts them "
			"out of order. A larger window helps: strongSwan replay_window = 1024, "
			"Libreswan replay-window=1024; and a sender that keeps an SA on one CPU",
			n, seen->seconds);
		return true;
	case ORDER_ANY:
		snprintf(
			buf, size,
			"replay windows refused %s packets in the last %.0f s (XfrmInStateSeqError), "
			"while SAs moved or rings lost packets: whether the sender puts them out of "
			"order is told when neither happens",
			n, seen->seconds);
		return true;
	default:
		return false;
	}
}

void lately_lost_short(const struct snapshot *s, char *buf, size_t size)
{
	const struct lately_loss *rings = &s->lately.lost[LOSS_SA_RING];
	const struct lately_loss *loss = rings->total ? rings : &s->lately.lost[LOSS_BACKLOG];
	char n[HUMAN_LEN], at[64];

	human_count(n, loss->total);
	when(&s->lately, loss, at, sizeof(at));
	if (s->drops_unknown)
		snprintf(buf, size, "drops unknown");
	else if (loss->total)
		snprintf(buf, size, "%s packets %s lost%s", n, loss == rings ? "of SAs" : "on backlogs",
			 at);
	else
		snprintf(buf, size, "no packet of an SA lost");
}
