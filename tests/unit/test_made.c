// SPDX-License-Identifier: GPL-2.0-only
// trace/made.h: made-up traffic is what its options say.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <errno.h>
#include <cmocka.h>
#include "trace/made.h"

enum { MAX = 1200000 };

struct got {
	size_t n;
	__u64 last_ns;
	__u64 digest; /* of all packets in their order */
	struct trace_packet packet[MAX];
};

static void keep(void *arg, const struct trace_packet *packet)
{
	const __u8 *bytes = (const void *)packet;
	struct got *got = arg;

	assert_true(got->n < MAX);
	got->packet[got->n++] = *packet;
	assert_true(got->n == 1 || packet->ns >= got->last_ns);
	got->last_ns = packet->ns;
	for (size_t i = 0; i < sizeof(*packet); i++)
		got->digest = (got->digest ^ bytes[i]) * 0x100000001b3ULL;
}

static const struct trace_ops ops = {.packet = keep};

static struct made parsed(const char *text)
{
	struct made made = made_defaults();
	char why[256];

	if (made_parse(text, &made, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
	return made;
}

static struct got *make(const char *text)
{
	struct got *got = calloc(1, sizeof(*got));
	struct made made = parsed(text);

	assert_non_null(got);
	assert_int_equal(made_run(&made, &ops, got), 0);
	assert_int_equal(got->n, made.packets);
	return got;
}

static int compare(const void *a, const void *b)
{
	__u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return (x > y) - (x < y);
}

/* How many different values a field of 32 bits has in the first n packets. */
static size_t different(const struct got *got, size_t n, size_t offset)
{
	__u32 *values = calloc(n, sizeof(*values));
	size_t count = n > 0;

	for (size_t i = 0; i < n; i++)
		memcpy(&values[i], (const char *)&got->packet[i].flow + offset, sizeof(*values));
	qsort(values, n, sizeof(*values), compare);
	for (size_t i = 1; i < n; i++)
		count += values[i] != values[i - 1];
	free(values);
	return count;
}

static void the_same_options_give_the_same_packets(void **state)
{
	static const char options[] = "sas=100,zipf=1,encap=mix,ip=mix,packets=10000";
	struct got *a = make(options), *b = make(options);
	struct got *c = make("sas=100,zipf=1,encap=mix,ip=mix,packets=10000,seed=2");

	assert_int_equal(a->digest, b->digest);
	assert_int_not_equal(a->digest, c->digest);
	free(a);
	free(b);
	free(c);
}

static void sas_come_in_turn(void **state)
{
	struct got *got = make("sas=100,pairs=7,packets=1000,size=200");

	assert_int_equal(different(got, 100, offsetof(struct flow, spi)), 100);
	assert_int_equal(different(got, 100, offsetof(struct flow, src)), 7);
	for (size_t i = 0; i < got->n; i++) {
		const struct flow *f = &got->packet[i].flow, *first = &got->packet[i % 100].flow;

		assert_int_equal(f->kind, FLOW_ESP);
		assert_int_equal(f->protocol, IPPROTO_ESP);
		assert_int_equal(f->family, 4);
		assert_int_equal(f->bytes, 200);
		assert_int_equal(f->spi >> 28, 0xc);
		assert_int_equal(f->spi, first->spi);
		assert_int_equal(f->seq, i / 100 + 1);
		assert_memory_equal(f->src, first->src, sizeof(f->src));
		assert_memory_equal(f->src, got->packet[i % 100 % 7].flow.src, sizeof(f->src));
		assert_int_equal(f->dst[0], inet_addr("192.0.2.1"));
		assert_int_equal(f->dst[1] | f->dst[2] | f->dst[3], 0);
		assert_int_equal(f->sport | f->dport, 0);
	}
	free(got);
}

static void many_sas_are_all_different(void **state)
{
	struct got *got = make("sas=1000000,pairs=1000000,packets=1000000");

	assert_int_equal(different(got, 1000000, offsetof(struct flow, spi)), 1000000);
	assert_int_equal(different(got, 1000000, offsetof(struct flow, src)), 1000000);
	free(got);
}

static void ipv6_and_udp(void **state)
{
	struct got *got = make("sas=1000,pairs=1000,packets=1000,ip=6,encap=udp");
	struct in6_addr dst;

	inet_pton(AF_INET6, "2001:db8::1", &dst);
	for (size_t i = 0; i < got->n; i++) {
		const struct flow *f = &got->packet[i].flow;

		assert_int_equal(f->kind, FLOW_ESP_UDP);
		assert_int_equal(f->protocol, IPPROTO_UDP);
		assert_int_equal(f->family, 6);
		assert_int_equal(f->sport, 4500);
		assert_int_equal(f->dport, 4500);
		assert_memory_equal(f->dst, &dst, sizeof(dst));
		assert_memory_not_equal(f->src, &dst, sizeof(dst));
	}
	assert_int_equal(different(got, 1000, offsetof(struct flow, src) + 12), 1000);
	free(got);
}

/* A mix is by SA, about half and half, and its two choices do not depend on each other. */
static void mixes_are_by_sa(void **state)
{
	struct got *got = make("sas=4000,packets=8000,ip=mix,encap=mix");
	int count[2][2] = {{0}};

	for (size_t i = 0; i < got->n; i++) {
		const struct flow *f = &got->packet[i].flow, *first = &got->packet[i % 4000].flow;

		assert_int_equal(f->family, first->family);
		assert_int_equal(f->kind, first->kind);
		count[f->family == 6][f->kind == FLOW_ESP_UDP]++;
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(count[i / 2][i % 2], 1800, 2200);
	free(got);
}

/* Worked out by hand from RFC 4106 and 4303: 40 + 2 bytes padded to 44, SPI, number, IV and ICV. */
static void imix_sizes(void **state)
{
	static const struct {
		const char *options;
		__u32 size[3];
	} cases[] = {
		{"packets=1200000",
		 {20 + 8 + 8 + 44 + 16, 20 + 16 + 580 + 16, 20 + 16 + 1404 + 16}},
		{"packets=1200000,ip=6,encap=udp",
		 {40 + 8 + 16 + 44 + 16, 48 + 16 + 580 + 16, 48 + 16 + 1404 + 16}},
	};

	for (size_t c = 0; c < 2; c++) {
		struct got *got = make(cases[c].options);
		long count[3] = {0};

		for (size_t i = 0; i < got->n; i++) {
			size_t which = 0;

			while (which < 3 && got->packet[i].flow.bytes != cases[c].size[which])
				which++;
			assert_true(which < 3);
			count[which]++;
		}
		assert_in_range(count[0], 697000, 703000);
		assert_in_range(count[1], 397000, 403000);
		assert_in_range(count[2], 98500, 101500);
		free(got);
	}
}

/* SA n has 1/n of what the first has. 1 + 1/2 + ... + 1/100 is 5.18738. */
static void zipf_shares(void **state)
{
	struct got *got = make("sas=100,zipf=1,packets=1000000");
	struct got *order = make("sas=100,packets=100");

	for (size_t sa = 0; sa < 100; sa++) {
		double share = 1 / (double)(sa + 1) / 5.18738, count = 0;

		for (size_t i = 0; i < got->n; i++)
			count += got->packet[i].flow.spi == order->packet[sa].flow.spi;
		/* Six standard deviations. */
		if ((count - share * 1e6) * (count - share * 1e6) > 36 * share * 1e6)
			fail_msg("SA %zu: %g of %g packets", sa, count, share * 1e6);
	}
	free(order);
	free(got);
}

static void packets_are_as_far_apart_as_the_rate_says(void **state)
{
	struct got *got = make("rate=3,packets=10");

	for (size_t i = 0; i < got->n; i++)
		assert_int_equal(got->packet[i].ns, i * 1000000000 / 3);
	free(got);
	got = make("rate=999999937,packets=1000000");
	assert_int_equal(got->packet[999999].ns, 999999ULL * 1000000000 / 999999937);
	free(got);
}

static int stop(void *arg, __u64 done, __u64 all)
{
	assert_int_equal(done, TRACE_PAUSE);
	assert_int_equal(all, 1000000);
	return 3;
}

static void making_pauses_and_stops(void **state)
{
	static const struct trace_ops stopping = {.packet = keep, .pause = stop};
	struct got *got = calloc(1, sizeof(*got));
	struct made made = made_defaults();

	assert_int_equal(made_run(&made, &stopping, got), 3);
	assert_int_equal(got->n, TRACE_PAUSE);
	free(got);
}

static void options_are_read(void **state)
{
	struct made made = parsed("packets=18,encap=mix,sas=3,zipf=1.25,pairs=2,seed="
				  "18446744073709551615,size=imix,ip=6,rate=7");

	assert_int_equal(made.sas, 3);
	assert_int_equal(made.pairs, 2);
	assert_true(made.zipf == 1.25);
	assert_int_equal(made.size, 0);
	assert_int_equal(made.encap, MADE_ENCAP_MIX);
	assert_int_equal(made.ip, MADE_IP_6);
	assert_true(made.seed == UINT64_MAX);
	assert_int_equal(made.packets, 18);
	assert_int_equal(made.rate, 7);
	assert_int_equal(parsed("size=1400").size, 1400);
}

static void wrong_options_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		",",
		"sas",
		"sas=",
		"sas=0",
		"sas=1000001",
		"sas=-1",
		"sas=+1",
		"sas=1x",
		"sas= 1",
		"sas=0x10",
		"sa=1",
		"sas=1,",
		"sas=1,,",
		"zipf=-1",
		"zipf=nan",
		"zipf=inf",
		"zipf=6",
		"size=63",
		"size=65536",
		"size=IMIX",
		"encap=tcp",
		"encap=",
		"ip=5",
		"rate=0",
		"packets=0",
		"packets=1000000000001",
		"seed=18446744073709551616",
		"=1",
		"sas=1 pairs=1",
		"zipf=1.0000000000000000000000000000000000000000005",
		"sas=00000000000000000000000000000000000000000000000000000000000000000000000000064",
	};
	const struct made was = made_defaults();
	char why[256];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct made made = was;

		why[0] = 0;
		if (made_parse(wrong[i], &made, why, sizeof(why)) != -EINVAL || !why[0])
			fail_msg("%s is taken", wrong[i]);
		assert_memory_equal(&made, &was, sizeof(made));
	}
	assert_int_equal(made_parse("packets=5,sas=0", &(struct made){0}, why, sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, "sas=0: not 1 to 1000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_options_give_the_same_packets),
		cmocka_unit_test(sas_come_in_turn),
		cmocka_unit_test(many_sas_are_all_different),
		cmocka_unit_test(ipv6_and_udp),
		cmocka_unit_test(mixes_are_by_sa),
		cmocka_unit_test(imix_sizes),
		cmocka_unit_test(zipf_shares),
		cmocka_unit_test(packets_are_as_far_apart_as_the_rate_says),
		cmocka_unit_test(making_pauses_and_stops),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(wrong_options_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
