// SPDX-License-Identifier: GPL-2.0-only
// The SAs of a snapshot, a row each.
#include "cmd/show/sas.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>

enum { HEAVIEST = 20 };

static const struct table_column sa_columns[] = {
	{"spi", "SPI", false, false},
	{"kind", "kind", false, false},
	{"src", "source", false, false},
	{"dst", "destination", false, false},
	{"cpu", "CPU", true, false},
	{"load", "load", true, true},
	{"packets", "packets", true, false},
	{"bytes", "bytes", true, false},
	{"state", "state", false, false},
	{"fixed", "fixed by", false, true},
	{0},
};

static const struct table_column sa_columns_wide[] = {
	{"spi", "SPI", false, false},
	{"kind", "kind", false, false},
	{"src", "source", false, false},
	{"dst", "destination", false, false},
	{"source_port", "from port", false, true},
	{"cpu", "CPU", true, false},
	{"load", "load", true, true},
	{"share", "share", true, true},
	{"packets", "packets", true, false},
	{"bytes", "bytes", true, false},
	{"state", "state", false, false},
	{"moves", "moves", true, false},
	{"replay_window", "window", true, false},
	{"pcpu", "pcpu", true, true},
	{"reqid", "reqid", true, true},
	{"if_id", "if_id", true, true},
	{"references", "SAs", true, false},
	{"source", "from", false, false},
	{0},
};

void show_count(struct out *out, const struct count *count)
{
	out_count(out, "packets", count->packets);
	out_bytes(out, "bytes", count->bytes);
}

static void print_address(struct out *out, const char *key, uint8_t family, const __be32 addr[4])
{
	static const __be32 unknown[4];
	char text[INET6_ADDRSTRLEN];

	if (memcmp(addr, unknown, sizeof(unknown)) == 0 ||
	    !inet_ntop(family == AF_INET6 ? AF_INET6 : AF_INET, addr, text, sizeof(text)))
		out_null(out, key);
	else
		out_string(out, key, text);
}

void show_sa_name(struct out *out, const struct snapshot_sa *sa)
{
	print_address(out, "src", sa->family, sa->src);
	print_address(out, "dst", sa->family, sa->dst);
	out_spi(out, "spi", sa->spi);
	out_string(out, "kind", flow_kind_name(flow_kind_of_sa(sa->protocol, sa->udp)));
	out_string(out, "protocol", sa->protocol == IPPROTO_AH ? "ah" : "esp");
	out_string(out, "encap", sa->udp ? "udp" : "none");
}

static void print_sa(struct out *out, const struct snapshot *s, const struct snapshot_sa *sa)
{
	out_row(out, NULL);
	show_sa_name(out, sa);
	out_number_or_null(out, "cpu", sa->cpu);
	out_share(out, "load", sa->load);
	out_share(out, "share", snapshot_share(s, sa->load, sa->total.packets));
	show_count(out, &sa->total);
	out_number_or_null(out, "pcpu", sa->pcpu);
	out_string(out, "source_port", sa->any_port ? "any" : NULL);
	out_number(out, "replay_window", sa->replay_window);
	out_number(out, "reqid", sa->reqid);
	out_number(out, "if_id", sa->if_id);
	out_string(out, "state", sa_state_name(sa->state));
	out_number(out, "moves", sa->moves);
	if (out_is_json(out))
		out_real(out, "waiting_ms", sa->waiting_ns < 0 ? NAN : (double)sa->waiting_ns / 1e6,
			 3);
	out_number(out, "references", sa->references);
	out_string(out, "source", sa_source_name(sa->source));
	out_string(out, "fixed", sa_fixed_name(sa->fixed));
	out_up(out);
}

void show_sas(struct out *out, struct snapshot *s, const struct show_view *view)
{
	bool whole = out_is_json(out) || view->all || view->picked || s->sas <= HEAVIEST;
	size_t shown = whole ? s->sas : HEAVIEST;

	if (view->sort)
		snapshot_sort(s, view->sort);
	else if (out_is_json(out))
		snapshot_sort(s, snapshot_by_name);
	else
		snapshot_sort(s, snapshot_by_weight);
	out_gap(out);
	out_table(out, "sas", view->wide ? sa_columns_wide : sa_columns);
	for (size_t i = 0; i < shown; i++)
		print_sa(out, s, &s->sa[i]);
	out_up(out);
	if (!whole)
		out_say(out, "... and %zu lighter SAs; --all shows them", s->sas - shown);
}
