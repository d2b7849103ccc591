// SPDX-License-Identifier: GPL-2.0-only
// What bounds the heaviest SA and what helps, in words or as JSON.
#include <math.h>
#include <stdio.h>
#include "cmd/gain/print_sa.h"
#include "cmd/gain/remedies.h"
#include "view/human.h"

enum { LINES = 10 };

/* The words of a remedy, and what is to be typed or written where. */
static const struct {
	const char *name, *says, *nothing;
	const char *line[LINES];
} words[REMEDIES] = {
	[REMEDY_SPREAD] =
		{
			.name = "spread",
			.says = "the other SAs of its CPU go to other CPUs, which 'espalier run IF' does",
			.nothing = "no other SA has much of its CPU",
		},
	[REMEDY_STEER] =
		{
			.name = "steer",
			.says = "one CPU receives and another decrypts, which 'espalier run IF' does with CPUs "
				"to choose from",
			.nothing = "its CPU does not receive, or there is no other CPU",
		},
	[REMEDY_INNER] =
		{
			.name = "inner",
			.says = "what comes after decrypting goes to other CPUs, by inner flow: RPS on the "
				"xfrm interface, where packets come off rings",
			.nothing =
				"other CPUs do already what comes after decrypting, or it costs hardly "
				"more than handing it on",
			.line = {"espalier run IF --inner auto"},
		},
	[REMEDY_LARGER] =
		{
			.name = "larger-packets",
			.says = "larger packets: MTU 9000 on both gateways, behind them and between them, where "
				"the path carries that",
			.nothing = "its packets are small by themselves, not by the MTU",
		},
	[REMEDY_MORE] =
		{
			.name = "more-sas",
			.says = "several SAs for the same traffic: per-CPU SAs (RFC 9611: strongSwan 6.0.2 and "
				"Linux 6.13 on both gateways), or a tunnel for each of several subnets",
			.nothing = "there are no CPUs for them, or receiving is the bound",
			.line =
				{
					"# strongSwan, swanctl.conf, in the child's section:",
					"per_cpu_sas = yes    # or encap: each SA has a UDP port of its own, which NICs hash",
					"start_action = trap",
					"# Libreswan (5.4 has no per-CPU SAs yet), in the conn: an SA for each subnet",
					"rightsubnets={10.2.0.0/17 10.2.128.0/17}    # instead of rightsubnet=10.2.0.0/16",
				},
		},
	[REMEDY_OFFLOAD] =
		{
			.name = "offload",
			.says = "the NIC decrypts, where it can; Espalier then keeps its hands off the SA",
			.nothing = "decrypting is not what costs",
			.line =
				{
					"hw_offload = packet    # strongSwan, swanctl.conf, in the child's section",
					"nic-offload=packet     # Libreswan, in the conn",
				},
		},
};

static const struct {
	const char *name, *why;
} cannot_help[] = {
	{"pcrypt", "it hands each packet through two queues, 2.2 us by published figures, "
		   "spreads the cipher alone, and is proposed for removal from Linux"},
	{"QAT", "Linux' driver offers no AES-GCM to IPsec, and what it offers is slower than the "
		"CPU's own AES"},
	{"spraying",
	 "packets of one SA on several CPUs overtake each other: the replay window drops "
	 "them, inner TCP slows down, and each change of CPU takes a lock of all SAs"},
};

static bool brings(const struct remedy_gain *gain)
{
	return gain->times >= REMEDY_LEAST;
}

static void say_bound(struct out *out, const struct gain_remedies *r)
{
	char who[96], cpu[32] = "one CPU", packets[HUMAN_LEN], now[HUMAN_LEN];

	gain_name_sa(r->sa, who, sizeof(who));
	human_count(packets, (uint64_t)r->bound.packets);
	human_count(now, (uint64_t)r->carried);
	if (r->cpu >= 0)
		snprintf(cpu, sizeof(cpu), "CPU %d", r->cpu);
	out_gap(out);
	out_say(out,
		"The bound: %s is decrypted by %s, to which a packet of it, %.0f bytes, costs %.2f us%s. "
		"So it gets at most %s packets a second through, %.2f Gbit/s; it carries %s.",
		who, cpu, r->facts.bytes, r->bound.packet_ns / 1000,
		r->facts.with_receiving ? ", with receiving" : "", packets, r->bound.bits / 1e9,
		now);
}

static void say_remedy(struct out *out, const struct remedy_gain *gain)
{
	char mark[32];

	snprintf(mark, sizeof(mark), "  %4.1f times  ", gain->times);
	out_item(out, mark, "%s.", words[gain->remedy].says);
	for (int i = 0; i < LINES && words[gain->remedy].line[i]; i++)
		out_line(out, "                  %s", words[gain->remedy].line[i]);
}

static void say_remedies(struct out *out, const struct gain_remedies *r)
{
	const struct remedy_gain *gains = r->bound.by_gain;

	out_say(out, "What would help, at best, by what was measured here%s:",
		r->fitted
			? ""
			: " (but for what a byte costs, which is assumed: 'espalier run' measures it)");
	for (int i = 0; i < REMEDIES; i++)
		if (brings(&gains[i]))
			say_remedy(out, &gains[i]);
	out_say(out, "What would not:");
	for (int i = 0; i < REMEDIES; i++)
		if (isnan(gains[i].times))
			out_item(out, "  - ",
				 "%s: cannot be known, because it is not known what "
				 "receiving costs.",
				 words[gains[i].remedy].name);
		else if (!brings(&gains[i]))
			out_item(out, "  - ", "%s: %s.", words[gains[i].remedy].name,
				 words[gains[i].remedy].nothing);
	for (size_t i = 0; i < sizeof(cannot_help) / sizeof(*cannot_help); i++)
		out_item(out, "  - ", "%s: %s.", cannot_help[i].name, cannot_help[i].why);
}

static void print_remedy(struct out *out, const struct remedy_gain *gain)
{
	out_object(out, NULL);
	out_string(out, "remedy", words[gain->remedy].name);
	out_real(out, "times", gain->times, 2);
	out_bool(out, "helps", brings(gain));
	out_string(out, "says",
		   brings(gain)		? words[gain->remedy].says
		   : isnan(gain->times) ? NULL
					: words[gain->remedy].nothing);
	out_array(out, "lines");
	for (int i = 0; i < LINES && words[gain->remedy].line[i]; i++)
		out_string(out, NULL, words[gain->remedy].line[i]);
	out_up(out);
	out_up(out);
}

static void print_json(struct out *out, const struct gain_remedies *r)
{
	out_object(out, "heavy");
	gain_print_sa_name(out, r->sa);
	out_number_or_null(out, "cpu", r->cpu);
	out_real(out, "packet_ns", r->bound.packet_ns, 0);
	out_real(out, "packets_per_s", r->carried, 0);
	out_real(out, "most_packets_per_s", r->bound.packets, 0);
	out_real(out, "most_bits_per_s", r->bound.bits, 0);
	out_bool(out, "fitted", r->fitted);
	out_array(out, "remedies");
	for (int i = 0; i < REMEDIES; i++)
		print_remedy(out, &r->bound.by_gain[i]);
	out_up(out);
	out_array(out, "cannot_help");
	for (size_t i = 0; i < sizeof(cannot_help) / sizeof(*cannot_help); i++) {
		out_object(out, NULL);
		out_string(out, "remedy", cannot_help[i].name);
		out_string(out, "why", cannot_help[i].why);
		out_up(out);
	}
	out_up(out);
	out_up(out);
}

void gain_remedies_print(struct out *out, const struct gain_remedies *r)
{
	if (!r->sa) {
		if (out_is_json(out))
			out_null(out, "heavy");
		return;
	}
	if (out_is_json(out)) {
		print_json(out, r);
		return;
	}
	say_bound(out, r);
	say_remedies(out, r);
}
