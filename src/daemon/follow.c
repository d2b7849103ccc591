// SPDX-License-Identifier: GPL-2.0-only
// From the follower of the kernel's SAs to the entries of the SA table.
#include "daemon/daemon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "host/clock.h"
#include "sad/sas_file.h"
#include "sas/local.h"

/* When a slot that was emptied may be taken again, and a little more. */
enum { RETRY_US = TABLE_REST_NS / 1000 + 50000 };

/* How long changes of the peers are gathered before the steering programs learn of them. */
enum { PEERS_US = 200000 };

static void use_port(struct daemon *d, const struct sa *sa, int step)
{
	if (sa->encap)
		encap_users_step(&d->encap_users, d->sas.maps.ports, sa->encap_dport, step);
}

/* For SAs without a place: slots were emptied, and may be taken when they have rested. */
static void retry_soon(struct daemon *d)
{
	struct timeval soon = {.tv_sec = RETRY_US / 1000000, .tv_usec = RETRY_US % 1000000};

	if (d->retry_timer && !event_pending(d->retry_timer, EV_TIMEOUT, NULL))
		event_add(d->retry_timer, &soon);
}

/* Is a slot at rest, for all we know? After adoption that is not known, and resyncs must do. */
static bool rests(const struct table *table)
{
	return table->rest_until_ns > clock_tick() && table->rest_until_ns != UINT64_MAX;
}

/* SAs came, went, or changed where their packets come from. */
static void peers_changed(struct daemon *d)
{
	struct timeval soon = {.tv_usec = PEERS_US};

	if (d->peers_timer && !event_pending(d->peers_timer, EV_TIMEOUT, NULL))
		event_add(d->peers_timer, &soon);
}

static void say_cpu(const struct sa *sa, enum first_why why)
{
	if (why == FIRST_NOT_OURS)
		say("SA 0x%08x wants CPU %d, which is not ours to use; it is placed like any other",
		    sa->id.spi, sa->pcpu >= 0 ? sa->pcpu : sa->cpu);
}

static void place(struct daemon *d, const struct sa *sa)
{
	enum first_why why;
	int err = sas_add(&d->sas, sa, clock_tick(), &why);

	if (!err) {
		say_cpu(sa, why);
		d->pending |= PENDING_CHANGED;
		return;
	}
	if (err != -ENOSPC) {
		say_warning("placing SA 0x%08x: %s", sa->id.spi, strerror(-err));
		return;
	}
	d->homeless = true;
	if (rests(&d->sas.table))
		retry_soon(d);
	d->sas.maps.report->table_full++;
	if (!d->table_full_said) {
		d->table_full_said = true;
		say_warning("the SA table is full (--max-sas %u): the others go on, further SAs "
		    "are treated as strays; run 'espalier stop' and start with a larger --max-sas",
		    d->sas.maps.host->max_sas);
	}
}

static void added(void *arg, const struct sa *sa)
{
	struct daemon *d = arg;

	place(d, sa);
	use_port(d, sa, 1);
	peers_changed(d);
}

static int retry_one(void *arg, const struct sa *sa)
{
	struct daemon *d = arg;

	if (sas_find(&d->sas, &sa->id) < 0)
		place(d, sa);
	return 0;
}

void follow_retry(struct daemon *d)
{
	if (!d->homeless)
		return;
	d->homeless = false;
	d->sas.maps.report->table_full = 0;
	sad_each(d->sad, retry_one, d);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	follow_retry(arg);
}

/* An SA that is hands off no longer may have been left on a CPU that is not for SAs any more. */
static void update(struct daemon *d, const struct sa *sa)
{
	sas_update(&d->sas, sa);
	if (sa->offload == SA_OFFLOAD_NONE)
		d->pending |= PENDING_DRAIN;
}

struct search {
	const struct daemon *d;
	int slot;
	const struct sa *found;
};

static int is_in_slot(void *arg, const struct sa *sa)
{
	struct search *search = arg;

	if (sas_find(&search->d->sas, &sa->id) == search->slot)
		search->found = sa;
	return !!search->found;
}

/*
 * SAs of one key share an entry: they differ by mark only, or the fingerprints of their addresses
 * agree by chance. It may have described the one that went; now it describes one that is there.
 */
static void describe_another(struct daemon *d, const struct sa *gone)
{
	struct search search = {d, sas_find(&d->sas, &gone->id), sad_find(d->sad, &gone->id)};

	if (!search.found)
		sad_each(d->sad, is_in_slot, &search);
	if (search.found)
		update(d, search.found);
}

static void removed(void *arg, const struct sa *sa)
{
	struct daemon *d = arg;

	use_port(d, sa, -1);
	peers_changed(d);
	learner_removed(d, sa);
	if (sas_remove(&d->sas, &sa->id, clock_now()) > 0)
		describe_another(d, sa);
	if (d->homeless)
		retry_soon(d);
	d->pending |= PENDING_CHANGED;
}

static void changed(void *arg, const struct sa *was, const struct sa *now)
{
	struct daemon *d = arg;

	use_port(d, was, -1);
	use_port(d, now, 1);
	if (memcmp(was->src, now->src, sizeof(now->src)))
		peers_changed(d);
	update(d, now);
	d->pending |= PENDING_CHANGED;
}

static void lost(void *arg, enum sad_lost why)
{
	struct daemon *d = arg;

	d->pending |= PENDING_SYNC;
	if (why == SAD_LOST_OVERFLOW)
		say("the kernel's SA events came faster than we read them; reading all SAs again");
}

static bool is_local(void *arg, uint8_t family, const __be32 addr[4])
{
	struct daemon *d = arg;

	return addrs_contains(d->addrs, family, addr);
}

struct address_list {
	struct local_address *at;
	size_t count;
};

/*
 * Of the kernel's SAs and the file's: these were negotiated, or the operator says so. What was
 * learned anybody can make us learn.
 */
static int collect_peer(void *arg, const struct sa *sa)
{
	struct address_list *list = arg;
	struct local_address *one = &list->at[list->count];

	if (sa->source == SA_LEARNED)
		return 0;
	one->family = sa->id.family;
	memcpy(one->addr, sa->src, sizeof(one->addr));
	list->count++;
	return 0;
}

/* Whose IKE is not a stranger's (bpf/ike.h). */
static void on_peers(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct host *host = d->sas.maps.host;
	struct address_list list = {0};
	__u32 idle = !(host->peers & 1);

	list.at = calloc(sad_count(d->sad) + 1, sizeof(*list.at));
	if (!list.at)
		return;
	sad_each(d->sad, collect_peer, &list);
	local_fill(&d->sas.maps.peers->half[idle], d->sas.table.shape.seed, list.at, list.count);
	__atomic_store_n(&host->peers, idle, __ATOMIC_RELEASE);
	free(list.at);
}

static const struct sad_ops ops = {
	.added = added,
	.changed = changed,
	.removed = removed,
	.lost = lost,
	.is_local = is_local,
};

int follow_reload(struct daemon *d)
{
	struct sas_error error;
	struct sa *sas = NULL;
	size_t count = 0;
	int err;

	if (!d->options->sas)
		return 0;
	err = sas_file_read(d->options->sas, &sas, &count, &error);
	if (err) {
		say_error("--sas %s; the SAs of it stay as they are", error.text);
		return err;
	}
	err = sad_set_file(d->sad, sas, count);
	free(sas);
	follow_retry(d); /* those that came are added before those that went are removed */
	return err;
}

/* What an earlier daemon learned is in the table only. */
static void claim_learned(struct daemon *d)
{
	uint64_t now = clock_now();

	for (__u32 i = 0; d->options->learn && i < d->sas.known.count; i++) {
		__u32 slot = d->sas.known.slot[i];
		const struct sa_cold *cold = table_cold(&d->sas.table, slot);
		struct sa sa = {
			.id.family = cold->family,
			.id.protocol = cold->protocol,
			.id.spi = sa_word_spi(table_word(&d->sas.table, slot)),
			.encap = !!(cold->flags & COLD_UDP),
			.source = SA_LEARNED,
			.pcpu = -1,
			.cpu = -1,
		};

		if (!(cold->flags & COLD_LEARNED) || cold->references)
			continue;
		memcpy(sa.src, cold->src, sizeof(sa.src));
		memcpy(sa.id.dst, cold->dst, sizeof(sa.id.dst));
		if (!sad_learned_add(d->sad, &sa, now))
			learner_adopted(d, &sa);
	}
}

int follow_open(struct daemon *d)
{
	int err = sad_open(&d->sad, &ops, d);

	if (err) {
		say_error("following the kernel's SAs: %s; the kernel needs XFRM_USER, and we "
		    "CAP_NET_ADMIN",
		    strerror(-err));
		return err;
	}
	d->retry_timer = d->base ? evtimer_new(d->base, on_retry, d) : NULL;
	d->peers_timer = d->base ? evtimer_new(d->base, on_peers, d) : NULL;
	sas_adopt_begin(&d->sas);
	err = follow_reload(d);
	return err ? err : follow_sync(d);
}

void follow_close(struct daemon *d)
{
	if (d->retry_timer)
		event_free(d->retry_timer);
	if (d->peers_timer)
		event_free(d->peers_timer);
	d->retry_timer = d->peers_timer = NULL;
	sad_close(d->sad);
	d->sad = NULL;
}

int follow_sync(struct daemon *d)
{
	int err = sad_sync(d->sad);

	if (err)
		d->pending |= PENDING_SYNC;
	else
		d->pending &= ~(unsigned int)PENDING_SYNC;
	if (err == -EAGAIN)
		return 0;
	if (err) {
		say_error("reading the kernel's SAs: %s; trying again", strerror(-err));
		return err;
	}
	if (d->sas.adopting) {
		claim_learned(d);
		sas_adopt_end(&d->sas, clock_now());
		peers_changed(d); /* those that an earlier daemon knew, where no SA is left */
		d->pending |= PENDING_CHANGED;
	}
	follow_retry(d);
	return 0;
}

static int count_one(void *arg, const struct sa *sa)
{
	struct sas *sas = arg;
	int slot = sas_find(sas, &sa->id);

	if (slot >= 0 && sa->source == SA_KERNEL)
		sas_count(sas, (__u32)slot, sa->packets, sa->bytes);
	return 0;
}

void follow_count(struct daemon *d)
{
	if (!d->sas.counted_elsewhere || follow_sync(d))
		return;
	sad_each(d->sad, count_one, &d->sas);
}

static void collect(void *arg, int family, const void *addr, bool local)
{
	struct address_list *list = arg;
	struct local_address *one = &list->at[list->count++];

	memset(one, 0, sizeof(*one));
	one->family = (__u8)family;
	memcpy(one->addr, addr, family == AF_INET ? 4 : 16);
}

void follow_set_addresses(struct daemon *d)
{
	struct host *host = d->sas.maps.host;
	struct address_list list = {0};
	__u32 idle = !(host->addresses & 1);

	list.at = calloc(addrs_count(d->addrs) + 1, sizeof(*list.at));
	if (!list.at)
		return;
	addrs_each(d->addrs, collect, &list);
	local_fill(&d->sas.maps.addresses->half[idle], d->sas.table.shape.seed, list.at,
		   list.count);
	__atomic_store_n(&host->addresses, idle, __ATOMIC_RELEASE);
	free(list.at);
	if (d->sad)
		sad_addresses_changed(d->sad);
}
