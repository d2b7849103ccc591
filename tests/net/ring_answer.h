/* SPDX-License-Identifier: GPL-2.0-only */
/* What a ring's program does with a frame on this CPU, whosever ring it is, against what it should.
 */
#ifndef TESTS_NET_RING_ANSWER_H
#define TESTS_NET_RING_ANSWER_H

#include "../../bench/sandbox.h"

struct espalier_bpf;

struct ring_answer {
	struct espalier_bpf *program;
	struct maps *maps;
	__u32 number; /* of the ring */
	bool astray;  /* it is the ring of another CPU than this process is on */
	/*
	 * Runs on frames of SAs that this ring decrypts, those of them without the table, of
	 * others' SAs; and those on which it had to pass frames on.
	 */
	unsigned long here, blind, elsewhere, passed_on;
};

/* Loads that of ring @number, and keeps this process on @cpu. 0 or a negative errno. */
int ring_answer_open(struct ring_answer *r, struct sandbox *box, __u32 number, int cpu);
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
 * Runs it on a frame as it is; with metadata before it; with a ticket in front, and with one in the
 * place of its first bytes; where the short cut must take it, with the SA's word taken out of the
 * table. True: it does what it should, and what it hands on is the frame.
 */
bool ring_answer_is_right(struct ring_answer *r, const struct ring_frame *frame);

/*
 * The same while the SA moves from this ring to @other, to it, between two others, and by a damaged
 * word from this ring to this ring by another number.
 */
bool ring_answer_is_right_moving(struct ring_answer *r, const struct ring_frame *frame,
				 __u32 other);

#endif
