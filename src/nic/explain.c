// SPDX-License-Identifier: GPL-2.0-only
// Which input of the hash explains what was seen: each candidate is tried on each packet.
#include "nic/explain.h"

#include "core/toeplitz.h"
#include "nic/explain_input.h"

enum { KEY_MAX = 1024, TAGS = 4096 };

/* Packets that are tried; those of one SA teach no more than its first. */
enum { PACKETS_MAX = 4096 };

/* A match of queues by chance, over all candidates, is ruled out below this probability. */
#define CHANCE 0.001

/* What is done with the key before, and with the hash after. */
struct transform {
	bool reversed, inverted, folded;
};

static const struct transform transforms[] = {
	{false, false, false}, {true, false, false},
	{true, true, false},   {false, true, true}, /* AWS ENA with its fixed key */
	{true, true, true},
};

enum {
	TRANSFORMS = sizeof(transforms) / sizeof(transforms[0]),
	CANDIDATES = EXPLAIN_INPUTS * EXPLAIN_SYMMETRIC * TRANSFORMS,
};

struct candidate {
	enum explain_input input;
	enum explain_symmetric symmetric;
	struct transform transform;
	uint16_t tag;
};

/* Bit by bit, as inputs may be longer than core/toeplitz.h has tables for. */
static uint32_t toeplitz(const uint8_t *key, const struct explain_bytes *input)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < 8 * input->n; i++)
		if (input->byte[i / 8] & 0x80 >> i % 8)
			hash ^= toeplitz_window(key, i / 8, i % 8);
	return hash;
}

struct trial {
	const struct explain_facts *facts;
	struct explain_packet packet[PACKETS_MAX];
	size_t n;
	uint8_t reversed[KEY_MAX];
	unsigned int queues; /* in the table */
};

/* False: this candidate has no hash of that packet. */
static bool hash_of(const struct trial *t, const struct candidate *c, size_t i, uint32_t *hash)
{
	struct explain_bytes input;

	if (!explain_make(&t->packet[i], c->input, c->symmetric, c->tag, &input) ||
	    input.n + 4 > t->facts->key_len)
		return false;
	*hash = toeplitz(c->transform.reversed ? t->reversed : t->facts->key, &input);
	if (c->transform.inverted)
		*hash = ~*hash;
	if (c->transform.folded)
		*hash = (*hash & 0xffff) | *hash << 16;
	return true;
}

/* The VLAN's tag is in no measurement: the first hash tells it, if there is one that fits. */
static void find_tag(const struct trial *t, struct candidate *c)
{
	size_t first = 0;
	uint32_t hash;

	while (first < t->n && !t->packet[first].hash)
		first++;
	if (first == t->n || !explain_has_tag(c->input))
		return;
	for (c->tag = 0; c->tag < TAGS; c->tag++)
		if (hash_of(t, c, first, &hash) && hash == t->packet[first].hash)
			return;
	c->tag = 0;
}

static bool explains_hashes(const struct trial *t, struct candidate *c)
{
	uint32_t hash;
	bool any = false;

	find_tag(t, c);
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

static bool explains_queues(const struct trial *t, struct candidate *c)
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

static bool try_all(const struct trial *t,
		    bool (*explains)(const struct trial *, struct candidate *), struct candidate *c)
{
	for (int i = 0; i < CANDIDATES; i++) {
		*c = (struct candidate){
			.input = i / EXPLAIN_SYMMETRIC % EXPLAIN_INPUTS,
			.symmetric = i % EXPLAIN_SYMMETRIC,
			.transform = transforms[i / (EXPLAIN_INPUTS * EXPLAIN_SYMMETRIC)],
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
			t->packet[t->n++] = (struct explain_packet){
				&entry->key, entry->value.hash[j], entry->value.seq[j]};
			out->hashes += entry->value.hash[j] != 0;
		}
	}
	out->packets = (unsigned int)t->n;
}

static bool table_fits(const struct trial *t)
{
	bool any = false;

	for (size_t i = 0; i < t->n && t->facts->table; i++) {
		const struct explain_packet *p = &t->packet[i];

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
	out->reversed = c.transform.reversed;
	out->inverted = c.transform.inverted;
	out->folded = c.transform.folded;
	out->tag = c.tag;
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
