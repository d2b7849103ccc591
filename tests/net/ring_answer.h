/* SPDX-License-Identifier: GPL-2.0-only */
/* What the ring program does with a frame on this CPU, against what it should. */
#ifndef TESTS_RING_ANSWER_H
#define TESTS_RING_ANSWER_H

#include "../../bench/sandbox.h"

struct espalier_bpf;

struct ring_answer {
	struct espalier_bpf *program;
	struct maps *maps;
	__u32 cpu;
	/* Runs on frames of SAs that this CPU decrypts, those of them without the table, of others'
	 */
	unsigned long here, blind, elsewhere;
};

/* Loads it, and keeps this process on @cpu. 0 or a negative errno. */
int ring_answer_open(struct ring_answer *r, struct sandbox *box, int cpu);
void ring_answer_close(struct ring_answer *r);

/* Can a test run say how much of a frame lies in the first buffer? From Linux 6.18 on. */
bool ring_answer_can_cut(const struct ring_answer *r);

/* What is known of a frame. */
struct ring_frame {
	const __u8 *at;
	size_t len, first; /* of it in the first buffer */
	__u32 slot;   /* of its SA; NO_SLOT: of none that a ring decrypts */
	__u32 number; /* the ring that it is sent to */
	__u32 bytes;  /* of the IP packet, to be counted */
	bool quick;   /* core/quick.h takes it */
};

/*
 * Runs it on a frame as it is; with metadata before it, when the short cut may not take it; and,
 * where the short cut must, with the SA's word taken out of the table. True: it does what it
 * should.
 */
bool ring_answer_is_right(struct ring_answer *r, const struct ring_frame *frame);

#endif
