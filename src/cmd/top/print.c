// SPDX-License-Identifier: GPL-2.0-only
// A frame of `top`.
#include "cmd/top/print.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/show/print.h"
#include "cmd/show/round.h"
#include "cmd/show/warn.h"
#include "view/human.h"

enum {
	BAR_WIDTH = 30,
	HEAD = 5,	/* lines above the tables, the empty one among them */
	TITLES = 3,	/* of both tables, and the empty line between */
	FOOT = 2,	/* keys, and the empty line above; warnings come to it */
	SAS_LEAST = 3,	/* are shown, whatever the CPUs want */
	SAS_PLAIN = 20, /* without a terminal */
};

static const struct table_column cpu_columns[] = {
	{"cpu", "CPU", true, false},
	{"sas", "SAs", true, false},
	{"packets_per_s", "packets/s", true, false},
	{"drops_per_s", "drops/s", true, true},
	{"load", "load", true, true},
	{"other", "other", true, true},
	{"bar", "", false, true},
	{0},
};

static const struct table_column sa_columns[] = {
	{"spi", "SPI", false, false},
	{"kind", "kind", false, false},
	{"src", "source", false, false},
	{"cpu", "CPU", true, false},
	{"load", "load", true, true},
	{"packets_per_s", "packets/s", true, false},
	{"bits_per_s", "bit/s", true, false},
	{"state", "state", false, false},
	{0},
};

/* "12.3 k", also of what is less than 1 but something. */
static void put_rate(struct out *out, const char *key, double rate)
{
	char text[HUMAN_LEN];

	if (out_is_json(out) || !isfinite(rate)) {
		out_real(out, key, rate, 1);
		return;
	}
	human_count(text, (uint64_t)(rate > 0 && rate < 1 ? 1 : rate + 0.5));
	out_string(out, key, text);
}

static void say_rates(struct out *out, const struct snapshot *s, const struct top_rates *r)
{
	char packets[HUMAN_LEN], bits[HUMAN_LEN], strays[HUMAN_LEN], drops[HUMAN_LEN];
	char done[32] = "";
	uint64_t bit_rate = (uint64_t)(8 * r->bytes + 0.5);

	human_count(packets, (uint64_t)(r->packets + 0.5));
	human_count(bits, bit_rate);
	human_count(strays, (uint64_t)ceil(r->strays));
	strcpy(drops, "?");
	if (isfinite(r->drops))
		human_count(drops, (uint64_t)ceil(r->drops + r->limited));
	if (!s->report_blank)
		snprintf(done, sizeof(done), ", %llu done", (unsigned long long)s->moves.done);
	out_say(out, "%s packets/s, %s%sbit/s; strays %s/s, lost %s/s; moves %u pending%s", packets,
		bits, strchr(bits, ' ') ? "" : " ", strays, drops, s->moves.pending, done);
}

static void say_head(struct out *out, const struct snapshot *s, const struct top_rates *r,
		     const struct top_view *view)
{
	char name[32], even[32] = "no load yet", why[256];

	snprintf(name, sizeof(name), "%s", s->interface[0].name);
	human_clean(name);
	if (isfinite(s->imbalance))
		snprintf(even, sizeof(even), "imbalance %.2f", s->imbalance);
	out_say(out, "%s%s, %s: %zu SAs on %zu CPUs, %s%s", name,
		s->interfaces > 1 ? " and others" : "", s->interface[0].method_name, s->used,
		s->cpus, even, view->paused ? " [paused]" : "");
	say_rates(out, s, r);
	if (!s->alive)
		out_say(out, "no daemon: packets are steered on as they were");
	else
		out_say(out, "last round: %s",
			show_round_why(s, why, sizeof(why)) ? why : "none yet");
	out_gap(out);
}

/* How many CPUs are busier, by load or, where that is not measured, by packets: the first ones of
 * those alike. */
static size_t rank(const struct top_rates *r, size_t cpu)
{
	double most = r->cpu[cpu].cpu->load >= 0 ? r->cpu[cpu].cpu->load : r->cpu[cpu].packets;
	size_t before = 0;

	for (size_t i = 0; i < r->cpus; i++) {
		double other = r->cpu[i].cpu->load >= 0 ? r->cpu[i].cpu->load : r->cpu[i].packets;

		before += other > most || (other == most && i < cpu);
	}
	return before;
}

/* Of a CPU's time, or where that is not measured of the packets that the busiest CPU takes. */
static double bar(const struct top_cpu *cpu, double most)
{
	double other = cpu->cpu->other > 0 ? cpu->cpu->other : 0;

	if (cpu->cpu->load >= 0)
		return cpu->cpu->load + other;
	return most > 0 ? cpu->packets / most : 0;
}

static void print_cpu(struct out *out, const struct top_cpu *cpu, double fair, double most)
{
	double part = bar(cpu, most);

	out_row(out, NULL);
	out_number(out, "cpu", cpu->cpu->cpu);
	out_number(out, "sas", cpu->cpu->sas);
	put_rate(out, "packets_per_s", cpu->packets);
	if (out_is_json(out))
		put_rate(out, "received_per_s", cpu->received);
	put_rate(out, "drops_per_s", cpu->drops);
	out_share(out, "load", cpu->cpu->load);
	out_share(out, "other", cpu->cpu->other);
	out_bar(out, "bar", part, BAR_WIDTH, part > 1.5 * fair ? BAR_HIGH : BAR_EVEN);
	out_up(out);
}

/* The busiest, as many as there is @room for, 0: all. Returns how many rows it took. */
static size_t print_cpus(struct out *out, const struct top_rates *r, size_t room)
{
	double fair = 0, most = 0;
	size_t shown = 0;

	for (size_t i = 0; i < r->cpus; i++) {
		fair += r->cpu[i].cpu->load / (double)r->cpus;
		most = fmax(most, r->cpu[i].packets);
	}
	out_table(out, "cpus", cpu_columns);
	for (size_t i = 0; i < r->cpus; i++) {
		if (room && rank(r, i) >= room)
			continue;
		print_cpu(out, &r->cpu[i], fair, most);
		shown++;
	}
	out_up(out);
	return shown;
}

static void print_sa(struct out *out, const struct top_sa *row)
{
	const struct snapshot_sa *sa = row->sa;

	out_row(out, NULL);
	show_sa_name(out, sa);
	out_number_or_null(out, "cpu", sa->cpu);
	out_share(out, "load", sa->load);
	put_rate(out, "packets_per_s", row->packets);
	put_rate(out, "bits_per_s", 8 * row->bytes);
	out_string(out, "state", sa_state_name(sa->state));
	out_up(out);
}

/* As many as there is room for; never behind the last. */
static void print_sas(struct out *out, const struct top_rates *r, size_t first, size_t room)
{
	if (first + room > r->sas)
		first = r->sas > room ? r->sas - room : 0;
	out_gap(out);
	out_table(out, "sas", sa_columns);
	for (size_t i = first; i < r->sas && i < first + room; i++)
		print_sa(out, &r->sa[i]);
	out_up(out);
}

static void say_keys(struct out *out, const struct top_view *view)
{
	static const char *const orders[] = {"load", "packets", "CPU", "SPI"};

	out_say(out, "by %s: l load, p packets, c CPU, s SPI; space %s; h help; q quit",
		orders[view->order], view->paused ? "goes on" : "pauses");
}

static void say_help(struct out *out)
{
	static const struct table_column columns[] = {
		{"key", "key", false, false}, {"does", "does", false, false}, {0}};
	static const char *const keys[][2] = {
		{"l", "sort the SAs by load"},
		{"p", "by packets a second"},
		{"c", "by CPU"},
		{"s", "by SPI"},
		{"down, j", "scroll the SAs down by one"},
		{"up, k", "scroll them up by one"},
		{"space", "pause, and go on"},
		{"h, ?", "this help; any key goes back"},
		{"q", "quit"},
	};

	out_table(out, NULL, columns);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		out_row(out, NULL);
		out_cell(out, "key", keys[i][0]);
		out_cell(out, "does", keys[i][1]);
		out_up(out);
	}
	out_up(out);
	out_gap(out);
	out_say(out, "espalier(8) explains the words.");
}

/* The lines that the warnings take. */
static size_t warning_lines(const struct snapshot *s)
{
	char *text = NULL;
	size_t size = 0, lines = 0;
	FILE *file = open_memstream(&text, &size);
	struct out *out = file ? out_new(file, false) : NULL;

	if (out) {
		show_warn(out, s);
		(void)out_close(out);
	}
	if (file)
		fclose(file);
	for (const char *c = text; c && *c; c++)
		lines += *c == '\n';
	free(text);
	return lines;
}

static void print_json(struct out *out, const struct snapshot *s, const struct top_rates *r)
{
	out_number(out, "version", 1);
	out_real(out, "seconds", r->seconds, 3);
	out_array(out, "interfaces");
	for (size_t i = 0; i < s->interfaces; i++) {
		out_object(out, NULL);
		show_interface_name(out, &s->interface[i]);
		out_up(out);
	}
	out_up(out);
	out_real(out, "imbalance", s->slots ? s->imbalance : NAN, 2);
	put_rate(out, "packets_per_s", r->packets);
	put_rate(out, "bits_per_s", 8 * r->bytes);
	put_rate(out, "strays_per_s", r->strays);
	put_rate(out, "drops_per_s", r->drops);
	put_rate(out, "limited_per_s", r->limited);
	put_rate(out, "moves_per_s", r->moves);
	show_moves(out, s);
	print_cpus(out, r, 0);
	print_sas(out, r, 0, r->sas);
	show_warn(out, s);
}

/* Tables as long as the terminal has room for them. */
static void print_tables(struct out *out, const struct snapshot *s, const struct top_rates *r,
			 const struct top_view *view)
{
	size_t around = HEAD + FOOT + (view->rows ? warning_lines(s) : 0);
	size_t room = view->rows > around ? view->rows - around : 1;
	size_t cpus_room = 0, sas_room = SAS_PLAIN, cpus;

	if (view->rows)
		cpus_room = room > TITLES + SAS_LEAST + 1 ? room - TITLES - SAS_LEAST : 1;
	cpus = print_cpus(out, r, cpus_room);
	if (view->rows)
		sas_room = room > cpus + TITLES ? room - cpus - TITLES : 1;
	print_sas(out, r, view->first, sas_room);
}

void top_print(struct out *out, const struct snapshot *s, const struct top_rates *r,
	       const struct top_view *view)
{
	if (out_is_json(out)) {
		print_json(out, s, r);
		return;
	}
	if (view->help) {
		say_help(out);
		return;
	}
	if (!s->interfaces) {
		out_say(out, "Nothing is steered in this network namespace; 'espalier run IF' "
			     "begins.");
		return;
	}
	say_head(out, s, r, view);
	print_tables(out, s, r, view);
	out_gap(out);
	if (view->keys)
		say_keys(out, view);
	show_warn(out, s);
}
