// SPDX-License-Identifier: GPL-2.0-only
// The set of SAs: what becomes of a message, a file, a learned SA; who is shown to the consumer.
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

	if (!sad)
		return NULL;
	/* early at boot there may be no randomness: then the table is only easier to attack */
	if (getrandom(&sad->set.seed, sizeof(sad->set.seed), GRND_NONBLOCK) < 0)
		sad->set.seed = (uintptr_t)sad;
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
	if (sad->dumps)
		mnl_socket_close(sad->dumps);
	sa_set_free(&sad->set);
	free(sad);
}

static bool is_inbound(const struct sad *sad, const struct sa *sa)
{
	uint8_t family = sa->id.family;

	if (sa->source != SA_KERNEL || sa->direction || !sad->ops->is_local)
		return sa->direction != SA_DIR_OUT;
	return !sad->ops->is_local(sad->arg, family, sa->src) ||
	       sad->ops->is_local(sad->arg, family, sa->id.dst);
}

/* An entry counts that is inbound and stays. */
static bool counts(const struct sa_entry *entry)
{
	return entry->inbound && !entry->gone;
}

/* The best source of those of one id: kernel, then file, then learned. */
static enum sa_source best_source(const struct sa_entry *first)
{
	enum sa_source best = SA_LEARNED;

	for (const struct sa_entry *entry = first; entry; entry = sa_set_next(entry))
		if (counts(entry) && entry->sa.source < best)
			best = entry->sa.source;
	return best;
}

/*
 * Brings what the consumer knows of the entries of one id in line after some changed. Shows those
 * that now shall be shown and then hides the others: so an SA that is known from two sources is
 * never without an entry at the consumer's. Then removes those that are gone, and a learned SA that
 * lost its place: it does not come back, but can be learned again.
 */
static void settle(struct sad *sad, struct sa_entry *first)
{
	enum sa_source best = best_source(first);
	struct sa_entry *entry, *next;

	for (entry = first; entry; entry = sa_set_next(entry))
		if (!entry->shown && counts(entry) && entry->sa.source == best) {
			entry->shown = true;
			sad->shown++;
			sad->ops->added(sad->arg, &entry->sa);
		}
	for (entry = first; entry; entry = sa_set_next(entry))
		if (entry->shown && !(counts(entry) && entry->sa.source == best)) {
			entry->shown = false;
			sad->shown--;
			sad->ops->removed(sad->arg, &entry->sa);
		}
	for (entry = first; entry; entry = next) {
		next = sa_set_next(entry);
		if (entry->gone || (entry->sa.source == SA_LEARNED && best != SA_LEARNED))
			sa_set_remove(&sad->set, entry);
	}
}

static void settle_those_of(struct sad *sad, const struct sa_entry *entry)
{
	settle(sad, sa_set_find(&sad->set, &entry->sa.id));
}

static void take_away(struct sad *sad, struct sa_entry *entry)
{
	entry->gone = true;
	settle_those_of(sad, entry);
}

/* The entry of the same source, mark and interface id. */
static struct sa_entry *find(struct sa_entry *first, const struct sa *sa)
{
	for (struct sa_entry *entry = first; entry; entry = sa_set_next(entry))
		if (entry->sa.source == sa->source && entry->sa.mark_value == sa->mark_value &&
		    entry->sa.mark_mask == sa->mark_mask && entry->sa.if_id == sa->if_id)
			return entry;
	return NULL;
}

/* This round of what the SA comes from still holds it. */
static void touch(const struct sad *sad, struct sa_entry *entry)
{
	entry->round = entry->sa.source == SA_FILE ? sad->file_round : sad->round;
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
	settle_those_of(sad, entry);
}

static int apply_sa(struct sad *sad, const struct sa *sa)
{
	struct sa_entry *first = sa_set_find(&sad->set, &sa->id), *entry = find(first, sa);

	if (entry) {
		update(sad, entry, sa);
		return 0;
	}
	entry = sa_set_add(&sad->set, first, sa);
	if (!entry)
		return -ENOMEM;
	touch(sad, entry);
	entry->inbound = is_inbound(sad, sa);
	settle(sad, first ? first : entry);
	return 0;
}

static void apply_gone(struct sad *sad, const struct sa *sa)
{
	struct sa_entry *entry = find(sa_set_find(&sad->set, &sa->id), sa);

	if (entry)
		take_away(sad, entry);
}

/*
 * Only a notice: the kernel's SA keeps the old port until the IKE daemon updates it. One that takes
 * any port keeps doing so, whatever port the kernel names.
 */
static void apply_moved(struct sad *sad, const struct sa *moved)
{
	struct sa_entry *entry = sa_set_find(&sad->set, &moved->id);
	struct sa sa;

	while (entry && (entry->sa.source != SA_KERNEL || !entry->sa.encap))
		entry = sa_set_next(entry);
	if (!entry)
		return;
	sa = entry->sa;
	memcpy(sa.src, moved->src, sizeof(sa.src));
	if (!sa_any_port(&sa))
		sa.encap_sport = moved->encap_sport;
	update(sad, entry, &sa);
}

void sad_say_lost(struct sad *sad, enum sad_lost why)
{
	sad->sync_wanted = true;
	if (sad->ops->lost)
		sad->ops->lost(sad->arg, why);
}

int sad_worse(int a, int b)
{
	if (a < 0 || b < 0)
		return a < b ? a : b;
	return a > b ? a : b;
}

int sad_take(struct sad *sad, const struct nlmsghdr *nlh)
{
	struct xfrm_event event;

	if (xfrm_read(nlh, &event)) {
		sad->stats.malformed++;
		return -EBADMSG;
	}
	sad->stats.events += event.kind != XFRM_NOTHING;
	switch (event.kind) {
	case XFRM_SA:
		return apply_sa(sad, &event.sa);
	case XFRM_GONE:
		apply_gone(sad, &event.sa);
		return 0;
	case XFRM_MOVED:
		apply_moved(sad, &event.sa);
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
	if (at < len) {
		sad->stats.malformed++;
		ret = sad_worse(ret, -EBADMSG);
	}
	return ret;
}

static bool is_swept(const struct sa_entry *entry, enum sa_source source, uint32_t round)
{
	return entry->sa.source == source && entry->round != round;
}

/* Removes those of a source that its last round did not hold; those of one id at a time. */
static void sweep(struct sad *sad, enum sa_source source, uint32_t round)
{
	struct sa_set_place place = {0};
	struct sa_entry *entry, *first;

	while ((entry = sa_set_walk(&sad->set, &place))) {
		if (!is_swept(entry, source, round))
			continue;
		first = sa_set_find(&sad->set, &entry->sa.id);
		for (entry = first; entry; entry = sa_set_next(entry))
			entry->gone = is_swept(entry, source, round);
		settle(sad, first);
	}
}

void sad_sweep(struct sad *sad)
{
	sweep(sad, SA_KERNEL, sad->round);
}

static bool decide_inbound(const struct sad *sad, struct sa_entry *entry)
{
	if (entry->sa.source == SA_KERNEL)
		entry->inbound = is_inbound(sad, &entry->sa);
	return entry->inbound;
}

void sad_addresses_changed(struct sad *sad)
{
	struct sa_set_place place = {0};
	struct sa_entry *entry, *first;

	while ((entry = sa_set_walk(&sad->set, &place))) {
		if (decide_inbound(sad, entry) == entry->shown || entry->sa.source != SA_KERNEL)
			continue;
		first = sa_set_find(&sad->set, &entry->sa.id);
		for (entry = first; entry; entry = sa_set_next(entry))
			decide_inbound(sad, entry);
		settle(sad, first);
	}
}

const struct sa *sad_find(const struct sad *sad, const struct sa_id *id)
{
	const struct sa_entry *entry = sa_set_find(&sad->set, id);

	while (entry && !entry->shown)
		entry = sa_set_next(entry);
	return entry ? &entry->sa : NULL;
}

int sad_each(const struct sad *sad, int (*fn)(void *arg, const struct sa *sa), void *arg)
{
	struct sa_set_place place = {0};
	const struct sa_entry *entry;
	int ret = 0;

	while (!ret && (entry = sa_set_walk(&sad->set, &place)))
		if (entry->shown)
			ret = fn(arg, &entry->sa);
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

int sad_set_file(struct sad *sad, const struct sa *sas, size_t n)
{
	int ret = 0;

	sad->file_round++;
	for (size_t i = 0; i < n && !ret; i++)
		ret = apply_sa(sad, &sas[i]);
	if (!ret)
		sweep(sad, SA_FILE, sad->file_round);
	return ret;
}

int sad_learned_add(struct sad *sad, const struct sa *sa, uint64_t now_ns)
{
	int ret;

	if (sad_find(sad, &sa->id) || find(sa_set_find(&sad->set, &sa->id), sa))
		return -EEXIST;
	ret = apply_sa(sad, sa);
	if (!ret)
		find(sa_set_find(&sad->set, &sa->id), sa)->learned_ns = now_ns;
	return ret;
}

size_t sad_learned_idle(struct sad *sad, uint64_t now_ns, uint64_t idle_ns,
			uint64_t (*last)(void *arg, const struct sa *sa), void *arg)
{
	struct sa_set_place place = {0};
	struct sa_entry *entry;
	size_t n = 0;

	while ((entry = sa_set_walk(&sad->set, &place))) {
		uint64_t seen;

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
