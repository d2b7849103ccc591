// SPDX-License-Identifier: GPL-2.0-only
// A snapshot for an operator, or as JSON.
#include <math.h>
#include <string.h>
#include "host/cpuset.h"
#include "cmd/show/details.h"
#include "cmd/show/heavy.h"
#include "cmd/show/print.h"
#include "cmd/show/round.h"
#include "cmd/show/sas.h"
#include "cmd/show/warn.h"
#include "show/lately_words.h"
#include "view/human.h"

enum { BAR_WIDTH = 24 };

static const struct table_column interface_columns[] = {
	{"interface", "interface", false, false},
	{"method", "method", false, false},
	{"other.packets", "other packets", true, false},
	{"other.bytes", "other bytes", true, false},
	{0},
};

static const struct table_column cpu_columns[] = {
	{"cpu", "CPU", true, false},
	{"sas", "SAs", true, false},
	{"packets", "packets", true, false},
	{"bytes", "bytes", true, false},
	{"drops", "drops", true, true},
	{"load", "load", true, true},
	{"other", "other", true, true},
	{"share", "share", true, false},
	{"bar", "", false, true},
	{0},
};

static const struct table_column path_columns[] = {
	{"path", "", false, false},
	{"packets", "packets", true, false},
	{"bytes", "bytes", true, false},
	{0},
};

/* "eth0", "eth0 and eth1", "3 interfaces". */
static void names(const struct snapshot *s, const struct show_view *view, char *buf, size_t size)
{
	if (view->only || view->interfaces == 1)
		snprintf(buf, size, "%s", s->interface[0].name);
	else if (view->interfaces == 2)
		snprintf(buf, size, "%s and %s", s->interface[0].name, s->interface[1].name);
	else
		snprintf(buf, size, "%zu interfaces", view->interfaces);
	human_clean(buf);
}

/* The method's name, or "several methods". */
static const char *how_of(const struct snapshot *s)
{
	for (size_t i = 1; i < s->interfaces; i++)
		if (strcmp(s->interface[i].method_name, s->interface[0].method_name))
			return "several methods";
	return s->interface[0].method_name;
}

/* How even the load is; or why that cannot be told. */
static void how_even(const struct snapshot *s, char *buf, size_t size)
{
	if (isfinite(s->imbalance))
		snprintf(buf, size, "imbalance %.2f", s->imbalance);
	else if (s->interfaces && !method_has(s->interface[0].method, METHOD_PLACES) &&
		 !method_has(s->interface[0].method, METHOD_SEES))
		snprintf(buf, size, "on which CPU each is cannot be told");
	else if (s->taken.packets)
		snprintf(buf, size, "idle at the moment");
	else if (s->by_class[CLASS_STRAY].packets)
		snprintf(buf, size, "no packet of an SA yet");
	else
		snprintf(buf, size, "no packets yet");
}

/* The first sentence: what is steered, how, how well. */
static void print_sentence(struct out *out, const struct snapshot *s, const struct show_view *view)
{
	char who[64], lost[96] = "", even[48], why[256];
	bool many = !view->only && view->interfaces > 1;

	if (!s->interfaces && view->only)
		out_say(out, "%s is not steered.", view->only);
	else if (!s->interfaces)
		out_say(out, "Nothing is steered in this network namespace; "
			     "'espalier run IF' begins.");
	if (!s->interfaces)
		return;
	names(s, view, who, sizeof(who));
	if (isfinite(s->imbalance) || s->taken.packets || s->drops[RING_SA] || s->backlog_lost)
		lately_lost_short(s, lost, sizeof(lost));
	how_even(s, even, sizeof(even));
	out_say(out, "%s %s steered by %s: %zu SA%s on %zu CPU%s, %s%s%s.", who,
		many ? "are" : "is", how_of(s), s->used, s->used == 1 ? "" : "s", s->cpus,
		s->cpus == 1 ? "" : "s", even, *lost ? ", " : "", lost);
	if (show_round_why(s, why, sizeof(why)))
		out_say(out, "Of the last round: %s.", why);
	show_heavy(out, s);
}

void show_interface_name(struct out *out, const struct snapshot_interface *interface)
{
	out_string(out, "interface", interface->name);
	out_string(out, "method", interface->method_name);
}

/* What lies in the report. */
static void put_noted(struct out *out, const struct snapshot *s, const char *key, uint64_t number)
{
	if (s->report_blank)
		out_null(out, key);
	else
		out_count(out, key, number);
}

static void print_interfaces(struct out *out, const struct snapshot *s)
{
	out_gap(out);
	out_table(out, "interfaces", interface_columns);
	for (size_t i = 0; i < s->interfaces; i++) {
		out_row(out, NULL);
		show_interface_name(out, &s->interface[i]);
		if (out_is_json(out) && method_has(s->interface[i].method, METHOD_RULES)) {
			put_noted(out, s, "rules", s->interface[i].rules);
			put_noted(out, s, "without_rule", s->interface[i].without_rule);
		}
		out_object(out, "other");
		show_count(out, &s->interface[i].other);
		out_up(out);
		out_up(out);
	}
	out_up(out);
}

static void put_drops(struct out *out, const struct snapshot *s, const char *key, uint64_t drops)
{
	if (s->drops_unknown)
		out_null(out, key);
	else
		out_count(out, key, drops);
}

static void print_cpu(struct out *out, const struct snapshot *s, const struct snapshot_cpu *cpu,
		      double busiest)
{
	double share = snapshot_share(s, cpu->load, cpu->total.packets);

	out_row(out, NULL);
	out_number(out, "cpu", cpu->cpu);
	out_number(out, "sas", cpu->sas);
	show_count(out, &cpu->taken);
	put_drops(out, s, "drops", cpu->drops);
	out_share(out, "load", cpu->load);
	out_share(out, "other", cpu->other);
	out_share(out, "share", share);
	out_bar(out, "bar", busiest > 0 && share > 0 ? share / busiest : 0, BAR_WIDTH,
		share * (double)s->cpus > 1.5 ? BAR_HIGH : BAR_EVEN);
	out_up(out);
}

static void print_cpus(struct out *out, const struct snapshot *s)
{
	double busiest = 0;

	for (size_t i = 0; i < s->cpus; i++)
		busiest = fmax(busiest, snapshot_share(s, s->cpu[i].load, s->cpu[i].total.packets));
	out_gap(out);
	out_table(out, "cpus", cpu_columns);
	for (size_t i = 0; i < s->cpus; i++)
		print_cpu(out, s, &s->cpu[i], busiest);
	out_up(out);
}

/* The IPsec that is of no SA's ring, over all interfaces; as text, the ways that some took. */
static void print_paths(struct out *out, const struct snapshot *s)
{
	static const struct {
		const char *key, *words;
		enum count_class which;
	} paths[] = {
		{"strays", "strays", CLASS_STRAY},
		{"ike", "IKE", CLASS_IKE},
		{"fragments", "fragments", CLASS_FRAGMENT},
		{"hands_off", "hands off", CLASS_HANDS_OFF},
		{"transit", "transit", CLASS_TRANSIT},
		{"ike_over", "IKE over its share", CLASS_IKE_OVER},
		{"beyond", "out of reach", CLASS_BEYOND},
	};

	out_gap(out);
	out_table(out, NULL, path_columns);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (!out_is_json(out) && !s->by_class[paths[i].which].packets)
			continue;
		out_row(out, paths[i].key);
		out_cell(out, "path", paths[i].words);
		show_count(out, &s->by_class[paths[i].which]);
		out_up(out);
	}
	out_up(out);
}

static void print_drops(struct out *out, const struct snapshot *s)
{
	out_object(out, "drops");
	put_drops(out, s, "rings", snapshot_drops(s));
	out_count(out, "stray_limit", s->by_class[CLASS_LIMITED].packets);
	put_drops(out, s, "sa_rings", s->drops[RING_SA]);
	put_drops(out, s, "stray_rings", s->drops[RING_STRAY]);
	put_drops(out, s, "ike_rings", s->drops[RING_IKE]);
	out_count(out, "backlogs", s->backlog_lost);
	out_up(out);
}

/* The options in force. */
static void print_settings(struct out *out, const struct snapshot *s)
{
	out_object(out, "settings");
	out_number(out, "ring", s->ring_frames);
	if (s->threads_seen)
		out_number(out, "nice", s->nice_seen);
	else
		out_null(out, "nice");
	out_array(out, "stray_cpus");
	cpuset_each (cpu, &s->stray_cpus)
		out_number(out, NULL, cpu);
	out_up(out);
	out_number_or_null(out, "ike_cpu", s->ike_cpu);
	out_number(out, "stray_limit", (int64_t)s->stray_limit);
	out_number(out, "lost", s->lost);
	out_up(out);
}

static void print_state(struct out *out, const struct snapshot *s)
{
	out_object(out, "table");
	out_number(out, "used", (int64_t)s->used);
	out_number(out, "slots", s->slots);
	out_number(out, "max_sas", s->max_sas);
	put_noted(out, s, "no_place", s->table_full);
	out_up(out);
	out_object(out, "daemon");
	out_bool(out, "alive", s->alive);
	out_real(out, "seconds_since_heartbeat",
		 s->heartbeat_age_ns == UINT64_MAX ? NAN : (double)s->heartbeat_age_ns / 1e9, 1);
	out_up(out);
}

/* No snapshot was taken: there is nothing to take one of. */
static bool empty(const struct snapshot *s)
{
	return !s->slots;
}

static void print_json(struct out *out, struct snapshot *s, const struct show_view *view)
{
	out_number(out, "version", 1);
	show_warn(out, s);
	print_interfaces(out, s);
	print_cpus(out, s);
	out_real(out, "imbalance", empty(s) ? NAN : s->imbalance, 2);
	show_sas(out, s, view);
	print_paths(out, s);
	print_drops(out, s);
	show_moves(out, s);
	show_round(out, s);
	if (empty(s)) {
		out_null(out, "settings");
		out_null(out, "table");
		out_null(out, "daemon");
	} else {
		print_settings(out, s);
		print_state(out, s);
	}
}

void show_print(struct out *out, struct snapshot *s, const struct show_view *view)
{
	if (out_is_json(out)) {
		print_json(out, s, view);
		return;
	}
	print_sentence(out, s, view);
	if (empty(s))
		return;
	show_warn(out, s);
	if (!view->picked) {
		print_interfaces(out, s);
		print_cpus(out, s);
	}
	show_sas(out, s, view);
	if (!view->picked)
		print_paths(out, s);
	if (view->wide)
		show_details(out, s);
}
