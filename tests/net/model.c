// SPDX-License-Identifier: GPL-2.0-only
/* The plain model of what becomes of a frame. */
#include "model.h"

#include <stdlib.h>
#include <string.h>
#include "core/decision.h"

const char *const model_case_names[MODEL_CASES] = {
	[CASE_OTHER] = "other",
	[CASE_SA] = "known SA",
	[CASE_HANDS_OFF] = "hands off",
	[CASE_STRAY] = "stray",
	[CASE_TRANSIT] = "transit",
	[CASE_IKE] = "IKE",
	[CASE_KEEPALIVE] = "keepalive",
	[CASE_IKE_TRANSIT] = "transit of IKE",
	[CASE_FRAGMENT_OTHER] = "fragment of anything else",
	[CASE_FRAGMENT_SA] = "fragment of a known SA",
	[CASE_FRAGMENT_HANDS_OFF] = "fragment, hands off",
	[CASE_FRAGMENT_IKE] = "fragment of IKE",
	[CASE_FRAGMENT_LOST] = "fragment of IPsec without its first",
	[CASE_FRAGMENT_TRANSIT] = "fragment in transit",
	[CASE_FRAGMENT_STRAY] = "fragment of a stray",
	[CASE_IKE_OVER] = "IKE over its share",
	[CASE_BEYOND] = "headers out of reach",
};

static bool same(const __be32 a[4], const __be32 b[4])
{
	return !memcmp(a, b, 16);
}

const struct model_sa *model_find(const struct model *m, const __be32 dst[4], __u32 spi,
				  __u8 protocol)
{
	__u64 key = sa_key(&m->shape, dst, spi, protocol);

	for (unsigned int i = 0; i < m->n_sas; i++) {
		const struct model_sa *sa = &m->sas[i];

		if (key == sa_key(&m->shape, sa->dst, sa->spi, sa->protocol))
			return sa;
	}
	return NULL;
}

static bool ours(const struct model *m, const struct flow *f)
{
	for (unsigned int i = 0; i < m->n_local; i++)
		if (m->local[i].family == f->family && same(m->local[i].addr, f->dst))
			return true;
	return false;
}

static bool is_peer(const struct model *m, const struct flow *f)
{
	for (unsigned int i = 0; i < m->n_peers; i++)
		if (m->peer[i].family == f->family && same(m->peer[i].addr, f->src))
			return true;
	return false;
}

static void add(struct model *m, enum count_class which, __u64 bytes)
{
	m->counts.by_class[which].packets++;
	m->counts.by_class[which].bytes += bytes;
}

static struct model_datagram *datagram(struct model *m, const struct flow *f)
{
	for (unsigned int i = 0; i < m->n_fragments; i++) {
		struct model_datagram *d = &m->fragments[i];

		if (d->family == f->family && d->protocol == f->protocol && d->id == f->id &&
		    same(d->src, f->src) && same(d->dst, f->dst))
			return d;
	}
	return NULL;
}

/* The latest first fragment of a datagram is the one that counts. */
static void remember(struct model *m, const struct flow *f, bool ike)
{
	struct model_datagram *d = datagram(m, f);

	if (!d) {
		if (m->n_fragments == MODEL_FRAGMENTS)
			abort();
		d = &m->fragments[m->n_fragments++];
	}
	memset(d, 0, sizeof(*d));
	d->family = f->family;
	d->protocol = f->protocol;
	d->id = f->id;
	memcpy(d->src, f->src, sizeof(d->src));
	memcpy(d->dst, f->dst, sizeof(d->dst));
	d->ike = ike;
	d->sa.protocol = f->kind == FLOW_AH ? IPPROTO_AH : IPPROTO_ESP;
	d->sa.spi = f->spi;
	memcpy(d->sa.dst, f->dst, sizeof(d->sa.dst));
}

static struct model_answer pass(enum model_case how, enum way way)
{
	return (struct model_answer){.how = how, .way = way, .slot = NO_SLOT};
}

static struct model_answer to_sa(struct model *m, const struct model_sa *sa, const struct flow *f,
				 bool later)
{
	struct model_answer answer = {.way = WAY_SA, .ring = sa->ring, .slot = sa->slot};

	answer.how = later ? CASE_FRAGMENT_SA : CASE_SA;
	if (sa->hands_off) {
		answer.how = later ? CASE_FRAGMENT_HANDS_OFF : CASE_HANDS_OFF;
		answer.way = WAY_NONE;
		answer.ring = 0;
		add(m, CLASS_HANDS_OFF, f->bytes);
	}
	return answer;
}

/* src|dst|SPI, as it stands in a packet. */
static __u32 hash(const struct model *m, const struct flow *f)
{
	__u32 size = f->family == 4 ? 4 : 16;
	__be32 spi = be32_host(f->spi);
	__u8 input[36];

	memcpy(input, f->src, size);
	memcpy(input + size, f->dst, size);
	memcpy(input + 2 * size, &spi, 4);
	return toeplitz_hash(m->toeplitz, input, 2 * size + 4);
}

static struct model_answer to_stray(struct model *m, const struct flow *f, enum model_case stray,
				    enum model_case transit)
{
	struct model_answer answer = pass(stray, WAY_STRAY);

	if (!ours(m, f)) {
		add(m, CLASS_TRANSIT, f->bytes);
		return pass(transit, WAY_TRANSIT);
	}
	add(m, CLASS_STRAY, f->bytes);
	answer.ring = m->stray_ring[hash(m, f) % STRAY_TABLE_SIZE];
	return answer;
}

static struct model_answer to_ike(struct model *m, const struct flow *f, enum model_case how)
{
	struct model_answer answer = pass(how, WAY_IKE);

	if (!ours(m, f)) {
		add(m, CLASS_TRANSIT, f->bytes);
		return pass(CASE_IKE_TRANSIT, WAY_TRANSIT);
	}
	if (m->peers_only && !is_peer(m, f)) {
		add(m, CLASS_IKE_OVER, f->bytes);
		answer.how = CASE_IKE_OVER;
		answer.ring = m->stray_ring[hash(m, f) % STRAY_TABLE_SIZE];
		return answer;
	}
	add(m, CLASS_IKE, f->bytes);
	answer.ring = m->ike_ring;
	return answer;
}

static struct model_answer other(struct model *m, const struct flow *f, __u32 frame,
				 enum model_case how)
{
	add(m, CLASS_OTHER, f->bytes ? f->bytes : frame);
	return pass(how, WAY_NONE);
}

/* A fragment that does not say itself what it is. */
static struct model_answer follow(struct model *m, const struct flow *f, __u32 frame)
{
	const struct model_datagram *first = datagram(m, f);
	const struct model_sa *sa;

	if (!first && (f->protocol == IPPROTO_ESP || f->protocol == IPPROTO_AH))
		return to_stray(m, f, CASE_FRAGMENT_LOST, CASE_FRAGMENT_TRANSIT);
	if (!first)
		return other(m, f, frame, CASE_FRAGMENT_OTHER);
	if (first->ike)
		return to_ike(m, f, CASE_FRAGMENT_IKE);
	sa = model_find(m, first->sa.dst, first->sa.spi, first->sa.protocol);
	return sa ? to_sa(m, sa, f, true)
		  : to_stray(m, f, CASE_FRAGMENT_STRAY, CASE_FRAGMENT_TRANSIT);
}

static struct model_answer decide(struct model *m, const struct flow *f, __u32 frame)
{
	const struct model_sa *sa;

	if (f->kind == FLOW_OTHER)
		return other(m, f, frame, CASE_OTHER);
	if (f->part != PART_WHOLE)
		add(m, CLASS_FRAGMENT, f->bytes);
	if (f->kind == FLOW_FRAGMENT)
		return follow(m, f, frame);
	if (f->part == PART_FIRST)
		remember(m, f, f->kind == FLOW_IKE || f->kind == FLOW_KEEPALIVE);
	if (f->kind == FLOW_IKE)
		return to_ike(m, f, CASE_IKE);
	if (f->kind == FLOW_KEEPALIVE)
		return to_ike(m, f, CASE_KEEPALIVE);
	sa = model_find(m, f->dst, f->spi, f->kind == FLOW_AH ? IPPROTO_AH : IPPROTO_ESP);
	return sa ? to_sa(m, sa, f, false) : to_stray(m, f, CASE_STRAY, CASE_TRANSIT);
}

struct model_answer model_decide(struct model *m, const struct flow *f, __u32 frame)
{
	struct model_answer answer = decide(m, f, frame);

	m->seen[answer.how]++;
	return answer;
}

struct model_answer model_pass_beyond(struct model *m, const struct flow *f, __u32 frame)
{
	if (f->kind == FLOW_OTHER)
		return model_decide(m, f, frame);
	add(m, CLASS_BEYOND, f->bytes);
	m->seen[CASE_BEYOND]++;
	return pass(CASE_BEYOND, WAY_NONE);
}
