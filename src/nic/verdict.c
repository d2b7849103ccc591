// SPDX-License-Identifier: GPL-2.0-only
// What a NIC does with ESP, from where packets were seen.
#include "nic/verdict.h"

/* A chance that is small enough to be none. */
#define CHANCE 0.01

/* As many SAs as this do not share one queue by chance. */
static unsigned int enough_of(double queues)
{
	unsigned int enough = 0;

	for (double chance = 1; chance > CHANCE && enough < 1000000; chance /= queues)
		enough++;
	return enough;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_UNKNOWN] = "unknown",	   [VERDICT_SINGLE] = "single",
		[VERDICT_ADDRESSES] = "addresses", [VERDICT_SPI] = "spi",
		[VERDICT_SPRAYS] = "sprays",
	};

	return names[verdict];
}

/* One SA, of several entries. */
struct one_sa {
	size_t first, end;
	uint64_t packets;
	uint16_t queue;	   /* that has most of them */
	uint64_t on_queue; /* how many */
	uint32_t hash;	   /* of all its samples; 0: none, or several */
};

/* What speaks for what. */
struct evidence {
	unsigned int beside; /* SAs seen on the queue of another of their pair: could be chance */
	unsigned int separated;		    /* SAs on another queue than the first of their pair */
	unsigned int same_hash, other_hash; /* the same by hash */
	uint64_t together; /* packets seen on the queue of an earlier one of their SA */
	size_t sprayed;	   /* index of an entry, SIZE_MAX: none */
};

static bool wanted(const struct measured_entry *entry, bool udp)
{
	return (entry->key.kind == FLOW_ESP_UDP) == udp && entry->key.queue != MEASURE_NO_QUEUE;
}

static void look_at_hashes(const struct measured_entry *entry, struct one_sa *sa, bool *several)
{
	for (unsigned int i = 0; i < measured_samples(entry); i++) {
		*several |= !entry->value.hash[i] || (sa->hash && sa->hash != entry->value.hash[i]);
		sa->hash = entry->value.hash[i];
	}
}

static struct one_sa read_sa(const struct measured *measured, size_t at)
{
	struct one_sa sa = {.first = at, .end = at};
	bool several = false;

	for (; sa.end < measured->n; sa.end++) {
		const struct measured_entry *entry = &measured->entry[sa.end];

		if (!measured_same_sa(&measured->entry[at], entry))
			break;
		if (entry->key.queue == MEASURE_NO_QUEUE)
			continue;
		sa.packets += entry->value.packets;
		if (entry->value.packets > sa.on_queue) {
			sa.on_queue = entry->value.packets;
			sa.queue = entry->key.queue;
		}
		look_at_hashes(entry, &sa, &several);
	}
	if (several)
		sa.hash = 0;
	return sa;
}

bool verdict_is_spray(uint64_t packets, uint64_t largest)
{
	return packets >= VERDICT_SPRAY_PACKETS && packets - largest > packets / 8;
}

static void weigh_sa(const struct one_sa *sa, const struct one_sa *first, bool hashes,
		     struct evidence *e)
{
	if (verdict_is_spray(sa->packets, sa->on_queue))
		e->sprayed = sa->first;
	e->together += sa->on_queue - 1;
	if (first == sa)
		return;
	if (sa->queue == first->queue)
		e->beside++;
	else
		e->separated++;
	if (hashes && sa->hash && first->hash) {
		e->same_hash += sa->hash == first->hash;
		e->other_hash += sa->hash != first->hash;
	}
}

static void gather(const struct verdict_facts *facts, bool udp, struct verdict_part *part,
		   struct evidence *e)
{
	const struct measured *measured = facts->measured;
	const struct measured_entry *pair = NULL;
	struct one_sa first = {0};
	size_t in_pair = 0;

	for (size_t at = 0, end; at < measured->n; at = end) {
		const struct measured_entry *entry = &measured->entry[at];
		struct one_sa sa = read_sa(measured, at);

		end = sa.end;
		if ((entry->key.kind == FLOW_ESP_UDP) != udp || sa.packets < VERDICT_PACKETS)
			continue;
		if (!pair || !measured_same_pair(pair, entry)) {
			pair = entry;
			part->pairs++;
			in_pair = 0;
			first = sa;
		}
		weigh_sa(&sa, in_pair ? &first : &sa, facts->hashes_of_nic, e);
		if (++in_pair > part->largest_pair)
			part->largest_pair = in_pair;
	}
}

static void count(const struct measured *measured, bool udp, struct verdict_part *part)
{
	static const struct measured_entry nothing;
	const struct measured_entry *last = &nothing;
	uint64_t seen[65536 / 64] = {0};

	for (size_t i = 0; i < measured->n; i++) {
		const struct measured_entry *entry = &measured->entry[i];
		uint16_t queue = entry->key.queue;

		if (!wanted(entry, udp))
			continue;
		part->packets += entry->value.packets;
		part->sas += !measured_same_sa(last, entry);
		part->queues += !(seen[queue / 64] >> queue % 64 & 1);
		seen[queue / 64] |= 1ull << queue % 64;
		last = entry;
	}
}

static enum verdict judge(const struct verdict_facts *facts, const struct evidence *e,
			  struct verdict_part *part)
{
	unsigned int enough = enough_of(facts->queues);

	if (e->sprayed != SIZE_MAX) {
		part->sprayed = e->sprayed;
		return VERDICT_SPRAYS;
	}
	if (e->together < enough)
		return VERDICT_UNKNOWN; /* it might be sprayed */
	part->by_hash = e->other_hash && !e->separated;
	if (e->separated || e->other_hash)
		return VERDICT_SPI;
	part->by_hash = e->same_hash && e->beside < enough;
	if (e->same_hash || e->beside >= enough)
		return VERDICT_ADDRESSES;
	part->missing_sas = enough - e->beside;
	return VERDICT_UNKNOWN;
}

void verdict_of(const struct verdict_facts *facts, bool udp, struct verdict_part *part)
{
	struct evidence e = {.sprayed = SIZE_MAX};

	*part = (struct verdict_part){0};
	count(facts->measured, udp, part);
	if (facts->queues <= 1) {
		part->verdict = VERDICT_SINGLE;
		return;
	}
	gather(facts, udp, part, &e);
	part->verdict = judge(facts, &e, part);
}

enum verdict verdict_overall(const struct verdict_part *plain, const struct verdict_part *udp)
{
	if (plain->verdict == VERDICT_SPRAYS || udp->verdict == VERDICT_SPRAYS)
		return VERDICT_SPRAYS;
	return plain->verdict == VERDICT_UNKNOWN ? udp->verdict : plain->verdict;
}
