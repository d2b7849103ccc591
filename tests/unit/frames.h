/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames made by hand, one for each case of the parser, with the flow that each must give. For the
 * parser's unit test, the test that BPF and user space agree, and the fuzzers' first inputs.
 */
#ifndef TESTS_UNIT_FRAMES_H
#define TESTS_UNIT_FRAMES_H

#include "core/quick.h"

struct frame {
	const char *name;
	const __u8 *bytes;
	size_t len;
	struct flow flow; /* with the ports of frames_ports */
};

extern const struct frame frames[];
extern const size_t frames_count;

#define FRAME_MAX 256 /* no frame is longer */

/* The ports that the flows were worked out with: 64, 4501, 12345 and 65535. */
void frames_ports(struct encap_ports *ports);

/*
 * Changes a frame of `len` bytes in place, at most at a few points and mostly in its headers; the
 * same seed makes the same changes. Returns its new length: len, or less for a frame that was cut
 * off, but never under 14 if it was not before.
 */
size_t frames_mutate(__u64 seed, __u8 *buf, size_t len);

/* Frame seed % frames_count, changed as that seed says, into buf; its new length in *len. */
const struct frame *frames_mutated(__u64 seed, __u8 buf[FRAME_MAX], size_t *len);

/* Is what the short cut took of a frame what the parser makes of it? */
bool quick_is_right(const struct quick *q, const struct sa_table_shape *shape,
		    const struct flow *f);

/* Do two flows agree in every field? */
bool flows_equal(const struct flow *a, const struct flow *b);

/* A flow in words, to say what a test found; buf is returned. */
char *flow_print(const struct flow *f, char *buf, size_t size);

#endif
