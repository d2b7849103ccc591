// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SA follower. An input is any number of datagrams, each behind a head of four bytes: its
 * length (16 bits, little endian), what else happens before it (bits below), a spare byte. A list
 * kept from the callbacks alone must agree with what the follower says it holds.
 */
#include <netinet/in.h>
#include <string.h>

#include "sad/sad.h"
#include "sad/xfrm.h"
#include "fuzz.h"

enum {
	MOST = 1024, /* SAs in the list */
	HEAD = 4,

	/* Bits of a head. */
	FORGED = 1,    /* the datagram is not from the kernel */
	READDRESS = 2, /* our addresses change */
	FILE_SA = 4,   /* the file holds the SA that was shown last */
	NO_FILE = 8,   /* the file is empty */
	LEARN = 16,    /* that SA is learned from traffic */
	IDLE = 32,     /* learned SAs go */
};

struct consumer {
	struct sa sas[MOST];
	size_t count;
	struct sa last;
	uint8_t local_byte; /* addresses that begin so are ours */
};

static bool same(const struct sa *a, const struct sa *b)
{
	return !memcmp(&a->id, &b->id, sizeof(a->id)) && a->mark_value == b->mark_value &&
	       a->mark_mask == b->mark_mask && a->if_id == b->if_id && a->source == b->source;
}

static struct sa *find(struct consumer *c, const struct sa *sa)
{
	for (size_t i = 0; i < c->count; i++)
		if (same(&c->sas[i], sa))
			return &c->sas[i];
	return NULL;
}

static void check(const struct sa *sa)
{
	MUST(sa->id.family == AF_INET || sa->id.family == AF_INET6);
	MUST(sa->id.protocol == IPPROTO_ESP || sa->id.protocol == IPPROTO_AH);
	MUST(sa->id.spi && !sa->id.zero);
	MUST(sa->id.family == AF_INET6 || !(sa->id.dst[1] | sa->id.dst[2] | sa->id.dst[3]));
	MUST(sa->direction != SA_DIR_OUT);
	MUST(sa->pcpu >= -1);
}

static void on_added(void *arg, const struct sa *sa)
{
	struct consumer *c = arg;

	check(sa);
	MUST(!find(c, sa));
	MUST(c->count < MOST);
	c->sas[c->count++] = c->last = *sa;
}

static void on_changed(void *arg, const struct sa *was, const struct sa *now)
{
	struct sa *known = find(arg, was);

	check(now);
	MUST(known && same(was, now));
	*known = ((struct consumer *)arg)->last = *now;
}

static void on_removed(void *arg, const struct sa *sa)
{
	struct consumer *c = arg;
	struct sa *known = find(c, sa);

	MUST(known);
	*known = c->sas[--c->count];
}

static bool is_local(void *arg, uint8_t family, const __be32 addr[4])
{
	uint8_t first;

	memcpy(&first, addr, sizeof(first));
	return first == ((struct consumer *)arg)->local_byte;
}

static const struct sad_ops ops = {
	.added = on_added, .changed = on_changed, .removed = on_removed, .is_local = is_local};

static uint64_t never(void *arg, const struct sa *sa)
{
	return 0;
}

static int must_be_listed(void *arg, const struct sa *sa)
{
	MUST(find(arg, sa));
	return 0;
}

/* An SA of a file or learned, with the identity of the last that was shown. */
static struct sa lesser(const struct consumer *c, enum sa_source source)
{
	struct sa sa = {.id = c->last.id, .pcpu = -1, .cpu = -1, .source = source};

	return sa;
}

static void happen(struct sad *sad, struct consumer *c, unsigned int what, uint64_t now)
{
	struct sa sa;

	if (what & READDRESS) {
		c->local_byte = c->local_byte == 0xc0 ? 0x20 : 0xc0;
		sad_addresses_changed(sad);
	}
	if (what & FILE_SA && c->last.id.spi) {
		sa = lesser(c, SA_FILE);
		MUST(!sad_set_file(sad, &sa, 1));
	}
	if (what & NO_FILE)
		MUST(!sad_set_file(sad, NULL, 0));
	if (what & LEARN && c->last.id.spi) {
		sa = lesser(c, SA_LEARNED);
		sad_learned_add(sad, &sa, now);
	}
	if (what & IDLE)
		sad_learned_idle(sad, now + 1, 1, never, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct consumer consumer;
	struct fuzz_input input = {data, size};
	struct sad *sad = sad_new(&ops, &consumer);
	const uint8_t *head;
	uint64_t now = 1;

	MUST(sad);
	consumer.count = 0;
	consumer.last = (struct sa){0};
	consumer.local_byte = 0xc0;
	while ((head = fuzz_take(&input, HEAD))) {
		size_t length = head[0] | head[1] << 8;
		void *copy;

		if (length > input.left)
			length = input.left;
		happen(sad, &consumer, head[2], now++);
		copy = fuzz_copy(fuzz_take(&input, length), length);
		sad_message(sad, copy, length, head[2] & FORGED);
		free(copy);
		MUST(sad_count(sad) == consumer.count);
		sad_each(sad, must_be_listed, &consumer);
	}
	sad_close(sad);
	return 0;
}
