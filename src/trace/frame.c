// SPDX-License-Identifier: GPL-2.0-only
// From a captured packet to a flow, by the link-layer header that it was captured with.
#include "trace/frame.h"

#include "core/parse.h"

/*
 * Where things are in Linux cooked headers (tcpdump.org, LINKTYPE_LINUX_SLL and
 * LINKTYPE_LINUX_SLL2): the EtherType of what follows, and the low byte of the packet type.
 */
struct cooked {
	__u32 size, protocol, type_low;
};

static const struct cooked cooked1 = {.size = 16, .protocol = 14, .type_low = 1};
static const struct cooked cooked2 = {.size = 20, .protocol = 0, .type_low = 10};

enum { COOKED_OUTGOING = 4 }; /* PACKET_OUTGOING of packet(7) */

static bool parse_cooked(const struct cooked *c, const __u8 *packet, size_t size, struct flow *flow)
{
	if (size < c->size) {
		*flow = (struct flow){0};
		return true;
	}
	flow_parse_type(flow, packet, packet + size, c->size, load_be16(packet + c->protocol),
			NULL);
	return packet[c->type_low] != COOKED_OUTGOING;
}

bool frame_parse(enum frame_type type, const void *packet, size_t size, struct flow *flow)
{
	const __u8 *bytes = packet;

	switch (type) {
	case FRAME_ETHERNET:
		flow_parse(flow, bytes, bytes + size, NULL);
		return true;
	case FRAME_COOKED:
		return parse_cooked(&cooked1, bytes, size, flow);
	case FRAME_COOKED2:
		return parse_cooked(&cooked2, bytes, size, flow);
	case FRAME_IP:
		flow_parse_ip(flow, bytes, bytes + size, NULL);
		return true;
	case FRAME_OTHER:
		break;
	}
	*flow = (struct flow){0};
	return true;
}
