// SPDX-License-Identifier: GPL-2.0-only
// What happened between two snapshots.
#include "cmd/top/rates.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Counters that fell began anew. */
static double rate(uint64_t was, uint64_t now, double seconds)
{
	if (seconds <= 0)
		return 0;
	return (double)(now >= was ? now - was : now) / seconds;
}

static double load(const struct snapshot_sa *sa)
{
	return sa->load >= 0 ? sa->load : 0;
}

static int descending(double x, double y)
{
	return x > y ? -1 : x < y;
}

/* What is alike in what was asked for is in the order of names, so that rows do not jump. */
static int compare(const void *a, const void *b, void *arg)
{
	const struct top_sa *x = a, *y = b;
	int order = 0;

	switch (*(const enum top_sort *)arg) {
	case TOP_BY_LOAD:
		order = descending(load(x->sa), load(y->sa));
		break;
	case TOP_BY_CPU:
		order = (x->sa->cpu > y->sa->cpu) - (x->sa->cpu < y->sa->cpu);
		break;
	case TOP_BY_SPI:
		order = (x->sa->spi > y->sa->spi) - (x->sa->spi < y->sa->spi);
		break;
	case TOP_BY_PACKETS:
		break;
	}
	if (!order && *(const enum top_sort *)arg != TOP_BY_SPI)
		order = descending(x->packets, y->packets);
	return order ? order : snapshot_by_name(x->sa, y->sa);
}

/* Both lists are in the order of names. */
static void compare_sas(struct top_rates *r, const struct snapshot *was, const struct snapshot *now)
{
	size_t at = 0;

	for (size_t i = 0; i < now->sas; i++) {
		const struct snapshot_sa *sa = &now->sa[i];
		struct count before = {0};

		while (at < was->sas && snapshot_by_name(&was->sa[at], sa) < 0)
			at++;
		if (at < was->sas && !snapshot_by_name(&was->sa[at], sa))
			before = was->sa[at].total;
		r->sa[i] = (struct top_sa){
			.sa = sa,
			.packets = rate(before.packets, sa->total.packets, r->seconds),
			.bytes = rate(before.bytes, sa->total.bytes, r->seconds),
		};
		r->packets += r->sa[i].packets;
		r->bytes += r->sa[i].bytes;
	}
	r->sas = now->sas;
}

/* What the kernel may not tell. */
static double told(const struct snapshot *s, double rate)
{
	return s->drops_unknown ? NAN : rate;
}

static void compare_cpus(struct top_rates *r, const struct snapshot *was,
			 const struct snapshot *now)
{
	for (size_t i = 0; i < now->cpus; i++) {
		const struct snapshot_cpu *cpu = &now->cpu[i];
		struct snapshot_cpu before = {0};

		for (size_t j = 0; j < was->cpus; j++)
			if (was->cpu[j].cpu == cpu->cpu)
				before = was->cpu[j];
		r->cpu[i] = (struct top_cpu){
			.cpu = cpu,
			.packets = rate(before.taken.packets, cpu->taken.packets, r->seconds),
			.received = told(now, rate(before.received, cpu->received, r->seconds)),
			.drops = told(now, rate(before.drops, cpu->drops, r->seconds)),
		};
	}
	r->cpus = now->cpus;
}

int top_rates(struct top_rates *r, struct snapshot *was, struct snapshot *now, double seconds,
	      enum top_sort order)
{
	*r = (struct top_rates){
		.seconds = seconds,
		.sa = calloc(now->sas + 1, sizeof(*r->sa)),
		.cpu = calloc(now->cpus + 1, sizeof(*r->cpu)),
	};
	if (!r->sa || !r->cpu) {
		top_rates_free(r);
		return -ENOMEM;
	}
	snapshot_sort(was, snapshot_by_name);
	snapshot_sort(now, snapshot_by_name);
	compare_sas(r, was, now);
	compare_cpus(r, was, now);
	r->strays = rate(was->by_class[CLASS_STRAY].packets, now->by_class[CLASS_STRAY].packets,
			 seconds);
	r->limited = rate(was->by_class[CLASS_LIMITED].packets,
			  now->by_class[CLASS_LIMITED].packets, seconds);
	r->drops = told(now, rate(snapshot_drops(was) + was->backlog_lost,
				  snapshot_drops(now) + now->backlog_lost, seconds));
	r->moves = was->report_blank || now->report_blank
			   ? NAN
			   : rate(was->moves.done, now->moves.done, seconds);
	qsort_r(r->sa, r->sas, sizeof(*r->sa), compare, &order);
	return 0;
}

void top_rates_free(struct top_rates *rates)
{
	free(rates->sa);
	free(rates->cpu);
	*rates = (struct top_rates){0};
}
