// SPDX-License-Identifier: GPL-2.0-only
// From packets to distinct flows and to SAs.
#include "predict/flows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

#define MULTIPLIER 0x9e3779b97f4a7c15ull

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * MULTIPLIER;
	return h ^ h >> 32;
}

static uint64_t mix_address(uint64_t h, const __be32 addr[4])
{
	h = mix(h, (uint64_t)addr[0] << 32 | addr[1]);
	return addr[2] | addr[3] ? mix(h, (uint64_t)addr[2] << 32 | addr[3]) : h;
}

/* Never 0 as an index wants it: only its number says whether a slot is empty. */
static uint32_t hash_flow(const struct flow *f, uint32_t sa)
{
	uint64_t h = (uint64_t)f->kind << 56 | (uint64_t)f->part << 48 | f->spi;

	h = mix(h, (uint64_t)f->sport << 48 | (uint64_t)f->dport << 32 | sa);
	h = mix_address(mix_address(h, f->src), f->dst);
	return (uint32_t)(h >> 16);
}

static bool same_address(const __be32 a[4], const __be32 b[4])
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

/* Packets that agree in everything that a NIC may hash, but the sequence number; a later fragment
 * has its SA instead.
 */
static bool same_flow(const struct flows_flow *a, const struct flow *f, uint32_t sa)
{
	return a->flow.spi == f->spi && same_address(a->flow.src, f->src) &&
	       same_address(a->flow.dst, f->dst) && a->flow.kind == f->kind &&
	       a->flow.part == f->part && a->flow.family == f->family &&
	       a->flow.protocol == f->protocol && a->flow.sport == f->sport &&
	       a->flow.dport == f->dport && (f->kind != FLOW_FRAGMENT || a->sa == sa);
}

static int index_init(struct flows_index *index)
{
	index->slot = calloc(2 * FIRST_ROOM, sizeof(*index->slot));
	index->mask = 2 * FIRST_ROOM - 1;
	return index->slot ? 0 : -ENOMEM;
}

static void index_put(struct flows_index *index, uint32_t hash, uint32_t number)
{
	uint32_t at = hash & index->mask;

	while (index->slot[at].number)
		at = (at + 1) & index->mask;
	index->slot[at] = (struct flows_slot){hash, number};
}

/* Room for one more of @count. */
static int index_grow(struct flows_index *index, uint32_t count)
{
	struct flows_index larger = {.mask = index->mask * 2 + 1};

	if (count < index->mask / 2)
		return 0;
	larger.slot = calloc((size_t)larger.mask + 1, sizeof(*larger.slot));
	if (!larger.slot)
		return -ENOMEM;
	for (uint32_t i = 0; i <= index->mask; i++)
		if (index->slot[i].number)
			index_put(&larger, index->slot[i].hash, index->slot[i].number);
	free(index->slot);
	*index = larger;
	return 0;
}

/* Room for one more element. */
static int grow(void *array, uint32_t count, uint32_t *room, size_t size)
{
	void **memory = array, *larger;

	if (count < *room)
		return 0;
	larger = realloc(*memory, 2 * size * *room);
	if (!larger)
		return -ENOMEM;
	*memory = larger;
	*room *= 2;
	return 0;
}

int flows_init(struct flows *flows)
{
	memset(flows, 0, sizeof(*flows));
	flows->room = flows->sas_room = FIRST_ROOM;
	flows->flow = malloc(FIRST_ROOM * sizeof(*flows->flow));
	flows->sa = malloc(FIRST_ROOM * sizeof(*flows->sa));
	if (flows->flow && flows->sa && !index_init(&flows->flows) && !index_init(&flows->names))
		return 0;
	flows_free(flows);
	return -ENOMEM;
}

void flows_free(struct flows *flows)
{
	free(flows->flow);
	free(flows->sa);
	free(flows->flows.slot);
	free(flows->names.slot);
	memset(flows, 0, sizeof(*flows));
}

static uint32_t hash_sa(const __be32 dst[4], uint32_t spi, uint8_t protocol)
{
	return (uint32_t)(mix_address(mix(0, (uint64_t)spi << 8 | protocol), dst) >> 16);
}

static uint32_t find_sa(const struct flows *flows, uint32_t hash, const __be32 dst[4], uint32_t spi,
			uint8_t protocol)
{
	const struct flows_index *names = &flows->names;

	for (uint32_t at = hash & names->mask; names->slot[at].number;
	     at = (at + 1) & names->mask) {
		const struct flows_sa *sa = &flows->sa[names->slot[at].number - 1];

		if (names->slot[at].hash == hash && sa->spi == spi && sa->protocol == protocol &&
		    same_address(sa->dst, dst))
			return names->slot[at].number - 1;
	}
	return FLOWS_NONE;
}

static int add_sa(struct flows *flows, const struct flows_sa *sa, uint32_t hash, uint32_t *number)
{
	int err = grow(&flows->sa, flows->sas, &flows->sas_room, sizeof(*flows->sa));

	if (!err)
		err = index_grow(&flows->names, flows->sas);
	if (err)
		return err;
	*number = flows->sas;
	flows->sa[flows->sas++] = *sa;
	index_put(&flows->names, hash, flows->sas);
	return 0;
}

int flows_know(struct flows *flows, uint8_t family, const __be32 dst[4], uint32_t spi,
	       uint8_t protocol)
{
	struct flows_sa sa = {.spi = spi, .family = family, .protocol = protocol};
	uint32_t hash = hash_sa(dst, spi, protocol), number;

	flows->only_known = true;
	if (find_sa(flows, hash, dst, spi, protocol) != FLOWS_NONE)
		return 0;
	if (flows->sas >= FLOWS_MAX)
		return -E2BIG;
	memcpy(sa.dst, dst, sizeof(sa.dst));
	return add_sa(flows, &sa, hash, &number);
}

/* The SA of a packet that has an SPI; a new one unless only those named count. */
static int sa_of(struct flows *flows, const struct flow *f, uint32_t *number)
{
	struct flows_sa sa = {.spi = f->spi, .family = f->family, .protocol = flow_sa_protocol(f)};
	uint32_t hash = hash_sa(f->dst, f->spi, sa.protocol);

	*number = find_sa(flows, hash, f->dst, f->spi, sa.protocol);
	if (*number == FLOWS_NONE && !flows->only_known) {
		int err;

		memcpy(sa.dst, f->dst, sizeof(sa.dst));
		err = add_sa(flows, &sa, hash, number);
		if (err)
			return err;
	}
	if (*number != FLOWS_NONE)
		flows->sa[*number].encap = f->kind == FLOW_ESP_UDP;
	return 0;
}

static uint32_t find_flow(const struct flows *flows, uint32_t hash, const struct flow *f,
			  uint32_t sa)
{
	const struct flows_index *index = &flows->flows;

	for (uint32_t at = hash & index->mask; index->slot[at].number;
	     at = (at + 1) & index->mask) {
		uint32_t number = index->slot[at].number - 1;

		if (index->slot[at].hash == hash && same_flow(&flows->flow[number], f, sa))
			return number;
	}
	return FLOWS_NONE;
}

/* @sa: of a later fragment; the others tell it themselves. */
static int add_flow(struct flows *flows, const struct flow *f, uint32_t sa, uint32_t hash,
		    uint32_t *number)
{
	struct flows_flow new = {.flow = *f, .sa = sa};
	int err = grow(&flows->flow, flows->count, &flows->room, sizeof(*flows->flow));

	if (!err)
		err = index_grow(&flows->flows, flows->count);
	if (!err && f->kind != FLOW_FRAGMENT)
		err = sa_of(flows, f, &new.sa);
	if (err)
		return err;
	if (new.sa == FLOWS_NONE)
		new.of = f->kind == FLOW_FRAGMENT ? FLOWS_LOST : FLOWS_STRAY;
	*number = flows->count;
	flows->flow[flows->count++] = new;
	index_put(&flows->flows, hash, flows->count);
	return 0;
}

static struct flows_datagram *datagram_of(struct flows *flows, const struct flow *f, uint64_t *key)
{
	*key = mix_address(mix_address(mix(f->protocol, f->id), f->src), f->dst);
	return &flows->datagram[*key >> 20 & (FLOWS_DATAGRAMS - 1)];
}

/*
 * A fragment without an SPI belongs where its first one did. False: it is no IPsec, as far as can
 * be told.
 */
static bool follow_first(struct flows *flows, const struct flow *f, uint32_t *sa)
{
	uint64_t key;
	const struct flows_datagram *datagram = datagram_of(flows, f, &key);

	*sa = FLOWS_NONE;
	if (datagram->flow && datagram->key == key) {
		*sa = flows->flow[datagram->flow - 1].sa;
		return true;
	}
	return f->protocol == IPPROTO_ESP || f->protocol == IPPROTO_AH;
}

static void remember_first(struct flows *flows, const struct flow *f, uint32_t number)
{
	uint64_t key;
	struct flows_datagram *datagram = datagram_of(flows, f, &key);

	*datagram = (struct flows_datagram){key, number + 1};
}

static void count(struct flows *flows, struct flows_flow *flow, const struct flow *packet)
{
	flow->packets++;
	flow->bytes += packet->bytes;
	if (flow->sa == FLOWS_NONE)
		return;
	flows->sa[flow->sa].packets++;
	flows->sa[flow->sa].bytes += packet->bytes;
}

static bool is_ipsec(struct flows *flows, const struct flow *f, uint32_t *sa)
{
	*sa = FLOWS_NONE;
	switch (f->kind) {
	case FLOW_ESP:
	case FLOW_AH:
	case FLOW_ESP_UDP:
		return true;
	case FLOW_FRAGMENT:
		return follow_first(flows, f, sa);
	default:
		return false;
	}
}

int flows_add(struct flows *flows, const struct flow *packet, uint32_t *index)
{
	uint32_t sa, hash;
	int err = 0;

	*index = FLOWS_NONE;
	if (packet->kind < FLOWS_KINDS)
		flows->kind[packet->kind]++;
	if (!is_ipsec(flows, packet, &sa))
		return 0;
	flows->packets++;
	flows->bytes += packet->bytes;
	hash = hash_flow(packet, packet->kind == FLOW_FRAGMENT ? sa : 0);
	*index = find_flow(flows, hash, packet, sa);
	if (*index == FLOWS_NONE && flows->count < FLOWS_MAX)
		err = add_flow(flows, packet, sa, hash, index);
	if (*index == FLOWS_NONE) {
		flows->unfollowed += !err;
		return err;
	}
	count(flows, &flows->flow[*index], packet);
	if (packet->part == PART_FIRST)
		remember_first(flows, packet, *index);
	return 0;
}
