/* SPDX-License-Identifier: GPL-2.0-only */
/* What the generator's user space and its BPF program share. */
#ifndef LAB_ESPGEN_H
#define LAB_ESPGEN_H

#include "choice.h"

#define ESPGEN_SIZE_MAX 3300 /* a live frame is one page, less the kernel's own needs */

/* One sending CPU; after the start only its own program writes to it. */
struct espgen_sender {
	struct lab_sender choice;
	__u64 quota;		 /* packets to send */
	volatile __u64 start_ns; /* 0: not yet */
	__u64 offset_ns;	 /* of our first packet from the start */
	__u64 time_ns;		 /* 0: no end but the quota */
	__u64 interval_q16;	 /* between packets, ns << 16; 0: as fast as it goes */
	__u64 burst_ns;		 /* how far it may fall behind and still catch up */
	__u64 shift_ns;		 /* what it fell behind more than that */
	__u64 frames;
	__u64 failed;
	__u64 first_ns;
	__u64 last_ns;
	__u64 lost; /* frames that the device did not take */
	__u32 index;
	__u32 fragment; /* the next to send of the current packet */
	__u32 variant;
	volatile __u32 ready;
	volatile __u32 done;
	struct lab_values now;
} __attribute__((aligned(128)));

#endif
