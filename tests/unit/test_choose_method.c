// SPDX-License-Identifier: GPL-2.0-only
// What --method auto means.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "place/choose_method.h"

/* A NIC that does nothing of itself, with XDP: what most are. */
static struct choose_method_facts plain(void)
{
	return (struct choose_method_facts){
		.driver = "ixgbe", .sas = 100, .cpus = 8, .queues = 8, .xdp = true};
}

static void chosen(const struct choose_method_facts *facts, enum method_kind wanted,
		   const char *because)
{
	char why[512];

	assert_int_equal(choose_method(facts, why, sizeof(why)), wanted);
	if (!strstr(why, because))
		fail_msg("not in \"%s\": \"%s\"", why, because);
	assert_true(why[strlen(why) - 1] != '.');
}

static void rss_first(void **state)
{
	struct choose_method_facts facts = plain();

	facts.separates = true;
	facts.rules = 1000;
	chosen(&facts, METHOD_RSS, "separates SAs by SPI and has 8 queues for 8 CPUs");
	facts.queues = 4;
	facts.rules = 0;
	chosen(&facts, METHOD_XDP, "fewer queues than there are CPUs");
	facts.queues = 16;
	facts.sas_udp = 1;
	chosen(&facts, METHOD_XDP, "but not those of ESP-in-UDP");
	facts.separates_udp = true;
	chosen(&facts, METHOD_RSS, "");
}

static void ntuple_next(void **state)
{
	struct choose_method_facts facts = plain();

	facts.rules = 200;
	chosen(&facts, METHOD_NTUPLE, "holds 200 rules by SPI, enough for 100 SAs twice over");
	facts.sas = 101; /* a rekey would not fit */
	chosen(&facts, METHOD_XDP, "too few to hold all SAs twice over");
	facts.sas = 10;
	facts.sas_udp = 1;
	chosen(&facts, METHOD_XDP, "none that match ESP-in-UDP");
	facts.rules_udp = true;
	chosen(&facts, METHOD_NTUPLE, "");
}

static void xdp_then_rps(void **state)
{
	struct choose_method_facts facts = plain();

	chosen(&facts, METHOD_XDP, "ixgbe redirects in native XDP");
	facts.driver = "";
	chosen(&facts, METHOD_XDP, "this driver redirects in native XDP");
	facts.xdp = false;
	facts.xdp_why = "it has none; use another";
	chosen(&facts, METHOD_RPS, "method xdp will not do: it has none; use another");
}

static void names(void **state)
{
	assert_string_equal(method_name(METHOD_RSS), "rss");
	assert_string_equal(method_name(METHOD_NTUPLE), "ntuple");
	assert_string_equal(method_name(METHOD_XDP), "xdp");
	assert_string_equal(method_name(METHOD_RPS), "rps");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss_first),
		cmocka_unit_test(ntuple_next),
		cmocka_unit_test(xdp_then_rps),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
