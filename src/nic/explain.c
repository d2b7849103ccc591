// SPDX-License-Identifier: GPL-2.0-only
// Which input of the hash explains what was seen: each candidate is tried on each packet.
#include "nic/explain.h"

#include <stdio.h>
#include <string.h>
#include "core/toeplitz.h"

enum { INPUT_MAX = 48, KEY_MAX = 1024 };

/* Packets that are tried; those of one SA teach no more than its first. */
enum { PACKETS_MAX = 4096 };

/* A match of queues by chance, over all candidates, is ruled out below this probability. */
#define CHANCE 0.001

struct candidate {
	enum explain_input input;
	enum explain_symmetric symmetric;
	bool reversed, inverted;
};

/* The key as it is, reversed, and reversed with the hash inverted. */
enum { TRANSFORMS = 3, CANDIDATES = EXPLAIN_INPUTS * EXPLAIN_SYMMETRIC * TRANSFORMS };

/* A packet that was seen. */
struct packet {
	const struct measure_key *key;
	uint32_t hash, seq;
};

struct input {
	uint8_t byte[INPUT_MAX];
	size_t n;
};

static void put(struct input *input, const void *bytes, size_t n)
{
	memcpy(input->byte + input->n, bytes, n);
	input->n += n;
}

static void put_word(struct input *input, uint32_t word)
{
	__be32 wire = be32_host(word);

	put(input, &wire, sizeof(wire));
}

static void put_addresses(struct input *input, const struct measure_key *key,
			  enum explain_symmetric symmetric)
{
	size_t n = key->family == 4 ? 1 : 4;
	__be32 a[4] = {0}, b[4] = {0};

	for (size_t i = 0; i < n; i++) {
		__be32 src = key->src[i], dst = key->dst[i];

		a[i] = symmetric == EXPLAIN_AS_IS ? src
		       : symmetric == EXPLAIN_XOR ? src ^ dst
						  : src | dst;
		b[i] = symmetric == EXPLAIN_AS_IS ? dst : src ^ dst;
	}
	put(input, a, n * sizeof(*a));
	put(input, b, n * sizeof(*b));
}

static void put_ports(struct input *input, const struct measure_key *key,
		      enum explain_symmetric symmetric)
{
	uint32_t s = key->sport, d = key->dport;
	uint32_t a = symmetric == EXPLAIN_AS_IS ? s : symmetric == EXPLAIN_XOR ? s ^ d : s | d;

	put_word(input, a << 16 | (symmetric == EXPLAIN_AS_IS ? d : s ^ d));
}

/* What each input is made of, in this order. */
struct parts {
	bool spi_first, addresses, room, ports, spi, seq;
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
};

/* False: packets of this kind have no such input. */
static bool make_input(struct input *input, const struct packet *p, const struct candidate *c)
{
	static const uint8_t room[32];
	const struct parts *parts = &parts_of[c->input];

	input->n = 0;
	if (parts->ports && p->key->kind != FLOW_ESP_UDP)
		return false;
	if (parts->spi_first)
		put_word(input, p->key->spi);
	if (parts->addresses)
		put_addresses(input, p->key, c->symmetric);
	if (parts->room)
		put(input, room, sizeof(room) - input->n);
	if (parts->ports)
		put_ports(input, p->key, c->symmetric);
	if (parts->spi)
		put_word(input, p->key->spi);
	if (parts->seq)
		put_word(input, p->seq);
	return true;
}

/* Bit by bit, as inputs may be longer than core/toeplitz.h has tables for. */
static uint32_t toeplitz(const uint8_t *key, const struct input *input)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < 8 * input->n; i++)
		if (input->byte[i / 8] & 0x80 >> i % 8)
			hash ^= toeplitz_window(key, i / 8, i % 8);
	return hash;
}

struct trial {
	const struct explain_facts *facts;
	struct packet packet[PACKETS_MAX];
	size_t n;
	uint8_t reversed[KEY_MAX];
	unsigned int queues; /* in the table */
};

/* False: this candidate has no hash of that packet. */
static bool hash_of(const struct trial *t, const struct candidate *c, size_t i, uint32_t *hash)
{
	struct input input;

	if (!make_input(&input, &t->packet[i], c) || input.n + 4 > t->facts->key_len)
		return false;
	*hash = toeplitz(c->reversed ? t->reversed : t->facts->key, &input);
	if (c->inverted)
		*hash = ~*hash;
	return true;
}

static bool explains_hashes(const struct trial *t, const struct candidate *c)
{
	uint32_t hash;
	bool any = false;

	for (size_t i = 0; i < t->n; i++) {
		if (!t->packet[i].hash)
			continue;
		if (!hash_of(t, c, i, &hash) || hash != t->packet[i].hash)
			return false;
		any = true;
	}
	return any;
}

/* How likely it is that a candidate which has nothing to do with it gives all these queues. */
static double chance_of(const struct trial *t, size_t different)
{
	double chance = CANDIDATES;

	while (different--)
		chance /= t->queues;
	return chance;
}

static bool explains_queues(const struct trial *t, const struct candidate *c)
{
	uint32_t last = 0, hash;
	size_t different = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!hash_of(t, c, i, &hash) ||
		    indir_pick(t->facts->table, hash) != t->packet[i].key->queue)
			return false;
		/* Packets are in order: those of one hash lie together, if not always. */
		different += !i || hash != last;
		last = hash;
	}
	return chance_of(t, different) < CHANCE;
}

static bool try_all(const struct trial *t, bool (*explains)(const struct trial *,
							    const struct candidate *),
		    struct candidate *c)
{
	for (int i = 0; i < CANDIDATES; i++) {
		*c = (struct candidate){
			.input = i / EXPLAIN_SYMMETRIC % EXPLAIN_INPUTS,
			.symmetric = i % EXPLAIN_SYMMETRIC,
			.reversed = i / (EXPLAIN_INPUTS * EXPLAIN_SYMMETRIC) > 0,
			.inverted = i / (EXPLAIN_INPUTS * EXPLAIN_SYMMETRIC) > 1,
		};
		if (explains(t, c))
			return true;
	}
	return false;
}

static void take_packets(struct trial *t, bool udp, struct explanation *out)
{
	const struct measured *measured = t->facts->measured;

	for (size_t i = 0; i < measured->n; i++) {
		const struct measured_entry *entry = &measured->entry[i];

		if ((entry->key.kind == FLOW_ESP_UDP) != udp ||
		    entry->key.queue == MEASURE_NO_QUEUE)
			continue;
		for (unsigned int j = 0; j < measured_samples(entry) && t->n < PACKETS_MAX; j++) {
			t->packet[t->n++] = (struct packet){&entry->key, entry->value.hash[j],
							    entry->value.seq[j]};
			out->hashes += entry->value.hash[j] != 0;
		}
	}
	out->packets = (unsigned int)t->n;
}

static bool table_fits(const struct trial *t)
{
	bool any = false;

	for (size_t i = 0; i < t->n && t->facts->table; i++) {
		const struct packet *p = &t->packet[i];

		if (!p->hash)
			continue;
		if (indir_pick(t->facts->table, p->hash) != p->key->queue)
			return false;
		any = true;
	}
	return any;
}

/* How many queues the table names. */
static unsigned int table_queues(const struct indir *table)
{
	unsigned int n = 0, highest = 0;

	for (uint32_t i = 0; table && i < table->size; i++) {
		highest = table->entry[i] > highest ? table->entry[i] : highest;
		n += !i || table->entry[i] != table->entry[0];
	}
	return n > 1 ? highest + 1 : 1;
}

static const char *why_untried(const struct explain_facts *facts, const struct explanation *e)
{
	if (!e->packets)
		return "no packet was seen";
	if (!facts->toeplitz)
		return "the hash function is not Toeplitz";
	if (!facts->key || facts->key_len < TOEPLITZ_KEY_MIN || facts->key_len > KEY_MAX)
		return "the driver does not show its key";
	if (!e->hashes && !facts->table)
		return "the driver shows neither hashes nor its table";
	return NULL;
}

static void try(struct trial *t, struct explanation *out)
{
	const struct explain_facts *facts = t->facts;
	struct candidate c;

	for (size_t i = 0; i < facts->key_len; i++)
		t->reversed[i] = facts->key[facts->key_len - 1 - i];
	t->queues = table_queues(facts->table);
	if (try_all(t, explains_hashes, &c))
		out->by = EXPLAIN_BY_HASHES;
	else if (facts->table && t->queues > 1 && try_all(t, explains_queues, &c))
		out->by = EXPLAIN_BY_QUEUES;
	if (out->by == EXPLAIN_NOT)
		return;
	out->input = c.input;
	out->symmetric = c.symmetric;
	out->reversed = c.reversed;
	out->inverted = c.inverted;
}

void explain(const struct explain_facts *facts, bool udp, struct explanation *out)
{
	struct trial t = {.facts = facts};

	*out = (struct explanation){0};
	take_packets(&t, udp, out);
	out->table_fits = table_fits(&t);
	out->untried = why_untried(facts, out);
	if (!out->untried)
		try(&t, out);
}

char *explain_words(const struct explanation *e, char *buf, size_t size)
{
	static const char *const inputs[] = {
		[EXPLAIN_ADDRESSES] = "the addresses",
		[EXPLAIN_PORTS] = "the addresses and UDP's ports",
		[EXPLAIN_PORTS_AT_32] = "the addresses and, from byte 32 on, UDP's ports",
		[EXPLAIN_SPI] = "the SPI alone",
		[EXPLAIN_ADDRESSES_SPI] = "the addresses and, behind them, the SPI",
		[EXPLAIN_SPI_AT_32] = "the addresses and, from byte 32 on, the SPI",
		[EXPLAIN_SPI_FIRST] = "the SPI, then the addresses",
		[EXPLAIN_PORTS_SPI] = "the addresses, UDP's ports and the SPI",
		[EXPLAIN_SPI_SEQ] = "the SPI and the sequence number",
		[EXPLAIN_ADDRESSES_SEQ] = "the addresses, the SPI and the sequence number",
		[EXPLAIN_SEQ_AT_32] = "the addresses and, from byte 32 on, SPI and sequence number",
	};
	static const char *const symmetric[] = {
		[EXPLAIN_AS_IS] = "",
		[EXPLAIN_XOR] = ", the same for both directions (xor)",
		[EXPLAIN_OR_XOR] = ", the same for both directions (or, xor)",
	};

	if (e->by == EXPLAIN_NOT)
		snprintf(buf, size, "%s%s", e->untried ? "nothing tried: " : "nothing that was tried",
			 e->untried ? e->untried : "");
	else
		snprintf(buf, size, "%s%s%s%s", inputs[e->input], symmetric[e->symmetric],
			 e->reversed ? ", with the key's bytes reversed" : "",
			 e->inverted ? " and the hash inverted" : "");
	return buf;
}
