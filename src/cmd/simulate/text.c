// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate: its results as text.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/simulate/series.h"

enum { BAR_WIDTH = 24, SHARES = 16, FEW = 4, KEY = 16 };

static void say_alike(struct out *out, const struct series *series, size_t n, size_t first)
{
	char names[1024] = "";
	size_t at = 0;

	for (size_t i = first + 1; i < n && at < sizeof(names); i++)
		if (series[i].like == first)
			at += snprintf(names + at, sizeof(names) - at, "%s%s", at ? ", " : "",
				       series[i].name);
	if (at)
		out_say(out, "As %s: %s.", series[first].name, names);
}

static void name_model(struct out *out, const struct series *series)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%s", series->name, series->sprays ? " (sprays)" : "");
	out_string(out, "model", text);
}

/* The answer: what these packets would do with as many queues as were asked for at most. */
static void say_answer(struct out *out, const struct simulate_view *view,
		       const struct series *series, size_t n)
{
	const struct series *most = NULL, *least = NULL, *ours = NULL;
	size_t number = 0;

	for (size_t i = 1; i < view->numbers; i++)
		number = view->queues[i] > view->queues[number] ? i : number;
	for (size_t i = 0; i < n; i++) {
		const struct spread *spread = series[i].by[number];

		if (!spread || series[i].sprays)
			continue;
		if (series[i].ours) {
			ours = ours ? ours : &series[i];
			continue;
		}
		most = !most || spread->speedup > most->by[number]->speedup ? &series[i] : most;
		least = !least || spread->speedup < least->by[number]->speedup ? &series[i] : least;
	}
	if (!most)
		return;
	if (most == least)
		out_say(out, "With %u queues %s takes %.2f times what one queue takes%s.",
			view->queues[number], most->name, most->by[number]->speedup,
			ours ? "" : ", without Espalier");
	else
		out_say(out,
			"With %u queues NICs take from %.2f (%s) to %.2f (%s) times what one queue "
			"takes.",
			view->queues[number], least->by[number]->speedup, least->name,
			most->by[number]->speedup, most->name);
	if (ours)
		out_say(out, "Espalier takes %.2f times as much on as many CPUs, with any of them.",
			ours->by[number]->speedup);
	out_gap(out);
}

/* Speed-ups: a row for each kind of NIC, a column for each number of queues. */
static void print_matrix(struct out *out, const struct simulate_view *view,
			 const struct series *series, size_t n)
{
	struct table_column columns[SERIES_NUMBERS + 2] = {
		{"model", "speed-up by queues", false, false}};
	char keys[SERIES_NUMBERS][KEY];

	for (size_t i = 0; i < view->numbers; i++) {
		snprintf(keys[i], KEY, "%u", view->queues[i]);
		columns[i + 1] = (struct table_column){keys[i], keys[i], true, false};
	}
	out_table(out, NULL, columns);
	for (size_t i = 0; i < n; i++) {
		if (series[i].like != i)
			continue;
		out_row(out, NULL);
		name_model(out, &series[i]);
		for (size_t j = 0; j < view->numbers; j++)
			if (series[i].by[j])
				out_real(out, keys[j], series[i].by[j]->speedup, 2);
			else
				out_cell(out, keys[j], "-");
		out_up(out);
	}
	out_up(out);
}

/* "25 24 26 25": what a queue has, to be seen at a glance. */
static void say_shares(const struct spread *spread, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < spread->queues && i < SHARES && at < size; i++)
		at += snprintf(text + at, size - at, "%s%.0f", i ? " " : "",
			       100 * spread_share(spread, i));
	if (spread->queues > SHARES && at < size)
		snprintf(text + at, size - at, " ...");
}

/* With one number of queues: what each queue has. */
static void print_rows(struct out *out, const struct series *series, size_t n)
{
	static const struct table_column columns[] = {
		{"model", "NIC", false, false},
		{"hottest", "hottest", false, false},
		{"imbalance", "imbalance", true, false},
		{"speedup", "speed-up", true, false},
		{"shares", "packets a queue, %", false, false},
		{0},
	};
	char text[160];

	out_table(out, NULL, columns);
	for (size_t i = 0; i < n; i++) {
		const struct spread *spread = series[i].by[0];

		if (series[i].like != i || !spread)
			continue;
		out_row(out, NULL);
		name_model(out, &series[i]);
		snprintf(text, sizeof(text), "%u: %.0f%%", spread->hottest,
			 100 * spread_share(spread, spread->hottest));
		out_cell(out, "hottest", text);
		out_real(out, "imbalance", spread->imbalance, 2);
		out_real(out, "speedup", spread->speedup, 2);
		say_shares(spread, text, sizeof(text));
		out_cell(out, "shares", text);
		out_up(out);
	}
	out_up(out);
}

void simulate_print_queue(struct out *out, const struct spread *spread, uint32_t queue)
{
	const struct spread_queue *q = &spread->queue[queue];

	out_number(out, "queue", queue);
	out_count(out, "packets", q->packets);
	out_bytes(out, "bytes", q->bytes);
	out_number(out, "sa_count", q->sas);
	out_count(out, "stray_packets", q->strays);
	out_count(out, "fragment_packets", q->fragments);
}

static void print_queues(struct out *out, const char *name, const struct spread *spread)
{
	static const struct table_column columns[] = {
		{"queue", "queue", true, false},
		{"packets", "packets", true, false},
		{"bytes", "bytes", true, false},
		{"sa_count", "SAs", true, false},
		{"stray_packets", "strays", true, true},
		{"fragment_packets", "fragments", true, true},
		{"share", "share", false, false},
		{0},
	};

	out_gap(out);
	out_say(out, "%s:", name);
	out_table(out, NULL, columns);
	for (uint32_t i = 0; i < spread->queues; i++) {
		bool high = i == spread->hottest && spread->imbalance > 1.1;

		out_row(out, NULL);
		simulate_print_queue(out, spread, i);
		out_bar(out, "share", spread_share(spread, i), BAR_WIDTH,
			high ? BAR_HIGH : BAR_EVEN);
		out_up(out);
	}
	out_up(out);
}

/* "3 to 17 moves" */
static void say_moves(const struct simulation *s, char *text, size_t size)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < s->placed.numbers; i++) {
		uint64_t moves = s->placed.on[i].moves;

		least = moves < least ? moves : least;
		most = moves > most ? moves : most;
	}
	if (least < most)
		snprintf(text, size, "%" PRIu64 " to %" PRIu64 " moves", least, most);
	else
		snprintf(text, size, "%" PRIu64 " move%s", most, most == 1 ? "" : "s");
}

static void print_end(struct out *out, const struct simulate_view *view)
{
	char moves[64];

	say_moves(view->simulation, moves, sizeof(moves));
	out_gap(out);
	if (view->simulation->place)
		out_say(out,
			"espalier: as 'espalier run' would have placed these SAs on so many "
			"CPUs, from three on with one of them set aside for strays, with %s; "
			"best: the best placement on the same CPUs for who knows all packets "
			"beforehand.",
			moves);
	simulate_say_real(out, view->wish);
	out_say(out,
		"Speed-up is over one queue, by packets. Models have Microsoft's key and the table "
		"that their drivers fill; where SAs land differs with the key.%s",
		view->numbers > 1 ? " --queues N shows each queue." : "");
}

int simulate_print_text(struct out *out, const struct simulate_view *view)
{
	struct series *series;
	size_t n;

	series = series_collect(view, &n);
	if (!series)
		return -ENOMEM;
	say_answer(out, view, series, n);
	if (view->numbers > 1)
		print_matrix(out, view, series, n);
	else
		print_rows(out, series, n);
	out_gap(out);
	for (size_t i = 0; i < n; i++)
		if (series[i].like == i)
			say_alike(out, series, n, i);
	for (size_t i = 0; i < n && view->numbers == 1 && n <= FEW; i++)
		if (series[i].by[0])
			print_queues(out, series[i].name, series[i].by[0]);
	print_end(out, view);
	free(series);
	return 0;
}
