/* SPDX-License-Identifier: GPL-2.0-only */
/* What the flow dissector answers for a frame, against what it should. */
#ifndef TESTS_NET_DISSECT_ANSWER_H
#define TESTS_NET_DISSECT_ANSWER_H

#include "../../bench/sandbox.h"
#include "model.h"

#define DISSECT_INDEX 1 /* it counts as of this interface, the steering program as of 0 */

struct dissect_answer {
	struct sandbox *box;
	int program;
	__u32 label; /* what it answered last; 0: it left the packet to the kernel */
	unsigned long answered;
};

/* Loads it, and gives every CPU labels that tell its number. 0 or a negative errno. */
int dissect_answer_open(struct dissect_answer *a, struct sandbox *box);
void dissect_answer_close(struct dissect_answer *a);

/*
 * Runs it on a frame (14 bytes or more), as where a hash is asked for and as where something else
 * is. True: it answers @should, a label of the ring's CPU, and notes that it saw the SA.
 */
bool dissect_answer_is_right(struct dissect_answer *a, const __u8 *bytes, size_t len,
			     const struct model_answer *should);

/* Did it count what it should? Others and transit it leaves alone. */
bool dissect_answer_counted(const struct dissect_answer *a, const struct interface_counts *should);

#endif
