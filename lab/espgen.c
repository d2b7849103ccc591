// SPDX-License-Identifier: GPL-2.0-only
/* Generates ESP and what belongs to it. */
#include <stdio.h>
#include <string.h>
#include "options.h"
#include "plan.h"

#define AT(member) offsetof(struct plan_options, member)
#define U32	   0xffffffffULL

static const struct lab_option table[] = {
	{"dev", "NAME", LAB_TEXT, AT(device), 0, 0, NULL, "send out of this device (ea)"},
	{"src", "ADDRESS", LAB_TEXT, AT(src), 0, 0, NULL, "first source address (192.0.2.1)"},
	{"dst", "ADDRESS", LAB_TEXT, AT(dst), 0, 0, NULL, "destination address (192.0.2.2)"},
	{"pairs", "N", LAB_NUMBER, AT(pairs), 1, 65536, NULL, "consecutive source addresses (1)"},
	{"smac", "MAC", LAB_TEXT, AT(source_mac), 0, 0, NULL, "(02:00:00:00:00:0a)"},
	{"dmac", "MAC", LAB_TEXT, AT(destination_mac), 0, 0, NULL, "(02:00:00:00:00:0b)"},
	{"kind", "esp|ah|ike|ike-natt|keepalive|udp", LAB_CHOICE, AT(kind), 0, 0, NULL,
	 "what to send (esp); udp is anything else in UDP"},
	{"sas", "N", LAB_NUMBER, AT(sas), 1, 65536, NULL, "number of SAs (1)"},
	{"spi", "FIRST", LAB_NUMBER, AT(spi), 1, U32, NULL, "SPIs count up from here (0x1000)"},
	{"spi-list", "FILE", LAB_TEXT, AT(spi_list), 0, 0, NULL, "SPIs, one a line, instead"},
	{"encap", "none|udp|mix", LAB_CHOICE, AT(encap), 0, 0, NULL,
	 "ESP in UDP; mix: every second SA (none)"},
	{"sport", "PORT", LAB_NUMBER, AT(sport), 1, 65535, NULL,
	 "UDP source port (4500; ike: 500)"},
	{"dport", "PORT", LAB_NUMBER, AT(dport), 1, 65535, NULL, "UDP destination port (the same)"},
	{"size", "BYTES", LAB_NUMBER, AT(size), 20, 9000, NULL, "length of the IP packet (100)"},
	{"rates", "equal|zipf:S", LAB_TEXT, AT(rates), 0, 0, NULL,
	 "rates of the SAs: in turn, or at random by Zipf's law"},
	{"count", "N", LAB_NUMBER, AT(count), 1, ~0ULL >> 1, NULL, "packets of all CPUs together"},
	{"seconds", "S", LAB_TIME, AT(time_ns), 0, 0, NULL, "how long to send"},
	{"pps", "RATE", LAB_NUMBER, AT(pps), 0, 100000000, NULL,
	 "packets a second of all CPUs together (0: as fast as it goes)"},
	{"burst", "N", LAB_NUMBER, AT(burst), 1, 1000000, NULL,
	 "packets sent at once to catch up, not more (32)"},
	{"cpus", "LIST", LAB_TEXT, AT(cpus), 0, 0, NULL, "one sender on each (the first allowed)"},
	{"flood", NULL, LAB_FLAG, AT(flood), 0, 0, NULL, "random SPIs from 0x80000000 on"},
	{"flood-rising", "K", LAB_NUMBER, AT(rising), 1, U32, NULL,
	 "a flood with K packets of each SPI, numbered upwards"},
	{"fragment", "BYTES", LAB_NUMBER, AT(fragment), 56, 8192, NULL,
	 "send each packet in IP fragments with this much payload"},
	{"skip-first", NULL, LAB_FLAG, AT(skip_first), 0, 0, NULL, "omit the first fragments"},
	{"vlan", "ID", LAB_NUMBER, AT(vlan), 1, 4094, NULL, "802.1Q tag"},
	{"qinq", "ID", LAB_NUMBER, AT(qinq), 1, 4094, NULL, "802.1ad tag in front of it"},
	{"pppoe", "SESSION", LAB_NUMBER, AT(pppoe), 1, 65535, NULL, "PPPoE session header"},
	{"options", NULL, LAB_FLAG, AT(ip_options), 0, 0, NULL, "with IPv4 options"},
	{"exthdr", NULL, LAB_FLAG, AT(extensions), 0, 0, NULL,
	 "with IPv6 hop-by-hop and destination options"},
	{"seq-start", "N", LAB_NUMBER, AT(first_sequence), 0, U32, NULL,
	 "first sequence number of each SA (1)"},
	{"swap", "N", LAB_NUMBER, AT(swap), 1, U32, NULL,
	 "every Nth group of packets of each SA and CPU is sent backwards"},
	{"swap-size", "N", LAB_NUMBER, AT(swap_size), 2, U32, NULL, "packets of such a group (2)"},
	{"duplicate", "N", LAB_NUMBER, AT(duplicate), 2, U32, NULL,
	 "every Nth packet of each SA and CPU repeats the numbers of the one before"},
	{"seed", "N", LAB_NUMBER, AT(seed), 0, U32, NULL, "of all that is random (1)"},
	{"sender", "N", LAB_NUMBER, AT(sender), 0, 65535, NULL,
	 "index of the first CPU as a sender (0)"},
	{"nice", "N", LAB_SIGNED, AT(nice), -20, 19, NULL, "niceness of the senders (0)"},
	{"mode", "auto|live|packet", LAB_CHOICE, AT(mode), 0, 0, NULL,
	 "live XDP frames, or a packet socket, which leaves the CPU alone between packets"},
	{"json", NULL, LAB_FLAG, AT(json), 0, 0, NULL, "print the result as JSON"},
	{},
};

static void print_result(const struct plan_result *r, bool json)
{
	double pps = r->seconds > 0 ? r->packets / r->seconds : 0;

	if (json)
		printf("{\"sent\":%llu,\"seconds\":%.6f,\"pps\":%.0f,"
		       "\"frames\":%llu,\"lost\":%llu,\"behind\":%.6f}\n",
		       r->packets, r->seconds, pps, r->frames, r->lost, r->behind);
	else
		printf("sent %llu packets in %.3f s, %.0f a second (%llu frames, %llu lost, "
		       "%.3f s behind)\n",
		       r->packets, r->seconds, pps, r->frames, r->lost, r->behind);
}

/* Waiting for the next packet without a busy CPU is worth more than the kernel's fast path then. */
static bool slow(const struct plan *p)
{
	return p->pps && p->pps <= 20000ULL * p->run.senders;
}

static int send_plan(const struct plan *p, const struct plan_options *o)
{
	struct plan_result result = {};
	int err;

	if (o->mode == LAB_PACKET || (o->mode == LAB_AUTO && slow(p)))
		err = packet_send(p, &result);
	else
		err = live_send(p, &result);
	if (err) {
		fprintf(stderr, "espgen: sending out of %s: %s\n", o->device, strerror(-err));
		return 1;
	}
	print_result(&result, o->json);
	if (!result.failed)
		return 0;
	fprintf(stderr,
		"espgen: sending out of %s: %llu frames refused; its peer needs GRO or XDP\n",
		o->device, result.failed);
	return 1;
}

int main(int argc, char **argv)
{
	struct plan_options options = {
		.device = "ea",
		.src = "192.0.2.1",
		.dst = "192.0.2.2",
		.rates = "equal",
		.source_mac = "02:00:00:00:00:0a",
		.destination_mac = "02:00:00:00:00:0b",
		.sas = 1,
		.spi = 0x1000,
		.pairs = 1,
		.size = 100,
		.burst = 32,
		.swap_size = 2,
		.first_sequence = 1,
		.seed = 1,
	};
	struct plan plan = {};
	int status;

	status = lab_options(table, "Sends ESP of many SAs out of a device by live XDP frames.",
			     argc, argv, &options);
	if (status)
		return status < 0 ? 2 : 0;
	if (plan_make(&plan, &options) || frames_make(&plan, &options))
		status = 2;
	else
		status = send_plan(&plan, &options);
	plan_free(&plan);
	return status;
}
