// SPDX-License-Identifier: GPL-2.0-only
// Counters of net/xfrm/xfrm_proc.c; what each means: Documentation/networking/xfrm_proc.rst.
#include "nic/xfrm_stat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int xfrm_stat_read(const char *path, struct xfrm_stat *out)
{
	FILE *file = fopen(path, "re");
	char line[128];

	out->n = 0;
	if (!file)
		return -errno;
	while (out->n < XFRM_STATS && fgets(line, sizeof(line), file)) {
		struct xfrm_stat_one *one = &out->one[out->n];

		if (sscanf(line, "%31s %" SCNu64, one->name, &one->count) == 2 &&
		    !strncmp(one->name, "XfrmIn", 6))
			out->n++;
	}
	fclose(file);
	return 0;
}

uint64_t xfrm_stat_of(const struct xfrm_stat *stat, const char *name)
{
	for (size_t i = 0; i < stat->n; i++)
		if (!strcmp(stat->one[i].name, name))
			return stat->one[i].count;
	return 0;
}

uint64_t xfrm_stat_refused(void)
{
	struct xfrm_stat stat;

	return xfrm_stat_read("/proc/net/xfrm_stat", &stat)
		       ? 0
		       : xfrm_stat_of(&stat, "XfrmInStateSeqError");
}

void xfrm_stat_since(struct xfrm_stat *now, const struct xfrm_stat *then)
{
	for (size_t i = 0; i < now->n; i++)
		for (size_t j = 0; j < then->n; j++)
			if (!strcmp(now->one[i].name, then->one[j].name))
				now->one[i].count -= then->one[j].count < now->one[i].count
							     ? then->one[j].count
							     : now->one[i].count;
}

/* What they mean, and what is to be done. */
static const struct {
	const char *name, *means, *todo;
} known[] = {
	{"XfrmInNoStates", "packets of SPIs that no SA has here",
	 "see whether the tunnels are up on both ends, and whether their SAs are in another "
	 "network namespace"},
	{"XfrmInStateSeqError",
	 "packets out of the replay window: the sender, or the path, puts them out of order",
	 "a larger window: strongSwan replay_window = 1024, Libreswan replay-window=1024"},
	{"XfrmInStateProtoError", "packets that fail to authenticate or to decrypt",
	 "compare keys and algorithms of both ends; it may be an attack, or pcrypt"},
	{"XfrmInStateExpired", "packets of SAs that are past their lifetime",
	 "see why the IKE daemon does not rekey in time"},
	{"XfrmInStateMismatch", "packets in UDP for an SA without encapsulation, or without",
	 "see whether both ends agree on NAT-T"},
	{"XfrmInStateInvalid", "packets of SAs that have no keys yet, or are dying",
	 "some at a rekey are nothing; else see the IKE daemon's log"},
	{"XfrmInStateModeError", "packets whose SA has another mode",
	 "see whether both ends agree on tunnel or transport mode"},
	{"XfrmInTmplMismatch", "packets that came by another SA than the policy asks for",
	 "compare 'ip xfrm policy' with the peer's traffic selectors"},
	{"XfrmInNoPols", "decrypted packets that no policy lets in",
	 "compare 'ip xfrm policy' with the peer's traffic selectors"},
	{"XfrmInPolBlock", "packets that a policy blocks", "see 'ip xfrm policy'"},
	{"XfrmInBufferError", "packets for which there was no memory",
	 "see free(1) and the kernel's log"},
	{"XfrmInHdrError", "packets with a broken header", "capture some and look at them"},
	{"XfrmInError", "packets that failed for a reason that the kernel does not tell",
	 "a full backlog of the crypto queue is the usual one: a CPU has too much"},
};

void xfrm_stat_words(const char *name, struct xfrm_meanwhile meanwhile, const char **means,
		     const char **todo)
{
	*means = *todo = NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		*means = known[i].means;
		*todo = known[i].todo;
	}
	if (strcmp(name, "XfrmInStateSeqError") != 0)
		return;
	if (meanwhile.ring_drops)
		*todo = "first see to the losses of rings that 'espalier show' tells of";
	else if (meanwhile.moves)
		*means =
			"packets out of the replay window, while SAs moved: it may be the sender, or a "
			"window that is too small for moves";
}
