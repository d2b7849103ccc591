/* SPDX-License-Identifier: GPL-2.0-only */
/* The set of SAs: what becomes of a message, a file, a learned SA; who is shown to the consumer. */
#include "sad/sad.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sad/impl.h"
#include "sad/xfrm.h"

#define COMPARED offsetof(struct sa, packets)

_Static_assert(COMPARED == 88, "struct sa has a hole before its counters");

struct sad *sad_new(const struct sad_ops *ops, void *arg)
{
	struct sad *sad = calloc(1, sizeof(*sad));
	uint64_t seed = 0;

	if (!sad)
		return NULL;
	/* early at boot there may be no randomness: then the index is only easier to attack */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = (uintptr_t)sad;
	if (sa_set_init(&sad->set, seed)) {
		free(sad);
		return NULL;
	}
	sad->ops = ops;
	sad->arg = arg;
	return sad;
}

void sad_close(struct sad *sad)
{
	if (!sad)
		return;
	if (sad->events)
		mnl_socket_close(sad->events);
	if (sad->requests)
		mnl_socket_close(sad->requests);
	sa_set_free(&sad->set);
	free(sad);
}

static bool is_local(const struct sad *sad, struct sad_local *last, uint8_t family,
		     const __be32 addr[4])
{
	/* In words of the size in which they were just written: a wider load would have to wait. */
	if (last->family != family || last->addr[0] != addr[0] || last->addr[1] != addr[1] ||
	    last->addr[2] != addr[2] || last->addr[3] != addr[3]) {
		last->local = sad->ops->is_local(sad->arg, family, addr);
		memcpy(last->addr, addr, sizeof(last->addr));
		last->family = family;
	}
	return last->local;
}

static bool is_inbound(struct sad *sad, const struct sa *sa)
{
	if (sa->source != SA_KERNEL || sa->direction == SA_DIR_IN || !sad->ops->is_local)
		return sa->direction != SA_DIR_OUT;
	if (sa->direction == SA_DIR_OUT)
		return false;
	return !is_local(sad, &sad->src, sa->id.family, sa->src) ||
	       is_local(sad, &sad->dst, sa->id.family, sa->id.dst);
}

static void show(struct sad *sad, struct sa_entry *entry)
{
	entry->shown = true;
	sad->shown++;
	sad->ops->added(sad->arg, &entry->sa);
}

static void hide(struct sad *sad, struct sa_entry *entry)
{
	entry->shown = false;
	sad->shown--;
	sad->ops->removed(sad->arg, &entry->sa);
}

/* An entry counts that is inbound and stays. */
static bool counts(const struct sa_entry *entry)
{
	return entry->inbound && !entry->gone;
}

/* The best source with this id: kernel, then file, then learned. */
static enum sa_source best_source(const struct sad *sad, const struct sa_id *id)
{
	enum sa_source best = SA_LEARNED;
	struct sa_cursor cursor;
	struct sa_entry *entry;

	for (entry = sa_set_first(&sad->set, id, &cursor); entry;
	     entry = sa_set_next(&sad->set, id, &cursor)) {
		if (counts(entry) && entry->sa.source < best)
			best = entry->sa.source;
	}
	return best;
}

static void drop(struct sad *sad, struct sa_entry *entry)
{
	if (entry->shown)
		hide(sad, entry);
	if (entry->sa.source != SA_KERNEL)
		sad->lesser--;
	sa_set_remove(&sad->set, entry);
}

/* A learned SA that lost its place does not come back: it can be learned again. */
static void drop_learned(struct sad *sad, const struct sa_id *id)
{
	struct sa_cursor cursor;
	struct sa_entry *entry;

	for (entry = sa_set_first(&sad->set, id, &cursor); entry;
	     entry = sa_set_next(&sad->set, id, &cursor)) {
		if (entry->sa.source != SA_LEARNED || entry->gone)
			continue;
		drop(sad, entry);
		return;
	}
}

/*
 * Shows those that now shall be shown and then hides the others: so an SA that is known from two
 * sources is never without an entry at the consumer's.
 */
static void settle_shared(struct sad *sad, const struct sa_id *id)
{
	enum sa_source best = best_source(sad, id);
	struct sa_cursor cursor;
	struct sa_entry *entry;

	for (entry = sa_set_first(&sad->set, id, &cursor); entry;
	     entry = sa_set_next(&sad->set, id, &cursor)) {
		if (!entry->shown && counts(entry) && entry->sa.source == best)
			show(sad, entry);
	}
	for (entry = sa_set_first(&sad->set, id, &cursor); entry;
	     entry = sa_set_next(&sad->set, id, &cursor)) {
		if (entry->shown && !(counts(entry) && entry->sa.source == best))
			hide(sad, entry);
	}
	if (best != SA_LEARNED)
		drop_learned(sad, id);
}

/* Brings what the consumer knows of this id in line after `entry` changed. */
static void settle(struct sad *sad, struct sa_entry *entry)
{
	struct sa_id id = entry->sa.id;

	if (sad->lesser)
		settle_shared(sad, &id);
	else if (!entry->shown && counts(entry))
		show(sad, entry);
	else if (entry->shown && !counts(entry))
		hide(sad, entry);
}

/* The entry of the same source, mark and interface id. */
static struct sa_entry *find(const struct sad *sad, const struct sa *sa, uint32_t hash)
{
	struct sa_cursor cursor;
	struct sa_entry *entry;

	for (entry = sa_set_first_hashed(&sad->set, &sa->id, hash, &cursor); entry;
	     entry = sa_set_next(&sad->set, &sa->id, &cursor)) {
		if (entry->sa.source == sa->source && entry->sa.mark_value == sa->mark_value &&
		    entry->sa.mark_mask == sa->mark_mask && entry->sa.if_id == sa->if_id)
			return entry;
	}
	return NULL;
}

/* This round of what the SA comes from still holds it. */
static void touch(struct sad *sad, struct sa_entry *entry)
{
	if (entry->sa.source == SA_FILE) {
		entry->round = sad->file_round;
	} else if (entry->sa.source == SA_KERNEL && entry->round != sad->round) {
		entry->round = sad->round;
		sad->seen++;
	}
}

static struct sa_entry *insert(struct sad *sad, const struct sa *sa, uint32_t hash)
{
	struct sa_entry *entry = sa_set_add(&sad->set, sa, hash);

	if (!entry)
		return NULL;
	touch(sad, entry);
	entry->inbound = is_inbound(sad, sa);
	if (sa->source != SA_KERNEL)
		sad->lesser++;
	return entry;
}

static void update(struct sad *sad, struct sa_entry *entry, const struct sa *sa)
{
	struct sa was;

	touch(sad, entry);
	if (!memcmp(&entry->sa, sa, COMPARED)) {
		entry->sa.packets = sa->packets;
		entry->sa.bytes = sa->bytes;
		return;
	}
	was = entry->sa;
	entry->sa = *sa;
	entry->inbound = is_inbound(sad, sa);
	if (entry->shown && counts(entry))
		sad->ops->changed(sad->arg, &was, &entry->sa);
	settle(sad, entry);
}

static int apply_sa(struct sad *sad, const struct sa *sa, uint32_t hash)
{
	struct sa_entry *entry = find(sad, sa, hash);

	if (entry) {
		update(sad, entry, sa);
		return 0;
	}
	entry = insert(sad, sa, hash);
	if (!entry)
		return -ENOMEM;
	settle(sad, entry);
	return 0;
}

static void take_away(struct sad *sad, struct sa_entry *entry)
{
	entry->gone = true;
	settle(sad, entry);
	drop(sad, entry);
}

static void apply_gone(struct sad *sad, const struct sa *sa, uint32_t hash)
{
	struct sa_entry *entry = find(sad, sa, hash);

	if (entry)
		take_away(sad, entry);
}

/* Only a notice: the kernel's SA keeps the old port until the IKE daemon updates it. */
static void apply_moved(struct sad *sad, const struct sa *moved)
{
	struct sa_cursor cursor;
	struct sa_entry *entry;
	struct sa sa;

	for (entry = sa_set_first(&sad->set, &moved->id, &cursor); entry;
	     entry = sa_set_next(&sad->set, &moved->id, &cursor)) {
		if (entry->sa.source != SA_KERNEL || !entry->sa.encap)
			continue;
		sa = entry->sa;
		memcpy(sa.src, moved->src, sizeof(sa.src));
		sa.encap_sport = moved->encap_sport;
		update(sad, entry, &sa);
		return;
	}
}

void sad_say_lost(struct sad *sad, enum sad_lost why)
{
	sad->sync_wanted = true;
	if (sad->ops->lost)
		sad->ops->lost(sad->arg, why);
}

static int apply(struct sad *sad, const struct xfrm_event *event, uint32_t hash)
{
	switch (event->kind) {
	case XFRM_SA:
		return apply_sa(sad, &event->sa, hash);
	case XFRM_GONE:
		apply_gone(sad, &event->sa, hash);
		return 0;
	case XFRM_MOVED:
		apply_moved(sad, &event->sa);
		return 0;
	case XFRM_FLUSHED:
		sad_say_lost(sad, SAD_LOST_FLUSH);
		return SAD_SYNC_WANTED;
	case XFRM_MIGRATED:
		sad_say_lost(sad, SAD_LOST_MIGRATE);
		return SAD_SYNC_WANTED;
	default:
		return 0;
	}
}

int sad_worse(int a, int b)
{
	if (a < 0 || b < 0)
		return a < b ? a : b;
	return a > b ? a : b;
}

/* Has the consumer fetch what it needs to take an SA. */
static void expect(struct sad *sad, const struct xfrm_event *event, unsigned int step)
{
	if (event->kind == XFRM_SA && sad->ops->expect)
		sad->ops->expect(sad->arg, &event->sa, step);
}

int sad_flush(struct sad *sad)
{
	unsigned int i, n = sad->batched;
	int ret = 0;

	sad->batched = 0;
	sad->stats.events += n;
	for (i = 0; i < n; i++)
		if (!sa_set_expect_entry(&sad->set, sad->hash[i]))
			expect(sad, &sad->batch[i], 1);
	for (i = 0; i < n; i++)
		ret = sad_worse(ret, apply(sad, &sad->batch[i], sad->hash[i]));
	return ret;
}

int sad_take(struct sad *sad, const struct nlmsghdr *nlh)
{
	struct xfrm_event *event = &sad->batch[sad->batched];

	if (xfrm_read(nlh, event)) {
		sad->stats.malformed++;
		return -EBADMSG;
	}
	if (event->kind == XFRM_NOTHING)
		return 0;
	/* While the rest of the batch is read, this comes from memory. */
	sad->hash[sad->batched] = sa_set_expect(&sad->set, &event->sa.id);
	expect(sad, event, 0);
	if (++sad->batched < SAD_BATCH)
		return 0;
	return sad_flush(sad);
}

int sad_message(struct sad *sad, const void *buf, size_t len, uint32_t from_pid)
{
	const struct nlmsghdr *nlh;
	size_t at = 0;
	int ret = 0;

	if (from_pid) {
		sad->stats.forged++;
		return -EPERM;
	}
	while ((nlh = xfrm_next(buf, len, &at)))
		ret = sad_worse(ret, sad_take(sad, nlh));
	ret = sad_worse(ret, sad_flush(sad));
	if (at < len) {
		sad->stats.malformed++;
		ret = sad_worse(ret, -EBADMSG);
	}
	return ret;
}

void sad_sweep(struct sad *sad)
{
	struct sa_entry *entry;
	uint32_t at = 0;

	if (sad->seen == sad->set.count - sad->lesser)
		return;
	while ((entry = sa_set_walk(&sad->set, &at))) {
		if (entry->sa.source == SA_KERNEL && entry->round != sad->round)
			take_away(sad, entry);
	}
}

void sad_addresses_changed(struct sad *sad)
{
	struct sa_entry *entry;
	uint32_t at = 0;

	sad->src.family = 0;
	sad->dst.family = 0;
	while ((entry = sa_set_walk(&sad->set, &at))) {
		if (entry->sa.source != SA_KERNEL)
			continue;
		entry->inbound = is_inbound(sad, &entry->sa);
		if (entry->inbound != entry->shown)
			settle(sad, entry);
	}
}

const struct sa *sad_find(const struct sad *sad, const struct sa_id *id)
{
	struct sa_cursor cursor;
	struct sa_entry *entry;

	for (entry = sa_set_first(&sad->set, id, &cursor); entry;
	     entry = sa_set_next(&sad->set, id, &cursor)) {
		if (entry->shown)
			return &entry->sa;
	}
	return NULL;
}

int sad_each(const struct sad *sad, int (*fn)(void *arg, const struct sa *sa), void *arg)
{
	struct sa_entry *entry;
	uint32_t at = 0;
	int ret = 0;

	while (!ret && (entry = sa_set_walk(&sad->set, &at))) {
		if (entry->shown)
			ret = fn(arg, &entry->sa);
	}
	return ret;
}

size_t sad_count(const struct sad *sad)
{
	return sad->shown;
}

const struct sad_stats *sad_stats(const struct sad *sad)
{
	return &sad->stats;
}

/* Removes the file's SAs that a reload did not name. */
static void sweep_file(struct sad *sad)
{
	struct sa_entry *entry;
	uint32_t at = 0;

	while ((entry = sa_set_walk(&sad->set, &at))) {
		if (entry->sa.source == SA_FILE && entry->round != sad->file_round)
			take_away(sad, entry);
	}
}

int sad_set_file(struct sad *sad, const struct sa *sas, size_t n)
{
	size_t i;

	if (n > UINT32_MAX / 2 || sa_set_reserve(&sad->set, (uint32_t)n))
		return -ENOMEM;
	sad->file_round++;
	for (i = 0; i < n; i++)
		apply_sa(sad, &sas[i], sa_set_expect(&sad->set, &sas[i].id));
	sweep_file(sad);
	return 0;
}

int sad_learned_add(struct sad *sad, const struct sa *sa, uint64_t now_ns)
{
	uint32_t hash = sa_set_expect(&sad->set, &sa->id);
	struct sa_entry *entry;

	if (sad_find(sad, &sa->id) || find(sad, sa, hash))
		return -EEXIST;
	entry = insert(sad, sa, hash);
	if (!entry)
		return -ENOMEM;
	entry->learned_ns = now_ns;
	settle(sad, entry);
	return 0;
}

size_t sad_learned_idle(struct sad *sad, uint64_t now_ns, uint64_t idle_ns,
			uint64_t (*last)(void *arg, const struct sa *sa), void *arg)
{
	struct sa_entry *entry;
	uint64_t seen;
	uint32_t at = 0;
	size_t n = 0;

	while ((entry = sa_set_walk(&sad->set, &at))) {
		if (entry->sa.source != SA_LEARNED)
			continue;
		seen = last(arg, &entry->sa);
		if (seen < entry->learned_ns)
			seen = entry->learned_ns;
		if (now_ns < seen || now_ns - seen < idle_ns)
			continue;
		take_away(sad, entry);
		n++;
	}
	return n;
}
