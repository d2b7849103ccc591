// SPDX-License-Identifier: GPL-2.0-only
/* Generates ESP and what belongs to it. */
#include <stdio.h>
#include <string.h>
#include "cli/tool.h"
#include "plan.h"

#define AT(member) .offset = offsetof(struct plan_options, member)

static const char *const kinds[] = {"esp", "ah", "ike", "ike-natt", "keepalive", "udp", NULL};
static const char *const encaps[] = {"none", "udp", "mix", NULL};
static const char *const modes[] = {"auto", "live", "packet", NULL};

static const struct option_row rows[] = {
	{"dev", "NAME", OPTION_STRING, AT(device), .help = "send out of this device (ea)"},
	{"src", "ADDRESS", OPTION_STRING, AT(src), .help = "first source address (192.0.2.1)"},
	{"dst", "ADDRESS", OPTION_STRING, AT(dst), .help = "destination address (192.0.2.2)"},
	{"pairs", "N", OPTION_LARGE, AT(pairs), .least = 1, .most = 65536,
	 .help = "consecutive source addresses"},
	{"smac", "MAC", OPTION_STRING, AT(source_mac), .help = "(02:00:00:00:00:0a)"},
	{"dmac", "MAC", OPTION_STRING, AT(destination_mac), .help = "(02:00:00:00:00:0b)"},
	{"kind", "esp|ah|ike|ike-natt|keepalive|udp", OPTION_CHOICE, AT(kind), .choices = kinds,
	 .help = "what to send (esp); udp is anything else in UDP"},
	{"sas", "N", OPTION_LARGE, AT(sas), .least = 1, .most = 65536, .help = "number of SAs"},
	{"spi", "FIRST", OPTION_LARGE, AT(spi), .least = 1, .most = UINT32_MAX,
	 .help = "SPIs count up from here"},
	{"spi-list", "FILE", OPTION_STRING, AT(spi_list), .help = "SPIs, one a line, instead"},
	{"encap", "none|udp|mix", OPTION_CHOICE, AT(encap), .choices = encaps,
	 .help = "ESP in UDP; mix: every second SA (none)"},
	{"sport", "PORT", OPTION_LARGE, AT(sport), .least = 1, .most = 65535,
	 .help = "UDP source port (4500; ike: 500)"},
	{"dport", "PORT", OPTION_LARGE, AT(dport), .least = 1, .most = 65535,
	 .help = "UDP destination port (the same)"},
	{"size", "BYTES", OPTION_LARGE, AT(size), .least = 20, .most = 9000,
	 .help = "length of the IP packet"},
	{"rates", "equal|zipf:S", OPTION_STRING, AT(rates),
	 .help = "rates of the SAs: in turn, or at random by Zipf's law"},
	{"count", "N", OPTION_LARGE, AT(count), .least = 1, .most = INT64_MAX,
	 .help = "packets of all CPUs together"},
	{"seconds", "S", OPTION_SECONDS, AT(time_ns), .help = "how long to send"},
	{"pps", "RATE", OPTION_LARGE, AT(pps), .most = 100000000,
	 .help = "packets a second of all CPUs together (0: as fast as it goes)"},
	{"burst", "N", OPTION_LARGE, AT(burst), .least = 1, .most = 1000000,
	 .help = "packets sent at once to catch up, not more"},
	{"cpus", "LIST", OPTION_STRING, AT(cpus), .help = "one sender on each (the first allowed)"},
	{"flood", NULL, OPTION_FLAG, AT(flood), .help = "random SPIs from 0x80000000 on"},
	{"flood-rising", "K", OPTION_LARGE, AT(rising), .least = 1, .most = UINT32_MAX,
	 .help = "a flood with K packets of each SPI, numbered upwards"},
	{"fragment", "BYTES", OPTION_LARGE, AT(fragment), .least = 56, .most = 8192,
	 .help = "send each packet in IP fragments with this much payload"},
	{"skip-first", NULL, OPTION_FLAG, AT(skip_first), .help = "omit the first fragments"},
	{"vlan", "ID", OPTION_LARGE, AT(vlan), .least = 1, .most = 4094, .help = "802.1Q tag"},
	{"qinq", "ID", OPTION_LARGE, AT(qinq), .least = 1, .most = 4094,
	 .help = "802.1ad tag in front of it"},
	{"pppoe", "SESSION", OPTION_LARGE, AT(pppoe), .least = 1, .most = 65535,
	 .help = "PPPoE session header"},
	{"options", NULL, OPTION_FLAG, AT(ip_options), .help = "with IPv4 options"},
	{"exthdr", NULL, OPTION_FLAG, AT(extensions),
	 .help = "with IPv6 hop-by-hop and destination options"},
	{"seq-start", "N", OPTION_LARGE, AT(first_sequence), .most = UINT32_MAX,
	 .help = "first sequence number of each SA"},
	{"swap", "N", OPTION_LARGE, AT(swap), .least = 1, .most = UINT32_MAX,
	 .help = "every Nth group of packets of each SA and CPU is sent backwards"},
	{"swap-size", "N", OPTION_LARGE, AT(swap_size), .least = 2, .most = UINT32_MAX,
	 .help = "packets of such a group"},
	{"duplicate", "N", OPTION_LARGE, AT(duplicate), .least = 2, .most = UINT32_MAX,
	 .help = "every Nth packet of each SA and CPU repeats the numbers of the one before"},
	{"seed", "N", OPTION_LARGE, AT(seed), .most = UINT32_MAX, .help = "of all that is random"},
	{"sender", "N", OPTION_LARGE, AT(sender), .most = 65535,
	 .help = "index of the first CPU as a sender"},
	{"nice", "N", OPTION_NUMBER, AT(nice), .least = -20, .most = 19,
	 .help = "niceness of the senders"},
	{"mode", "auto|live|packet", OPTION_CHOICE, AT(mode), .choices = modes,
	 .help = "live XDP frames, or a packet socket, which leaves the CPU alone between packets"},
	{"json", NULL, OPTION_FLAG, AT(json), .help = "print the result as JSON"},
	{0},
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

	status = tool_options(rows, "Sends ESP of many SAs out of a device by live XDP frames.",
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
