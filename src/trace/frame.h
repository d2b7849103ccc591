/* SPDX-License-Identifier: GPL-2.0-only */
/* From a captured packet to a flow, by the link-layer header that it was captured with. Pure. */
#ifndef TRACE_FRAME_H
#define TRACE_FRAME_H

#include "core/flow.h"

enum frame_type {
	FRAME_OTHER, /* none of these */
	FRAME_ETHERNET,
	FRAME_COOKED,  /* Linux cooked, version 1: `tcpdump -i any` until 2020 */
	FRAME_COOKED2, /* version 2 */
	FRAME_IP,      /* no header: the IP packet */
};

/*
 * The flow of a packet of `size` bytes. False: it was sent by the host that captured it, as a
 * cooked header says, and so is no packet that a NIC received; *flow is set all the same.
 */
bool frame_parse(enum frame_type type, const void *packet, size_t size, struct flow *flow);

#endif
