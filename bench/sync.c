// SPDX-License-Identifier: GPL-2.0-only
// The CPU time that the daemon takes to follow the kernel's SAs: from a dump of 10,000 to their
// entries in the SA table, what the kernel itself takes included; how long such a dump keeps the
// loop at a time; and for rekeys among 100,000.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/follow.h"
#include "host/clock.h"
#include "larval.h"
#include "middle.h"
#include "rekeys.h"
#include "result.h"
#include "sad/impl.h"
#include "sandbox.h"

enum { SAS = 10000, MANY = 100000, REKEYS = 10000, ROUNDS = 31, ROUNDS_MAX = 1001 };
enum { MAX_SAS = MANY + REKEYS };

/* In us an SA: 100,000 in 0.1 s. So many larval ones would take minutes to make from Linux 6.17 on.
 */
#define GOAL 1.0

#define STALL_GOAL  10.0   /* ms that the loop is kept at a time */
#define REKEYS_GOAL 1000.0 /* ms of CPU for 10,000: so many may come in a second */

/* The daemon, as much of it as follows SAs. */
struct follower {
	struct sas sas;
	struct addrs *addrs;
	unsigned int pending;
	struct follow follow;
	double ms; /* of CPU that its last sad_sync() took */
	__be32 dst;
};

static double cpu_ms(void)
{
	return (double)clock_ns(CLOCK_THREAD_CPUTIME_ID) / 1e6;
}

int __real_sad_sync(struct sad *sad);
int __wrap_sad_sync(struct sad *sad);

/* The linker puts this in the place of sad_sync(), so that the daemon's own code is timed. */
int __wrap_sad_sync(struct sad *sad)
{
	struct follower *f = (void *)((char *)sad->arg - offsetof(struct follower, follow));
	double start = cpu_ms();
	int err = __real_sad_sync(sad);

	f->ms = cpu_ms() - start;
	return err;
}

static int empty_table(struct sas *sas)
{
	memset(sas->placed, 0, sizeof(sas->placed));
	sas->entries = 0;
	while (sas->known.count)
		slots_remove(&sas->known, sas->known.slot[sas->known.count - 1]);
	for (__u32 slot = 0; slot < maps_slots(&sas->maps); slot++) {
		sas->maps.table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS] = 0;
		sas->maps.warm[slot] = (struct sa_warm){.record = NO_MOVE};
		sas->maps.rare[slot] = (struct sa_rare){0};
	}
	return table_take_stock(&sas->table);
}

static int count_entries(const struct table *table)
{
	int slot, n = 0;

	table_each(table, slot) n++;
	return n;
}

/* A daemon starts with an empty table. */
static int sync_once(struct follower *f, double *ms)
{
	int err, n;

	err = empty_table(&f->sas);
	if (!err)
		err = follow_open(&f->follow);
	n = count_entries(&f->sas.table);
	if (!err && n != SAS)
		err = -EPROTO;
	*ms = f->ms;
	return err;
}

/* Once more, as the loop does it from time to time: the longest slice. */
static double longest_slice(struct follower *f)
{
	double longest = 0, start;

	f->pending |= PENDING_SYNC;
	while (f->pending & PENDING_SYNC) {
		start = cpu_ms();
		follow_sync_slice(&f->follow);
		longest = cpu_ms() - start > longest ? cpu_ms() - start : longest;
	}
	return longest;
}

static int dump_once(struct follower *f, double *ms, double *slice_ms)
{
	int err = sync_once(f, ms);

	*slice_ms = err ? 0 : longest_slice(f);
	follow_close(&f->follow);
	return err;
}

struct result {
	double ms, slice_ms, rekeys_ms, sweep_ms;
	unsigned int rounds;
};

/* Each SA gets an heir, and goes. */
static int rekey(struct follower *f, double *ms)
{
	double start = cpu_ms();
	int err = 0;

	for (__u32 i = 0; i < REKEYS && !err; i++) {
		err = rekeys_came(f->follow.sad, f->dst, MANY + i, i + 1);
		if (!err)
			err = rekeys_went(f->follow.sad, f->dst, i);
	}
	*ms = cpu_ms() - start;
	return err;
}

/* Among 100,000 that are there, and the end of a dump which held all of them. */
static int rekey_among_many(struct follower *f, struct result *r)
{
	int err = empty_table(&f->sas);
	double start;

	if (!err)
		err = follow_open(&f->follow);
	for (__u32 i = 0; i < MANY && !err; i++)
		err = rekeys_came(f->follow.sad, f->dst, i, i + 1);
	if (!err)
		err = rekey(f, &r->rekeys_ms);
	if (!err && count_entries(&f->sas.table) != MANY)
		err = -EPROTO;
	start = cpu_ms();
	if (!err)
		sad_sweep(f->follow.sad);
	r->sweep_ms = cpu_ms() - start;
	follow_close(&f->follow);
	return err;
}

static void print(struct out *out, const void *arg)
{
	const struct result *r = arg;

	out_say(out, "%d SAs from the kernel's dump to the SA table, CPU time, median of %u:", SAS,
		r->rounds);
	out_number(out, "sas", SAS);
	out_real(out, "cpu_ms", r->ms, 1);
	out_real(out, "us_an_sa", r->ms * 1000 / SAS, 2);
	bench_goal(out, r->ms * 1000 / SAS, GOAL);
	out_gap(out);
	out_say(out, "The longest time that such a dump keeps the loop, read in slices:");
	out_object(out, "slice");
	out_real(out, "ms", r->slice_ms, 2);
	bench_goal(out, r->slice_ms, STALL_GOAL);
	out_up(out);
	out_gap(out);
	out_say(out, "At the end of one of %d, where nothing has changed:", MANY);
	out_object(out, "sweep");
	out_real(out, "ms", r->sweep_ms, 2);
	bench_goal(out, r->sweep_ms, STALL_GOAL);
	out_up(out);
	out_gap(out);
	out_say(out, "%d rekeys among %d SAs, CPU time:", REKEYS, MANY);
	out_object(out, "rekeys");
	out_real(out, "cpu_ms", r->rekeys_ms, 1);
	bench_goal(out, r->rekeys_ms, REKEYS_GOAL);
	out_up(out);
}

/* Namespaces, a daemon in them, and the kernel's SAs. */
static int set_up(struct follower *f, struct sandbox *box, char *why, size_t size)
{
	static const struct run_options options = {.max_sas = MAX_SAS};
	__be32 dst[4];
	int err = sandbox_open(box, MAX_SAS, why, size);

	if (err)
		return err;
	f->sas = box->sas;
	f->addrs = addrs_new(NULL, NULL);
	f->follow = (struct follow){
		.sas = &f->sas,
		.addrs = f->addrs,
		.options = &options,
		.pending = &f->pending,
	};
	sandbox_address(4, dst);
	f->dst = dst[0];
	err = f->addrs ? larval_make(dst[0], SAS) : -ENOMEM;
	if (err)
		snprintf(why, size, "making %d larval SAs: %s", SAS, strerror(-err));
	return err;
}

static int run(unsigned int rounds, struct result *result)
{
	struct follower *f = calloc(1, sizeof(*f));
	double ms[ROUNDS_MAX], slice[ROUNDS_MAX];
	struct sandbox box;
	char why[2048];
	int err;

	if (!f)
		return -ENOMEM;
	err = set_up(f, &box, why, sizeof(why));
	if (!err) {
		for (unsigned int i = 0; i < rounds && !err; i++)
			err = dump_once(f, &ms[i], &slice[i]);
		*result = (struct result){.rounds = rounds};
		if (!err)
			err = rekey_among_many(f, result);
		snprintf(why, sizeof(why), "reading the SAs: %s", strerror(-err));
		addrs_free(f->addrs);
		sandbox_close(&box);
	}
	free(f);
	if (err) {
		fprintf(stderr, "bench/sync: %s\n", why);
		return err;
	}
	result->ms = middle(ms, rounds);
	result->slice_ms = middle(slice, rounds);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct result result;
	int ret = bench_options(&options, BENCH_ROUNDS, argc, argv);

	if (ret)
		return ret > 0 ? EXIT_SUCCESS : 2;
	if (run(bench_rounds(&options, ROUNDS, ROUNDS_MAX), &result) ||
	    bench_print(&options, print, &result))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
