/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes that a candidate of explain.c takes of a packet. Only for src/nic/explain*.c. */
#ifndef NIC_EXPLAIN_INPUT_H
#define NIC_EXPLAIN_INPUT_H

#include "nic/explain.h"

enum { EXPLAIN_INPUT_MAX = 48 };

/* A packet that was seen. */
struct explain_packet {
	const struct measure_key *key;
	uint32_t hash, seq;
};

struct explain_bytes {
	uint8_t byte[EXPLAIN_INPUT_MAX];
	size_t n;
};

/* Does it have the VLAN's tag? */
bool explain_has_tag(enum explain_input input);

/* False: packets of this kind have no such input. @tag: the VLAN's. */
bool explain_make(const struct explain_packet *packet, enum explain_input input,
		  enum explain_symmetric symmetric, uint16_t tag, struct explain_bytes *out);

#endif
