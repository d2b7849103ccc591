// SPDX-License-Identifier: GPL-2.0-only
// Method rss at work.
#include "steer/rss_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "nic/claims.h"
#include "nic/rss_ntf.h"
#include "nic/verdict.h"
#include "plan/table_round.h"
#include "steer/measure.h"
#include "steer/rss_rewritten.h"
#include "sas/sas.h"

enum { LOOK_SECONDS = 5 };

struct rss_watch {
	struct measure *measure;
	const struct queues *queues;
	bool by_cpu;  /* the device records no queue: it is CPUs that are seen */
	int seconds;  /* since the measurement began */
	bool written; /* a table of ours is there, and not seen at work yet */
	bool frozen;  /* nothing more is written */
	int sprays;   /* looks in a row that saw one SA on several queues */
	struct table_round round;
	struct rss_ntf *ntf;   /* NULL: the kernel has none */
	struct claims *hashes; /* how the NIC hashed when last looked at; NULL: that is not known */
};

static int begin(struct rss_watch *w, unsigned int ifindex)
{
	const struct measure_how how = {.ifindex = ifindex, .at = MEASURE_TC, .by_cpu = w->by_cpu};

	w->seconds = 0;
	return measure_start(&w->measure, &how);
}

/* How it hashes now is known, and no news. */
static void take_note(struct rss_watch *w, const struct steered *s)
{
	if (!w->hashes)
		w->hashes = malloc(sizeof(*w->hashes));
	if (w->hashes && claims_read(s->name, w->hashes)) {
		free(w->hashes);
		w->hashes = NULL;
	}
}

/* What somebody else rewrites is theirs: nothing is undone, and no table of ours put over it. */
static void look_for_others(struct rss_watch *w, const struct steered *s)
{
	struct claims now;
	char what[512];

	if (!rss_ntf_told(w->ntf, (int)s->ifindex) || claims_read(s->name, &now))
		return;
	if (w->hashes && rss_rewritten(w->hashes, &now, what, sizeof(what))) {
		say_warning("%s: somebody else rewrote %s: SAs go where that puts them, and nothing "
			    "more is written",
			    s->name, what);
		w->frozen = true;
	}
	take_note(w, s);
}

int rss_watch_start(struct rss_watch **watch, struct steered *s, const struct queues *queues)
{
	struct rss_watch *w = *watch = calloc(1, sizeof(*w));
	struct link link;
	int err = w ? link_get_index((int)s->ifindex, &link) : -ENOMEM;

	if (!err) {
		w->queues = queues;
		w->by_cpu = !strcmp(link.kind, "veth");
		(void)rss_ntf_open(&w->ntf); /* without it nobody is told sooner than by a look */
		take_note(w, s);
		err = begin(w, s->ifindex);
	}
	if (err)
		say_warning("%s: measuring where its NIC puts SAs: %s", s->name, strerror(-err));
	return err;
}

void rss_watch_end(struct rss_watch *w)
{
	struct measured measured = {0};
	uint64_t lost;

	if (w && w->measure)
		(void)measure_stop(w->measure, &measured, &lost);
	measured_free(&measured);
	if (w) {
		rss_ntf_close(w->ntf);
		free(w->hashes);
	}
	free(w);
}

/* The entry of an SA's queue with most packets; *at goes behind its last one. */
static const struct measured_entry *next_sa(const struct measured *m, size_t *at)
{
	const struct measured_entry *most = &m->entry[*at];

	for (size_t first = (*at)++; *at < m->n; ++*at) {
		if (!measured_same_sa(&m->entry[first], &m->entry[*at]))
			break;
		if (m->entry[*at].value.packets > most->value.packets)
			most = &m->entry[*at];
	}
	return most;
}

/* Tells the SA table where an SA was seen. */
static void place(const struct rss_watch *w, struct sas *sas, const struct measured_entry *entry)
{
	__u8 protocol = entry->key.kind == FLOW_AH ? IPPROTO_AH : IPPROTO_ESP;
	int slot = table_find(&sas->table,
			      sa_key(&sas->table.shape, entry->key.dst, entry->key.spi, protocol));
	int cpu = entry->key.queue;

	if (!w->by_cpu)
		cpu = cpu < (int)w->queues->count ? w->queues->cpu[cpu] : -1;
	if (slot >= 0 && cpu >= 0)
		sas_seen(sas, (__u32)slot, (__u32)cpu);
}

static void entry_of(const struct steered *s, struct undo_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->kind = UNDO_INDIR;
	entry->ifindex = (int)s->ifindex;
	entry->reason = "SAs are dealt out by their load";
	snprintf(entry->ifname, sizeof(entry->ifname), "%s", s->name);
	strcpy(entry->knob, "indirection-table");
}

static char *text_of(const struct indir *table)
{
	char *text = malloc((size_t)table->size * 6 + 1), *at = text;

	for (__u32 i = 0; text && i < table->size; i++)
		at += sprintf(at, "%s%u", i ? " " : "", table->entry[i]);
	return text;
}

static void write_table(struct rss_watch *w, struct steered *s)
{
	char *old = NULL, *new = text_of(&w->round.plan.table);
	struct undo_entry entry;
	int err, one = 0;

	entry_of(s, &entry);
	err = new ? undo_read(s->undo, &entry, &old) : -ENOMEM;
	if (!err) {
		entry.old_value = old;
		entry.new_value = new;
		err = undo_set_many(s->undo, &entry, 1, &one);
		err = err ? err : one;
	}
	free(old);
	free(new);
	if (err)
		say_warning("%s: writing its indirection table: %s; it stays as it is", s->name,
			    strerror(-err));
	else
		say("%s: %s: indirection table written, heaviest queue %.0f%% -> %.0f%% of all; "
		    "what is on its way meanwhile may be out of order",
		    s->name, entry.reason, 100 * w->round.before, 100 * w->round.after);
	w->written = !err;
	w->frozen = err != 0;
	take_note(w, s);
}

/* What was seen is not what hash and table say: nothing more is written. */
static void give_up(struct rss_watch *w, struct steered *s)
{
	struct undo_entry entry;

	entry_of(s, &entry);
	if (w->written && undo_take_back_many(s->undo, &entry, 1) == 0)
		say_warning("%s: SAs are not where the new table puts them: the old one is back",
			    s->name);
	else
		say_warning(
			"%s: SAs are not where hash and table put them: the table stays as it is",
			s->name);
	w->written = false;
	w->frozen = true;
	take_note(w, s);
}

static void balance(struct rss_watch *w, struct steered *s, const struct table_seen *seen, size_t n)
{
	struct claims claims;

	if (w->frozen || claims_read(s->name, &claims) || !claims.table.size)
		return;
	if (table_round(&w->round, seen, n, &claims.table, w->queues->count))
		return;
	if (w->round.verdict == TABLE_STRAYS)
		give_up(w, s);
	else if (w->round.verdict != TABLE_LITTLE)
		w->written = false; /* seen at work */
	if (w->round.verdict == TABLE_BETTER)
		write_table(w, s);
}

/* One SA on several queues: its packets overtake each other, which the replay window punishes. */
static void stop_spray(struct rss_watch *w, struct steered *s)
{
	say_warning("%s: its NIC spreads single SAs over queues, which loses packets to the replay "
		    "window: its settings are put back; use another --method",
		    s->name);
	undo_restore(s->undo, (int)s->ifindex);
	w->frozen = true;
	take_note(w, s);
	snprintf(s->failed, sizeof(s->failed), "the NIC was seen to spread single SAs over queues");
}

static void judge(struct rss_watch *w, struct steered *s, const struct measured *measured)
{
	struct table_seen *seen = calloc(measured->n + 1, sizeof(*seen));
	const struct verdict_facts facts = {.measured = measured, .queues = w->queues->count};
	struct verdict_part plain;
	size_t n = 0;

	for (size_t at = 0; seen && at < measured->n;) {
		const struct measured_entry *entry = next_sa(measured, &at);

		place(w, s->sas, entry);
		seen[n++] = (struct table_seen){entry->value.hash[0], entry->key.queue,
						(double)entry->value.packets};
	}
	verdict_of(&facts, false, &plain);
	w->sprays = plain.verdict == VERDICT_SPRAYS ? w->sprays + 1 : 0;
	/* Once may be a table that somebody wrote meanwhile. */
	if (w->sprays == 2 && !w->by_cpu)
		stop_spray(w, s);
	else if (seen && !w->by_cpu && !w->sprays)
		balance(w, s, seen, n);
	free(seen);
}

void rss_watch_tick(struct rss_watch *w, struct steered *s)
{
	struct measured measured = {0};
	struct measure *measure = w->measure;
	uint64_t lost;
	int err;

	look_for_others(w, s);
	if (++w->seconds < LOOK_SECONDS)
		return;
	w->measure = NULL;
	if (measure && !measure_stop(measure, &measured, &lost))
		judge(w, s, &measured);
	measured_free(&measured);
	err = begin(w, s->ifindex);
	if (err)
		say_warning("%s: measuring where its NIC puts SAs: %s; trying again", s->name,
			    strerror(-err));
}
