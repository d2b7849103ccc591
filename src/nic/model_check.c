// SPDX-License-Identifier: GPL-2.0-only
// Is a model right about a NIC?
#include "nic/model_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nic/model_claimed.h"
#include "nic/verdict.h"

/* Of queues that fit by chance. */
#define CHANCE 0.001

/* The NIC of the model, set as the real one was, and what it is held against. */
struct check {
	struct model_nic nic;
	const struct model_seen *seen;
	bool key;      /* the NIC's is known, and the model's now */
	double queues; /* that the NIC's table spreads over */
};

/* The samples of one pair, or of one SA. */
struct run {
	const struct model_sample *sample;
	size_t n;
};

static struct flow flow_of(uint8_t family, uint8_t kind, uint32_t spi)
{
	bool udp = kind == FLOW_ESP_UDP;

	return (struct flow){
		.kind = kind,
		.family = family,
		.protocol = udp		      ? IPPROTO_UDP
			    : kind == FLOW_AH ? IPPROTO_AH
					      : IPPROTO_ESP,
		.sport = udp ? 4500 : 0,
		.dport = udp ? 4500 : 0,
		.spi = spi,
	};
}

static unsigned int inputs_of(const struct check *c, const struct model_sample *sample)
{
	const struct flow flow = flow_of(sample->family, sample->kind, 0);

	return model_inputs(&c->nic, &flow);
}

/* What the hash of this sample must be, xor that of the pair's first. */
static uint32_t hash_of(const struct check *c, const struct model_sample *sample)
{
	const struct flow flow = flow_of(sample->family, sample->kind, sample->spi);
	const struct flow zero = flow_of(sample->family, sample->kind, 0);

	return model_hash(&c->nic, &flow) ^ model_hash(&c->nic, &zero);
}

/* Sets the model as the NIC was, as far as it can be set; *its: what it answers then. */
static int set_up(struct check *c, const struct model *model, const struct model_seen *seen,
		  struct claims *its)
{
	const struct claims *claims = seen->claims;
	int err = model_nic_init(&c->nic, model, model_queues_of(model, claims->channels));

	if (err)
		return err;
	c->seen = seen;
	c->queues = claims_queues(claims);
	model_take_sizes(&c->nic, claims->table_size, claims->key_size);
	model_claimed_fields(&c->nic, claims); /* a refusal shows where the answers are compared */
	claims_gather(claims_ask_model, &c->nic, its);
	c->key = model_claimed_hash(&c->nic, claims);
	if (claims->table.size)
		c->nic.table = claims->table;
	return 0;
}

/* Hashes of a pair that can be compared, but for the first that is the measure of the others. */
static void check_hashes(const struct check *c, struct run pair, struct model_check_part *part)
{
	for (size_t i = 1; i < pair.n; i++) {
		const struct model_sample *s = &pair.sample[i];

		if (!s->hashed)
			continue;
		part->hashes++;
		part->hashes_wrong += s->hash != hash_of(c, s);
	}
}

static bool has_queue(const struct model_sample *sample)
{
	return sample->queue != MEASURE_NO_QUEUE;
}

/* How many queues are predicted wrongly with @base as the hash of the pair's first sample, in the
 * bits that index the table. */
static size_t wrong_with(const struct check *c, struct run pair, const uint32_t *hash,
			 uint32_t base)
{
	const struct indir *table = &c->nic.table;
	size_t wrong = 0;

	for (size_t i = 0; i < pair.n; i++)
		wrong += has_queue(&pair.sample[i]) &&
			 indir_pick(table, base ^ hash[i]) != pair.sample[i].queue;
	return wrong;
}

/* How likely a NIC that spreads SAs by something else puts them where the model does. */
static double chance_of(const struct check *c, struct run pair)
{
	double chance = c->nic.table.size;

	for (size_t i = 0; i < pair.n && chance >= CHANCE; i++)
		if (has_queue(&pair.sample[i]) &&
		    (!i || pair.sample[i].spi != pair.sample[i - 1].spi))
			chance /= c->queues;
	return chance;
}

/* The best of all bases; few SAs fit with one or the other by chance, and are not counted. */
static int check_queues(const struct check *c, struct run pair, struct model_check_part *part)
{
	uint32_t *hash;
	size_t wrong = pair.n;

	if (chance_of(c, pair) >= CHANCE)
		return 0;
	hash = malloc(pair.n * sizeof(*hash));
	if (!hash)
		return -ENOMEM;
	for (size_t i = 0; i < pair.n; i++)
		hash[i] = hash_of(c, &pair.sample[i]);
	for (uint32_t base = 0; base < c->nic.table.size && wrong; base++) {
		size_t its = wrong_with(c, pair, hash, base);

		wrong = its < wrong ? its : wrong;
	}
	free(hash);
	for (size_t i = 0; i < pair.n; i++)
		part->queues += has_queue(&pair.sample[i]);
	part->queues_wrong += wrong;
	return 0;
}

/* The packets of one SA, and those of its largest queue. */
struct spread {
	uint64_t packets, largest;
};

static struct spread spread_of(struct run sa)
{
	struct spread spread = {0};

	for (size_t i = 0; i < sa.n; i++) {
		if (!has_queue(&sa.sample[i]))
			continue;
		spread.packets += sa.sample[i].packets;
		if (sa.sample[i].packets > spread.largest)
			spread.largest = sa.sample[i].packets;
	}
	return spread;
}

/* Are there so few packets that they may have met on one queue by chance? */
static bool too_few(const struct check *c, uint64_t packets)
{
	double chance = 1;

	for (uint64_t i = 1; i < packets && chance >= CHANCE; i++)
		chance /= c->queues;
	return chance >= CHANCE;
}

/* A NIC that hashes the sequence number has each SA on several queues. */
static void check_spray(const struct check *c, struct run pair, struct model_check_part *part)
{
	for (size_t i = 0, n; i < pair.n; i += n) {
		struct spread spread;

		for (n = 1; i + n < pair.n && pair.sample[i + n].spi == pair.sample[i].spi;)
			n++;
		spread = spread_of((struct run){pair.sample + i, n});
		if (spread.packets < VERDICT_SPRAY_PACKETS || too_few(c, spread.packets))
			continue;
		part->queues++;
		part->queues_wrong += !verdict_is_spray(spread.packets, spread.largest);
	}
}

/* Why the queues of these samples tell nothing; NULL: they do. */
static const char *queues_untold(const struct check *c, unsigned int inputs)
{
	uint32_t size = c->seen->claims->table.size;

	if (c->seen->by_cpu)
		return "the device records no queue in its packets";
	if (c->seen->claims->rules)
		return "rules may have put them on their queues";
	if (!size)
		return "the driver does not show its table";
	if (c->queues < 1.5)
		return "there is one queue";
	if (inputs & MODEL_SEQ)
		return NULL;
	if (inputs & MODEL_SPI && !c->key)
		return "the driver does not show its key";
	return size & (size - 1) ? "the table's size is no power of two" : NULL;
}

/* The same of hashes. */
static const char *hashes_untold(const struct check *c, unsigned int inputs)
{
	if (inputs & MODEL_SEQ)
		return "the hash has the sequence number in it";
	if (inputs & MODEL_SPI && !c->key)
		return "the driver does not show its key";
	return c->seen->hashes_of_nic ? NULL : "no hashes of the NIC were seen";
}

static struct model_check_part *part_of(const struct check *c, const struct model_sample *sample,
					struct model_check *out)
{
	struct model_check_part *part = out->part;

	while (part < out->part + out->parts &&
	       (part->family != sample->family || part->kind != sample->kind))
		part++;
	if (part == out->part + out->parts) {
		out->parts++;
		*part = (struct model_check_part){
			.family = sample->family,
			.kind = sample->kind,
			.by = model_esp_by(&c->nic, sample->family, sample->kind),
		};
	}
	return part;
}

static int check_pair(const struct check *c, struct run pair, struct model_check *out)
{
	struct model_check_part *part = part_of(c, pair.sample, out);
	unsigned int inputs = inputs_of(c, pair.sample);
	const char *no_queues = queues_untold(c, inputs), *no_hashes = hashes_untold(c, inputs);

	part->samples += pair.n;
	part->pairs++;
	if (no_queues && no_hashes)
		part->untold = no_queues;
	if (!no_hashes)
		check_hashes(c, pair, part);
	if (no_queues)
		return 0;
	if (!(inputs & MODEL_SEQ))
		return check_queues(c, pair, part);
	check_spray(c, pair, part);
	return 0;
}

static void conclude(struct model_check_part *part)
{
	if (part->hashes_wrong || part->queues_wrong)
		part->fit = MODEL_FITS_NOT;
	else if (part->hashes || part->queues)
		part->fit = MODEL_FITS;
	else if (!part->untold)
		part->untold = "too few SAs of one pair of addresses, or too few packets";
}

static bool same_pair(const struct model_sample *a, const struct model_sample *b)
{
	return a->pair == b->pair && a->family == b->family && a->kind == b->kind;
}

static int check_samples(const struct check *c, struct model_check *out)
{
	const struct model_seen *seen = c->seen;
	int err = 0;

	for (size_t i = 0, n; i < seen->n && !err; i += n) {
		for (n = 1; i + n < seen->n && same_pair(&seen->sample[i], &seen->sample[i + n]);)
			n++;
		err = check_pair(c, (struct run){seen->sample + i, n}, out);
	}
	for (unsigned int i = 0; i < out->parts; i++)
		conclude(&out->part[i]);
	return err;
}

int model_check(const struct model *model, const struct model_seen *seen, struct model_check *out)
{
	struct check *c = calloc(1, sizeof(*c));
	int err;

	memset(out, 0, sizeof(*out));
	err = c ? set_up(c, model, seen, &out->its) : -ENOMEM;
	if (!err) {
		out->differ = claims_differ(seen->claims, &out->its, out->differs_in);
		err = check_samples(c, out);
		model_nic_free(&c->nic);
	}
	free(c);
	return err;
}

enum model_fit model_check_fit(const struct model_check *check)
{
	enum model_fit fit = MODEL_UNTOLD;

	for (unsigned int i = 0; i < check->parts; i++)
		if (check->part[i].fit > fit)
			fit = check->part[i].fit;
	return fit;
}
