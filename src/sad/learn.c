// SPDX-License-Identifier: GPL-2.0-only
// Learns SAs from stray packets, in bounded memory and at a bounded rate.
#include "sad/learn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* uthash else ends the program when there is no memory */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define WAYS	   8
#define BUCKETS	   (LEARN_CANDIDATES / WAYS)
#define SECOND_NS  1000000000ull
#define SHARE	   4   /* a quarter of all for a source, a quarter of a limit at once */
#define REFILL_SEC 128 /* to earn a whole limit */
#define LASTING_NS SECOND_NS

struct candidate {
	struct sa_id id;
	__be32 src[4];
	uint64_t since;   /* when it took its place */
	uint64_t time[2]; /* of the last packet and of the one before */
	uint32_t sequence;
	uint32_t packets; /* rising in a row; 0: a free place */
};

/* A rate: time earns credit, each SA costs some. In nanoseconds. */
struct budget {
	uint64_t cost, most;
	uint64_t kept; /* of the credit, for candidates that last */
	uint64_t credit;
	uint64_t last; /* when credit was last brought up to date */
};

struct source_key {
	uint64_t seed;
	uint64_t family;
	__be32 address[4];
};

struct source {
	struct source_key key;
	struct budget budget;
	size_t count;
	UT_hash_handle hh;
};

struct learn {
	size_t limit, source_limit;
	size_t count;
	uint64_t seed;
	uint64_t now; /* the latest time so far */
	struct budget budget;
	struct source *sources;
	struct learn_stats stats;
	struct candidate candidates[BUCKETS][WAYS];
};

static size_t share_of(size_t limit)
{
	return limit > SHARE ? limit / SHARE : 1;
}

/* A new budget is full. */
static struct budget new_budget(size_t limit, uint64_t now)
{
	struct budget budget = {.cost = REFILL_SEC * SECOND_NS / limit, .last = now};

	budget.most = share_of(limit) * budget.cost;
	budget.kept = share_of(limit) / 2 * budget.cost;
	budget.credit = budget.most;
	return budget;
}

static bool can_spend(struct budget *budget, bool lasting, uint64_t now)
{
	budget->credit += now - budget->last;
	if (budget->credit > budget->most)
		budget->credit = budget->most;
	budget->last = now;
	return budget->credit >= budget->cost + (lasting ? 0 : budget->kept);
}

struct learn *learn_new(size_t limit, uint64_t seed)
{
	struct learn *learn = calloc(1, sizeof(*learn));

	if (!learn)
		return NULL;
	learn->limit = limit ? limit : 1;
	learn->source_limit = share_of(learn->limit);
	learn->seed = seed;
	learn->budget = new_budget(learn->limit, 0);
	return learn;
}

void learn_free(struct learn *learn)
{
	struct source *source, *next;

	if (!learn)
		return;
	HASH_ITER (hh, learn->sources, source, next) {
		HASH_DEL(learn->sources, source);
		free(source);
	}
	free(learn);
}

static struct candidate *bucket_of(struct learn *learn, const struct learn_packet *packet)
{
	uint64_t word[5], h = learn->seed;
	size_t i;

	_Static_assert(sizeof(packet->id) + sizeof(packet->src) == sizeof(word), "hole");
	memcpy(word, &packet->id, sizeof(packet->id));
	memcpy(word + 3, packet->src, sizeof(packet->src));
	for (i = 0; i < 5; i++) {
		h = (h ^ word[i]) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	return learn->candidates[h % BUCKETS];
}

static bool is_free(const struct candidate *c, uint64_t now)
{
	return !c->packets || now - c->time[0] > SECOND_NS;
}

/* The candidate of this packet, or a free place, or NULL. */
static struct candidate *find_place(struct learn *learn, const struct learn_packet *packet,
				    uint64_t now)
{
	struct candidate *bucket = bucket_of(learn, packet), *place = NULL;
	int i;

	for (i = 0; i < WAYS; i++) {
		if (is_free(&bucket[i], now)) {
			bucket[i].packets = 0;
			place = &bucket[i];
		} else if (!memcmp(&bucket[i].id, &packet->id, sizeof(packet->id)) &&
			   !memcmp(bucket[i].src, packet->src, sizeof(packet->src))) {
			return &bucket[i];
		}
	}
	return place;
}

/* Counts the packet; true: it is the third of three. */
static bool rises(struct candidate *c, const struct learn_packet *packet, uint64_t now)
{
	bool third;

	if (!c->packets) {
		c->id = packet->id;
		c->since = now;
		memcpy(c->src, packet->src, sizeof(c->src));
	} else if (packet->sequence <= c->sequence) {
		c->packets = 0;
	}
	third = c->packets >= 2 && now - c->time[1] <= SECOND_NS;
	c->packets = c->packets < 2 ? c->packets + 1 : 2;
	c->time[1] = c->time[0];
	c->time[0] = now;
	c->sequence = packet->sequence;
	return third;
}

static struct source_key key_of(const struct learn *learn, const struct sa_id *id,
				const __be32 src[4])
{
	struct source_key key = {.seed = learn->seed, .family = id->family};

	/* who has an IPv6 address has its /64 */
	key.address[0] = src[0];
	key.address[1] = src[1];
	return key;
}

static struct source *find_source(struct learn *learn, const struct source_key *key)
{
	struct source *source;

	HASH_FIND(hh, learn->sources, key, sizeof(*key), source);
	return source;
}

static struct source *add_source(struct learn *learn, const struct source_key *key, uint64_t now)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->key = *key;
	source->budget = new_budget(learn->source_limit, now);
	HASH_ADD(hh, learn->sources, key, sizeof(source->key), source);
	if (source->hh.tbl)
		return source;
	free(source);
	return NULL;
}

/* Counts the refusal and returns false if one more of this source (NULL: its first) is too many. */
static bool has_room(struct learn *learn, struct source *source, bool lasting, uint64_t now)
{
	uint64_t *refused = NULL;

	if (learn->count >= learn->limit)
		refused = &learn->stats.limit;
	else if (source && source->count >= learn->source_limit)
		refused = &learn->stats.source_limit;
	else if (source && !can_spend(&source->budget, lasting, now))
		refused = &learn->stats.source_rate;
	else if (!can_spend(&learn->budget, lasting, now))
		refused = &learn->stats.rate;
	if (refused)
		++*refused;
	return !refused;
}

static uint64_t pass_time(struct learn *learn, uint64_t time_ns)
{
	if (time_ns > learn->now)
		learn->now = time_ns;
	return learn->now;
}

static struct source *count_one(struct learn *learn, struct source *source,
				const struct source_key *key, uint64_t now)
{
	if (!source)
		source = add_source(learn, key, now);
	if (!source)
		return NULL;
	source->count++;
	learn->count++;
	return source;
}

static int admit(struct learn *learn, const struct learn_packet *packet, bool lasting, uint64_t now)
{
	struct source_key key = key_of(learn, &packet->id, packet->src);
	struct source *source = find_source(learn, &key);

	if (!has_room(learn, source, lasting, now))
		return 0;
	source = count_one(learn, source, &key, now);
	if (!source)
		return -ENOMEM;
	source->budget.credit -= source->budget.cost;
	learn->budget.credit -= learn->budget.cost;
	learn->stats.learned++;
	return 1;
}

int learn_adopt(struct learn *learn, const struct sa *sa, uint64_t now_ns)
{
	struct source_key key = key_of(learn, &sa->id, sa->src);
	uint64_t now = pass_time(learn, now_ns);

	return count_one(learn, find_source(learn, &key), &key, now) ? 0 : -ENOMEM;
}

static void fill(struct sa *sa, const struct learn_packet *packet)
{
	memset(sa, 0, sizeof(*sa));
	sa->id = packet->id;
	memcpy(sa->src, packet->src, sizeof(sa->src));
	sa->encap = packet->encap;
	if (packet->encap) {
		sa->encap_sport = packet->sport;
		sa->encap_dport = packet->dport;
	}
	sa->pcpu = -1;
	sa->cpu = -1;
	sa->source = SA_LEARNED;
}

int learn_packet(struct learn *learn, const struct learn_packet *packet, struct sa *sa)
{
	uint64_t now = pass_time(learn, packet->time_ns);
	struct candidate *place;
	int ret;

	learn->stats.packets++;
	if (!packet->id.spi)
		return 0;
	place = find_place(learn, packet, now);
	if (!place) {
		learn->stats.crowded++;
		return 0;
	}
	if (!rises(place, packet, now))
		return 0;
	ret = admit(learn, packet, now - place->since >= LASTING_NS, now);
	if (ret > 0) {
		place->packets = 0;
		fill(sa, packet);
	}
	return ret;
}

void learn_forget(struct learn *learn, const struct sa *sa)
{
	struct source_key key = key_of(learn, &sa->id, sa->src);
	struct source *source = find_source(learn, &key);

	if (!source)
		return;
	learn->count--;
	if (--source->count)
		return;
	HASH_DEL(learn->sources, source);
	free(source);
}

size_t learn_count(const struct learn *learn)
{
	return learn->count;
}

const struct learn_stats *learn_stats(const struct learn *learn)
{
	return &learn->stats;
}
