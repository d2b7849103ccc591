// SPDX-License-Identifier: GPL-2.0-only
// The bytes that a candidate takes of a packet.
#include "nic/explain_input.h"

#include <netinet/in.h>
#include <string.h>

static void put(struct explain_bytes *out, const void *bytes, size_t n)
{
	memcpy(out->byte + out->n, bytes, n);
	out->n += n;
}

static void put_word(struct explain_bytes *out, uint32_t word)
{
	__be32 wire = be32_host(word);

	put(out, &wire, sizeof(wire));
}

/* A word of each side, made the same for both directions, where sorting does not do that. */
static void mix(uint32_t *src, uint32_t *dst, enum explain_symmetric symmetric)
{
	uint32_t or = *src | *dst, xor = *src ^ *dst;

	if (symmetric == EXPLAIN_XOR)
		*src = *dst = xor;
	if (symmetric == EXPLAIN_OR_XOR) {
		*src = or;
		*dst = xor;
	}
}

/* Both of a pair, of @words words each. */
static void put_pair(struct explain_bytes *out, const __be32 *src, const __be32 *dst, size_t words,
		     enum explain_symmetric symmetric)
{
	bool swap = symmetric == EXPLAIN_SORT && memcmp(src, dst, words * sizeof(*src)) > 0;
	__be32 a[4] = {0}, b[4] = {0};

	for (size_t i = 0; i < words; i++) {
		a[i] = swap ? dst[i] : src[i];
		b[i] = swap ? src[i] : dst[i];
		mix(&a[i], &b[i], symmetric);
	}
	put(out, a, words * sizeof(*a));
	put(out, b, words * sizeof(*b));
}

/* Two halves of a word: ports, or an SPI that is taken for them. */
static void put_halves(struct explain_bytes *out, uint32_t s, uint32_t d,
		       enum explain_symmetric symmetric)
{
	bool swap = symmetric == EXPLAIN_SORT && s > d;
	uint32_t a = swap ? d : s, b = swap ? s : d;

	mix(&a, &b, symmetric);
	put_word(out, a << 16 | b);
}

/* What each input is made of, in this order. */
struct parts {
	bool spi_first, addresses, room, ports, spi, halves, seq, tag, protocol;
};

static const struct parts parts_of[EXPLAIN_INPUTS] = {
	[EXPLAIN_ADDRESSES] = {.addresses = true},
	[EXPLAIN_PORTS] = {.addresses = true, .ports = true},
	[EXPLAIN_PORTS_AT_32] = {.addresses = true, .room = true, .ports = true},
	[EXPLAIN_SPI] = {.spi = true},
	[EXPLAIN_ADDRESSES_SPI] = {.addresses = true, .spi = true},
	[EXPLAIN_SPI_AT_32] = {.addresses = true, .room = true, .spi = true},
	[EXPLAIN_SPI_FIRST] = {.spi_first = true, .addresses = true},
	[EXPLAIN_PORTS_SPI] = {.addresses = true, .ports = true, .spi = true},
	[EXPLAIN_SPI_SEQ] = {.spi = true, .seq = true},
	[EXPLAIN_ADDRESSES_SEQ] = {.addresses = true, .spi = true, .seq = true},
	[EXPLAIN_SEQ_AT_32] = {.addresses = true, .room = true, .spi = true, .seq = true},
	[EXPLAIN_SPI_AS_PORTS] = {.addresses = true, .halves = true},
	[EXPLAIN_PROTOCOL] = {.addresses = true, .room = true, .tag = true, .protocol = true},
	[EXPLAIN_PROTOCOL_AT_36] = {.addresses = true, .room = true, .protocol = true},
	[EXPLAIN_PORTS_PROTOCOL] =
		{.addresses = true, .room = true, .ports = true, .tag = true, .protocol = true},
	[EXPLAIN_PORTS_PROTOCOL_AT_36] = {.addresses = true,
					  .room = true,
					  .ports = true,
					  .protocol = true},
};

bool explain_has_tag(enum explain_input input)
{
	return parts_of[input].tag;
}

/* What stands behind the ports' place, whether the packet has ports or not. */
static void put_tail(struct explain_bytes *out, const struct parts *parts,
		     const struct measure_key *key, uint16_t tag)
{
	static const uint8_t protocol[] = {
		[FLOW_ESP] = IPPROTO_ESP, [FLOW_AH] = IPPROTO_AH, [FLOW_ESP_UDP] = IPPROTO_UDP};
	uint8_t wire[2] = {(uint8_t)(tag >> 8), (uint8_t)tag};

	if (!parts->protocol)
		return;
	if (!parts->ports)
		put_word(out, 0);
	if (parts->tag)
		put(out, wire, sizeof(wire));
	if (key->family == 4 && key->kind < sizeof(protocol))
		put(out, &protocol[key->kind], 1);
}

bool explain_make(const struct explain_packet *p, enum explain_input input,
		  enum explain_symmetric symmetric, uint16_t tag, struct explain_bytes *out)
{
	static const uint8_t room[32];
	const struct parts *parts = &parts_of[input];
	const struct measure_key *key = p->key;

	out->n = 0;
	if (parts->ports && key->kind != FLOW_ESP_UDP)
		return false;
	if (parts->spi_first)
		put_word(out, key->spi);
	if (parts->addresses)
		put_pair(out, key->src, key->dst, key->family == 4 ? 1 : 4, symmetric);
	if (parts->room)
		put(out, room, sizeof(room) - out->n);
	if (parts->ports)
		put_halves(out, key->sport, key->dport, symmetric);
	if (parts->spi)
		put_word(out, key->spi);
	if (parts->halves)
		put_halves(out, key->spi >> 16, key->spi & 0xffff, symmetric);
	if (parts->seq)
		put_word(out, p->seq);
	put_tail(out, parts, key, tag);
	return true;
}
