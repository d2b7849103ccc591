// SPDX-License-Identifier: GPL-2.0-only
// From the follower of the kernel's SAs to the entries of the SA table.
#include "daemon/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "host/clock.h"
#include "sad/sas_file.h"

/* When a slot that was emptied may be taken again, and a little more. */
enum { RETRY_US = TABLE_REST_NS / 1000 + 50000 };

/* How long the loop may be kept by reading all SAs at one time. */
enum { SLICE_NS = 2000000 };

/* How long changes of the peers are gathered before the steering programs learn of them. */
enum { PEERS_US = 200000 };

static void use_port(struct follow *f, const struct sa *sa, int step)
{
	if (sa->encap)
		encap_users_step(&f->encap_users, f->sas->maps.ports, sa->encap_dport, step);
}

/* For SAs without a place: slots were emptied, and may be taken when they have rested. */
static void retry_soon(struct follow *f)
{
	struct timeval soon = {.tv_sec = RETRY_US / 1000000, .tv_usec = RETRY_US % 1000000};

	if (f->retry_timer && !event_pending(f->retry_timer, EV_TIMEOUT, NULL))
		event_add(f->retry_timer, &soon);
}

/* Is a slot at rest, for all we know? After adoption that is not known, and resyncs must do. */
static bool rests(const struct table *table)
{
	return table->rest_until_ns > clock_tick() && table->rest_until_ns != UINT64_MAX;
}

/* SAs came, went, or changed where their packets come from. */
static void peers_changed(struct follow *f)
{
	struct timeval soon = {.tv_usec = PEERS_US};

	if (f->peers_timer && !event_pending(f->peers_timer, EV_TIMEOUT, NULL))
		event_add(f->peers_timer, &soon);
}

static void say_cpu(const struct sa *sa, enum first_why why)
{
	if (why == FIRST_NOT_OURS)
		say("SA 0x%08x wants CPU %d, which is not ours to use; it is placed like any other",
		    sa->id.spi, sa->cpu);
}

static void place(struct follow *f, const struct sa *sa)
{
	enum first_why why;
	int err = sas_add(f->sas, sa, clock_tick(), &why);

	if (!err) {
		say_cpu(sa, why);
		*f->pending |= PENDING_CHANGED;
		return;
	}
	if (err != -ENOSPC) {
		say_warning("placing SA 0x%08x: %s", sa->id.spi, strerror(-err));
		return;
	}
	f->homeless = true;
	if (rests(&f->sas->table))
		retry_soon(f);
	f->sas->maps.report->table_full++;
	if (!f->table_full_said) {
		f->table_full_said = true;
		say_warning("the SA table is full (--max-sas %u): the others go on, further SAs "
		    "are treated as strays; run 'espalier stop' and start with a larger --max-sas",
		    f->sas->maps.host->max_sas);
	}
}

static void added(void *arg, const struct sa *sa)
{
	struct follow *f = arg;

	place(f, sa);
	use_port(f, sa, 1);
	peers_changed(f);
}

static int retry_one(void *arg, const struct sa *sa)
{
	struct follow *f = arg;

	if (sas_find(f->sas, &sa->id) < 0)
		place(f, sa);
	return 0;
}

void follow_retry(struct follow *f)
{
	if (!f->homeless)
		return;
	f->homeless = false;
	f->sas->maps.report->table_full = 0;
	sad_each(f->sad, retry_one, f);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	follow_retry(arg);
}

/* An SA that is hands off no longer may have been left on a CPU that is not for SAs any more. */
static void update(struct follow *f, const struct sa *sa)
{
	sas_update(f->sas, sa);
	if (sa->offload == SA_OFFLOAD_NONE)
		*f->pending |= PENDING_DRAIN;
}

struct search {
	const struct follow *f;
	int slot;
	const struct sa *found;
};

static int is_in_slot(void *arg, const struct sa *sa)
{
	struct search *search = arg;

	if (sas_find(search->f->sas, &sa->id) == search->slot)
		search->found = sa;
	return !!search->found;
}

/*
 * SAs of one key share an entry: they differ by mark only, or the fingerprints of their addresses
 * agree by chance. It may have described the one that went; now it describes one that is there.
 */
static void describe_another(struct follow *f, const struct sa *gone)
{
	struct search search = {f, sas_find(f->sas, &gone->id), sad_find(f->sad, &gone->id)};

	if (!search.found)
		sad_each(f->sad, is_in_slot, &search);
	if (search.found)
		update(f, search.found);
}

static void removed(void *arg, const struct sa *sa)
{
	struct follow *f = arg;

	use_port(f, sa, -1);
	peers_changed(f);
	if (sa->source == SA_LEARNED && f->learn)
		learn_forget(f->learn, sa);
	if (sas_remove(f->sas, &sa->id, clock_now()) > 0)
		describe_another(f, sa);
	if (f->homeless)
		retry_soon(f);
	*f->pending |= PENDING_CHANGED;
}

static void changed(void *arg, const struct sa *was, const struct sa *now)
{
	struct follow *f = arg;

	use_port(f, was, -1);
	use_port(f, now, 1);
	if (memcmp(was->src, now->src, sizeof(now->src)))
		peers_changed(f);
	update(f, now);
	*f->pending |= PENDING_CHANGED;
}

static void lost(void *arg, enum sad_lost why)
{
	struct follow *f = arg;

	*f->pending |= PENDING_SYNC;
	if (why == SAD_LOST_OVERFLOW)
		say("the kernel's SA events came faster than we read them; reading all SAs again");
}

static bool is_local(void *arg, uint8_t family, const __be32 addr[4])
{
	struct follow *f = arg;

	return addrs_contains(f->addrs, family, addr);
}

static const struct sad_ops ops = {
	.added = added,
	.changed = changed,
	.removed = removed,
	.lost = lost,
	.is_local = is_local,
};

int follow_reload(struct follow *f)
{
	struct sas_error error;
	struct sa *sas = NULL;
	size_t count = 0;
	int err;

	if (!f->options->sas)
		return 0;
	err = sas_file_read(f->options->sas, &sas, &count, &error);
	if (err) {
		say_error("--sas %s; the SAs of it stay as they are", error.text);
		return err;
	}
	err = sad_set_file(f->sad, sas, count);
	free(sas);
	follow_retry(f); /* those that came are added before those that went are removed */
	return err;
}

/* What an earlier daemon learned is in the table only. */
static void adopt_learned(struct follow *f)
{
	uint64_t now = clock_now();

	for (__u32 i = 0; f->options->learn && i < f->sas->known.count; i++) {
		__u32 slot = f->sas->known.slot[i];
		const struct sa_cold *cold = table_cold(&f->sas->table, slot);
		struct sa sa = {
			.id.family = cold->family,
			.id.protocol = cold->protocol,
			.id.spi = sa_word_spi(table_word(&f->sas->table, slot)),
			.encap = !!(cold->flags & COLD_UDP),
			.source = SA_LEARNED,
			.pcpu = -1,
			.cpu = -1,
		};

		if (!(cold->flags & COLD_LEARNED) || cold->references)
			continue;
		memcpy(sa.src, cold->src, sizeof(sa.src));
		memcpy(sa.id.dst, cold->dst, sizeof(sa.id.dst));
		if (!sad_learned_add(f->sad, &sa, now))
			(void)learn_adopt(f->learn, &sa, now);
	}
}

int follow_open(struct follow *f)
{
	const struct maps *maps = &f->sas->maps;
	int err = sad_open(&f->sad, &ops, f);

	if (err) {
		say_error("following the kernel's SAs: %s; the kernel needs XFRM_USER, and we "
		    "CAP_NET_ADMIN",
		    strerror(-err));
		return err;
	}
	if (f->options->learn) {
		f->learn = learn_new(maps->host->max_sas / 4 ?: 1, f->sas->table.shape.seed);
		if (!f->learn) {
			say("learning SAs: out of memory");
			return -ENOMEM;
		}
	}
	f->retry_timer = f->base ? evtimer_new(f->base, on_retry, f) : NULL;
	f->peers_timer = f->base ? evtimer_new(f->base, follow_on_peers, f) : NULL;
	sas_adopt_begin(f->sas);
	err = follow_reload(f);
	return err ? err : follow_sync(f);
}

void follow_close(struct follow *f)
{
	if (f->retry_timer)
		event_free(f->retry_timer);
	if (f->peers_timer)
		event_free(f->peers_timer);
	f->retry_timer = f->peers_timer = NULL;
	sad_close(f->sad);
	learn_free(f->learn);
	f->sad = NULL;
	f->learn = NULL;
}

/* After a sync that came to an end. */
static int synced(struct follow *f, int err)
{
	*f->pending &= ~(unsigned int)PENDING_SYNC;
	f->synced = !err;
	if (err == -EAGAIN)
		return 0;
	if (err) {
		say_error("reading the kernel's SAs: %s; trying again", strerror(-err));
		return err;
	}
	if (f->sas->adopting) {
		adopt_learned(f);
		sas_adopt_end(f->sas, clock_now());
		peers_changed(f); /* those that an earlier daemon knew, where no SA is left */
		*f->pending |= PENDING_CHANGED;
	}
	follow_retry(f);
	return 0;
}

int follow_sync(struct follow *f)
{
	return synced(f, sad_sync(f->sad));
}

void follow_sync_slice(struct follow *f)
{
	int err = sad_sync_slice(f->sad, clock_now() + SLICE_NS);

	if (err == SAD_SYNC_GOING)
		*f->pending |= PENDING_SYNC;
	else
		(void)synced(f, err);
}

static int count_one(void *arg, const struct sa *sa)
{
	struct sas *sas = arg;
	int slot = sas_find(sas, &sa->id);

	if (slot >= 0 && sa->source == SA_KERNEL)
		sas_count(sas, (__u32)slot, sa->packets, sa->bytes);
	return 0;
}

void follow_count(struct follow *f)
{
	if (!f->sas->counted_elsewhere || follow_sync(f))
		return;
	sad_each(f->sad, count_one, f->sas);
}
