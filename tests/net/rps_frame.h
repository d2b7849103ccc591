/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames to our addresses in the sandbox, as a peer might send them. */
#ifndef TESTS_NET_RPS_FRAME_H
#define TESTS_NET_RPS_FRAME_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define RPS_FRAME_MAX 6000 /* with the largest payload */

enum rps_kind { RPS_ESP, RPS_ESP_UDP, RPS_IKE, RPS_TCP };
enum rps_part { RPS_WHOLE, RPS_FIRST, RPS_LATER };

struct rps_frame {
	const char *name;
	enum rps_kind kind;
	bool ipv6, vlan;
	bool paged; /* so large that of an skb from a packet socket only the link header is linear
		     */
	enum rps_part part; /* of a fragmented IPv4 packet */
	__u32 spi, id;	    /* id: of the fragments */
	__u32 from;	    /* 0 and up: another address and port of the peer */
};

/* One of each way in which ESP comes; a later fragment follows its first. */
extern const struct rps_frame rps_frames[];
extern const size_t rps_frames_count;

/* Makes it; its last four bytes are @mark. Its length. */
size_t rps_frame_make(__u8 bytes[RPS_FRAME_MAX], const struct rps_frame *frame, __u32 mark);

#endif
