// SPDX-License-Identifier: GPL-2.0-only
// What a measurement saw, as a list.
#include "nic/measured.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int measured_take(struct measured *measured, const struct measured_entry *entry)
{
	size_t room = measured->room ? 2 * measured->room : 64;
	struct measured_entry *more;

	if (measured->n == measured->room) {
		more = reallocarray(measured->entry, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		measured->entry = more;
		measured->room = room;
	}
	measured->entry[measured->n++] = *entry;
	return 0;
}

int measured_add(struct measured *measured, const struct flow *flow, uint16_t queue, uint32_t hash)
{
	struct measured_entry new = {0}, *at = NULL;
	struct measure_value *value;

	measure_key_of(&new.key, flow, queue);
	/* Packets of an SA come one behind the other here: from the end it is found at once. */
	for (size_t i = measured->n; i-- && !at;)
		if (!memcmp(&measured->entry[i].key, &new.key, sizeof(new.key)))
			at = &measured->entry[i];
	if (!at) {
		if (measured_take(measured, &new))
			return -ENOMEM;
		at = &measured->entry[measured->n - 1];
	}
	value = &at->value;
	if (value->packets < MEASURE_SAMPLES) {
		value->hash[value->packets] = hash;
		value->seq[value->packets] = flow->seq;
	}
	value->packets++;
	return 0;
}

bool measured_same_pair(const struct measured_entry *a, const struct measured_entry *b)
{
	const struct measure_key *x = &a->key, *y = &b->key;

	return x->kind == y->kind && x->family == y->family && x->sport == y->sport &&
	       x->dport == y->dport && !memcmp(x->src, y->src, sizeof(x->src)) &&
	       !memcmp(x->dst, y->dst, sizeof(x->dst));
}

bool measured_same_sa(const struct measured_entry *a, const struct measured_entry *b)
{
	return a->key.spi == b->key.spi && measured_same_pair(a, b);
}

static int by_number(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int compare(const void *left, const void *right)
{
	const struct measure_key *a = left, *b = right;
	int order = by_number(a->kind, b->kind);

	order = order ? order : by_number(a->family, b->family);
	order = order ? order : memcmp(a->src, b->src, sizeof(a->src));
	order = order ? order : memcmp(a->dst, b->dst, sizeof(a->dst));
	order = order ? order : by_number(a->sport, b->sport);
	order = order ? order : by_number(a->dport, b->dport);
	order = order ? order : by_number(a->spi, b->spi);
	return order ? order : by_number(a->queue, b->queue);
}

void measured_sort(struct measured *measured)
{
	if (measured->n)
		qsort(measured->entry, measured->n, sizeof(*measured->entry), compare);
}

void measured_free(struct measured *measured)
{
	free(measured->entry);
	*measured = (struct measured){0};
}

unsigned int measured_samples(const struct measured_entry *entry)
{
	return entry->value.packets < MEASURE_SAMPLES ? (unsigned int)entry->value.packets
						      : MEASURE_SAMPLES;
}

static const struct {
	uint8_t kind;
	const char *word;
} kinds[] = {{FLOW_ESP, "esp"}, {FLOW_ESP_UDP, "udp"}, {FLOW_AH, "ah"}};

const char *measured_kind_word(uint8_t kind)
{
	size_t i = 0;

	while (kinds[i].kind != kind)
		i++;
	return kinds[i].word;
}

uint8_t measured_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(word, kinds[i].word))
			return kinds[i].kind;
	return 0;
}
