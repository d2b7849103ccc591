// SPDX-License-Identifier: GPL-2.0-only
// What spreading could bring: the counters of two readings, the decision, the words.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/gain/print.h"
#include "nic/cpulist.h"
#include "place/gain.h"
#include "printed.h"
#include "sad/reading.h"

/* What the CPUs do in a case; permille. */
struct cpus {
	uint16_t softirq[CPU_SETSIZE];
};

static struct gain decide(const struct gain_sa *sas, size_t n, const char *list,
			  const struct cpus *cpus)
{
	struct gain_facts facts = {.sas = sas, .n = n, .softirq = cpus->softirq};
	struct gain gain;

	assert_int_equal(cpulist_parse(list, &facts.cpus), 0);
	assert_int_equal(gain_decide(&facts, &gain), 0);
	return gain;
}

static void near(double is, double wanted)
{
	assert_true(is > wanted - 0.005 && is < wanted + 0.005);
}

/* SAs of one packet size, so that cost goes by packets; on no CPU that is known. */
static void fill(struct gain_sa *sas, const uint64_t *packets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sas[i] = (struct gain_sa){
			.packets = packets[i], .bytes = packets[i] * 1000, .cpu = -1};
}

static const struct cpus quiet;
static const struct cpus all_on_3 = {.softirq = {[1] = 4, [3] = 900}};

/* The example of the man page: 14 SAs, the heaviest has 31%. */
static void heaviest_bounds(void **state)
{
	static const uint64_t packets[14] = {310, 60, 60, 60, 50, 50, 50,
					     50,  50, 50, 50, 50, 60, 50};
	struct gain_sa sas[14];
	struct gain gain;

	fill(sas, packets, 14);
	gain = decide(sas, 14, "0-7", &all_on_3);
	assert_int_equal(gain.verdict, GAIN_WORTH);
	assert_int_equal(gain.active, 14);
	assert_int_equal(gain.heaviest, 0);
	near(gain.share, 0.31);
	near(gain.best, 0.31);
	near(gain.times, 0.9956 / 0.31);
	assert_true(gain.seen);
	assert_int_equal(gain.busiest, 3);
	assert_int_equal(gain.receiving, 1);
	/* Two CPUs: no part of these SAs is nearer to half. */
	gain = decide(sas, 14, "0-1", &all_on_3);
	near(gain.best, 0.51);
}

/* SAs of equal weight that do not divide evenly: what can be had, not what division says. */
static void whole_sas_only(void **state)
{
	static const uint64_t packets[3] = {100, 100, 100};
	struct gain_sa sas[3];
	struct gain gain;

	fill(sas, packets, 3);
	gain = decide(sas, 3, "0-1", &quiet);
	near(gain.best, 2.0 / 3);
	near(gain.times, 1.5);
	assert_false(gain.seen);
	assert_int_equal(gain.busiest, -1);
}

static void one_sa(void **state)
{
	static const uint64_t packets[3] = {940, 30, 30};
	struct gain_sa sas[3];

	fill(sas, packets, 3);
	assert_int_equal(decide(sas, 3, "0-7", &all_on_3).verdict, GAIN_ONE_SA);
	assert_int_equal(decide(sas, 1, "0-7", &all_on_3).verdict, GAIN_ONE_SA);
	/* Under 1/1.2 of the load: something is left to spread. */
	sas[0].packets = 240;
	sas[0].bytes = 240000;
	assert_int_equal(decide(sas, 3, "0-7", &all_on_3).verdict, GAIN_WORTH);
}

static void nothing_to_spread(void **state)
{
	static const uint64_t packets[4] = {100, 100, 100, 100};
	struct gain_sa sas[4] = {0};

	assert_int_equal(decide(sas, 0, "0-7", &all_on_3).verdict, GAIN_NO_SAS);
	assert_int_equal(decide(sas, 4, "0-7", &all_on_3).verdict, GAIN_NO_TRAFFIC);
	fill(sas, packets, 4);
	assert_int_equal(decide(sas, 4, "5", &all_on_3).verdict, GAIN_ONE_CPU);
}

/* What the NIC decrypts costs no CPU: it neither counts nor hides what does. */
static void hands_off(void **state)
{
	static const uint64_t packets[3] = {5000, 100, 100};
	struct gain_sa sas[3];
	struct gain gain;

	fill(sas, packets, 3);
	sas[0].hands_off = true;
	gain = decide(sas, 3, "0-1", &all_on_3);
	assert_int_equal(gain.verdict, GAIN_WORTH);
	assert_int_equal(gain.hands_off, 1);
	assert_int_equal(gain.packets, 200);
	near(gain.share, 0.5);
	gain = decide(sas, 1, "0-1", &all_on_3);
	assert_int_equal(gain.verdict, GAIN_NO_TRAFFIC);
	assert_int_equal(gain.hands_off, 1);
}

/* Bytes and packets both cost: 10 small packets and 10 large ones are not the same. */
static void packets_and_bytes(void **state)
{
	const struct gain_sa sas[] = {
		{.packets = 10, .bytes = 0, .cpu = -1},
		{.packets = 10, .bytes = 14000, .cpu = -1},
	};
	struct gain gain = decide(sas, 2, "0-1", &quiet);

	assert_int_equal(gain.heaviest, 1);
	near(gain.share, 19.8 / 29.8); /* us */
}

static void spread_already(void **state)
{
	static const uint64_t packets[8] = {100, 100, 100, 100, 100, 100, 100, 100};
	static const struct cpus even = {.softirq = {300, 290, 310, 305}};
	static const struct cpus half = {.softirq = {500, 480}};
	struct gain_sa sas[8];
	struct gain gain;

	fill(sas, packets, 8);
	gain = decide(sas, 8, "0-3", &even);
	assert_int_equal(gain.verdict, GAIN_SPREAD);
	assert_int_equal(gain.receiving, 4);
	near(gain.now, 310.0 / 1205);
	gain = decide(sas, 8, "0-3", &half);
	assert_int_equal(gain.verdict, GAIN_WORTH);
	near(gain.times, 500.0 / 980 * 4);
}

/* Where Espalier steers, the work is not in softirqs: the placement tells. */
static void by_placement(void **state)
{
	static const uint64_t packets[4] = {100, 100, 100, 300};
	struct gain_sa sas[4];
	struct gain gain;

	fill(sas, packets, 4);
	sas[0].cpu = sas[1].cpu = sas[2].cpu = 1;
	sas[3].cpu = 2;
	gain = decide(sas, 4, "1-2", &all_on_3);
	assert_int_equal(gain.verdict, GAIN_SPREAD);
	near(gain.now, 0.5);
	sas[3].cpu = 1;
	gain = decide(sas, 4, "1-2", &all_on_3);
	assert_int_equal(gain.verdict, GAIN_WORTH);
	assert_int_equal(gain.busiest, 1);
	near(gain.times, 2);
	/* Of one it is not known: then of none, for an SA may be on a CPU that we do not see. */
	sas[2].cpu = -1;
	assert_int_equal(decide(sas, 4, "1-2", &all_on_3).busiest, 3);
}

static void many_sas(void **state)
{
	size_t n = 100000;
	struct gain_sa *sas = calloc(n, sizeof(*sas));
	struct gain gain;

	assert_non_null(sas);
	for (size_t i = 0; i < n; i++)
		sas[i] = (struct gain_sa){.packets = i % 7, .bytes = i % 7 * 500, .cpu = -1};
	gain = decide(sas, n, "0-63", &all_on_3);
	assert_int_equal(gain.verdict, GAIN_WORTH);
	near(gain.best, 1.0 / 64);
	free(sas);
}

static void no_cpu(void **state)
{
	const struct gain_facts facts = {.softirq = quiet.softirq};
	struct gain gain;

	assert_int_equal(gain_decide(&facts, &gain), -EINVAL);
}

/* Readings */

static struct sa sa_of(uint32_t spi, uint32_t mark, uint64_t packets)
{
	return (struct sa){
		.id = {.family = AF_INET, .protocol = IPPROTO_ESP, .spi = spi},
		.mark_value = mark,
		.mark_mask = mark ? ~0u : 0,
		.packets = packets,
		.bytes = packets * 100,
	};
}

/* Ordered, as sad_reading_take() leaves them. */
static void carried(void **state)
{
	struct sa then[] = {sa_of(1, 0, 10), sa_of(2, 0, 20), sa_of(2, 5, 30), sa_of(9, 0, 40)};
	struct sa now[] = {sa_of(1, 0, 10), sa_of(2, 0, 25), sa_of(2, 5, 37), sa_of(3, 0, 4),
			   sa_of(9, 0, 2)};
	static const uint64_t wanted[] = {0, 5, 7, 4 /* new */, 2 /* made anew */};
	const struct sad_reading before = {then, 4}, none = {0};
	struct sad_reading after = {now, 5};

	sad_reading_since(&after, &before);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(now[i].packets, wanted[i]);
		assert_int_equal(now[i].bytes, wanted[i] * 100);
	}
	sad_reading_since(&after, &none);
	assert_int_equal(now[2].packets, 7);
}

static void ignore(void *arg, const struct sa *sa)
{
}

static void taken_in_order(void **state)
{
	static const struct sad_ops ops = {.added = ignore, .removed = ignore};
	struct sad *sad = sad_new(&ops, NULL);
	struct sa sas[] = {sa_of(7, 0, 1), sa_of(3, 0, 2), sa_of(0x10000, 0, 3), sa_of(5, 0, 4)};
	struct sad_reading reading, again;

	assert_non_null(sad);
	assert_int_equal(sad_set_file(sad, sas, 4), 0);
	assert_int_equal(sad_reading_take(sad, &reading), 0);
	assert_int_equal(sad_reading_take(sad, &again), 0);
	assert_int_equal(reading.count, 4);
	sad_reading_since(&reading, &again);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(reading.sa[i].packets, 0);
	sad_reading_free(&reading);
	sad_reading_free(&again);
	sad_close(sad);
}

/* Words */

static char *print(const struct gain_report *report, bool json)
{
	struct printed printed;

	printed_begin(&printed, json);
	gain_print(printed.out, report);
	return printed_end(&printed);
}

/* The sentence of a report, whatever its lines. */
static void says(const struct gain_report *report, const char *words)
{
	char *text = print(report, false);

	for (char *at = text; *at; at++)
		if (*at == '\n')
			*at = ' ';
	if (!strstr(text, words))
		fail_msg("not in \"%s\": \"%s\"", text, words);
	free(text);
}

static void in_words(void **state)
{
	struct sa heavy = sa_of(0xabcd, 0, 1);
	struct gain_report report = {
		.seconds = 3,
		.sas = 14,
		.gain = {.verdict = GAIN_WORTH,
			 .active = 14,
			 .packets = 1000,
			 .share = 0.31,
			 .times = 3.2,
			 .now = 0.99,
			 .seen = true,
			 .busiest = 3},
		.heaviest = &heavy,
		.busy = 970,
		.interface = "eth0",
		.method = method_find("xdp"),
		.why = "of a reason",
	};

	inet_pton(AF_INET, "192.0.2.1", heavy.src);
	assert_int_equal(cpulist_parse("0-7", &report.cpus), 0);
	says(&report, "SA 0x0000abcd from 192.0.2.1 has 31% of the load");
	says(&report, "with 8 CPUs (0-7) spreading brings at best 3.2 times");
	says(&report, "now nearly all is on CPU 3, 97% busy");
	says(&report, "Method: xdp, because of a reason.");
	says(&report, "That SA is the bound.");
	says(&report, "'espalier run eth0 --dry-run'");
	report.busy = 100;
	says(&report, "No CPU is near its limit");
	report.gain.verdict = GAIN_ONE_SA;
	report.gain.share = 0.97;
	says(&report, "has 97% of the load: no steering helps");
	says(&report, "RFC 9611");
	report.gain.verdict = GAIN_NO_TRAFFIC;
	report.gain.active = 0;
	says(&report, "None of the 14 inbound SAs carried a packet");
}

static void in_json(void **state)
{
	const struct gain_report report = {.gain = {.verdict = GAIN_NO_SAS, .busiest = -1}};
	char *text = print(&report, true);

	assert_string_equal(text,
			    "{\"version\":1,\"verdict\":\"no-sas\",\"times\":null,"
			    "\"seconds\":0.0000,\"sa_count\":0,\"esp_udp\":0,\"hands_off\":0,"
			    "\"active\":0,\"packets\":0,\"bytes\":0,\"heaviest\":null,"
			    "\"cpus\":[],\"now\":null,\"steered\":false,\"interface\":null,"
			    "\"method\":null,\"why\":null,\"advice\":null,\"stages\":null,\"heavy\":null,\"warnings\":[]}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heaviest_bounds), cmocka_unit_test(whole_sas_only),
		cmocka_unit_test(one_sa),	   cmocka_unit_test(nothing_to_spread),
		cmocka_unit_test(hands_off),	   cmocka_unit_test(packets_and_bytes),
		cmocka_unit_test(spread_already),  cmocka_unit_test(by_placement),
		cmocka_unit_test(many_sas),	   cmocka_unit_test(no_cpu),
		cmocka_unit_test(carried),	   cmocka_unit_test(taken_in_order),
		cmocka_unit_test(in_words),	   cmocka_unit_test(in_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
