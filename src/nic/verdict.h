/* SPDX-License-Identifier: GPL-2.0-only */
/* What a NIC does with ESP, judged by where packets were seen. Pure. */
#ifndef NIC_VERDICT_H
#define NIC_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "nic/measured.h"

enum verdict {
	VERDICT_UNKNOWN,   /* not enough traffic */
	VERDICT_SINGLE,	   /* there is one queue */
	VERDICT_ADDRESSES, /* SAs of one pair of addresses share a queue */
	VERDICT_SPI,	   /* they are separated */
	VERDICT_SPRAYS,	   /* one SA is on several queues */
};

/* "unknown", "single", "addresses", "spi", "sprays". */
const char *verdict_name(enum verdict verdict);

struct verdict_facts {
	const struct measured *measured; /* sorted */
	/*
	 * Receive queues that the indirection table spreads over, evenly or not: 1 / (the sum of
	 * the squares of their shares). Without a table, the number of queues.
	 */
	double queues;
	bool hashes_of_nic; /* the hashes are the NIC's own, not the kernel's */
};

/* Judges the SAs that are not in UDP, or those that are. */
struct verdict_part {
	enum verdict verdict;
	size_t sas, pairs; /* that were seen; pairs of addresses (and ports) */
	uint64_t packets;
	unsigned int queues; /* that they were seen on */
	size_t largest_pair; /* SAs of the pair that has most */
	/*
	 * VERDICT_UNKNOWN: SAs of one pair of addresses that must be seen beside those that were,
	 * until "all share a queue" cannot be chance; 0: it is packets that are missing.
	 */
	unsigned int missing_sas;
	/* VERDICT_SPRAYS: one such SA, an index into the entries. */
	size_t sprayed;
	bool by_hash; /* it was the hashes that told, not the queues */
};

/* An SA counts from so many packets on; one that is spread over queues, from so many more. */
enum { VERDICT_PACKETS = 4, VERDICT_SPRAY_PACKETS = 16 };

/*
 * Is an SA sprayed of whose packets so many were on the queue that had most? More than an eighth
 * beside it: no table that was changed, or rule that came, does that.
 */
bool verdict_is_spray(uint64_t packets, uint64_t largest);

void verdict_of(const struct verdict_facts *facts, bool udp, struct verdict_part *part);

/*
 * The verdict of both: SAs in UDP count only where the others tell nothing, unless they are
 * sprayed.
 */
enum verdict verdict_overall(const struct verdict_part *plain, const struct verdict_part *udp);

#endif
