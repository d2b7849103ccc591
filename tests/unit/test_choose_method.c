// SPDX-License-Identifier: GPL-2.0-only
// What --method auto means.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include "core/layout.h"
#include "nic/model.h"
#include "steer/choose.h"

static const struct demand usual = {.sas = 100, .cpus = 8};

/* Interfaces of a driver that goes by XDP, and of one that does not; no model of theirs is looked
 * at. */
static struct nic_facts of_driver(const char *driver)
{
	struct nic_facts facts = {
		.link = {.mtu = 1500, .flags = IFF_UP, .num_rx_queues = 8},
		.xdp = {.err = -ENOENT},
		.channels = {.max_combined = 64, .combined = 8},
	};

	strcpy(facts.driver, driver);
	claims_ask_nothing(&facts.claims);
	return facts;
}

/* A NIC that does nothing of itself, with XDP: what most are. */
static struct nic_facts plain(void)
{
	return of_driver("ixgbe");
}

static void chosen(const struct nic_facts *facts, const struct demand *demand, const char *wanted,
		   const char *because)
{
	char why[1024];

	assert_string_equal(choose_method(facts, demand, why, sizeof(why))->name, wanted);
	if (!strstr(why, because))
		fail_msg("not in \"%s\": \"%s\"", why, because);
	assert_true(why[strlen(why) - 1] != '.');
}

static void rss_first(void **state)
{
	struct nic_facts facts = plain();
	struct demand demand = usual;

	facts.seen = (struct nic_seen){.measured = true, .plain = true};
	facts.model = model_find("iavf");
	facts.claims.max_rules = 1000;
	chosen(&facts, &demand, "rss", "separates SAs by SPI and has 8 queues for 8 CPUs");
	facts.channels.combined = 4;
	facts.model = NULL;
	chosen(&facts, &demand, "xdp", "fewer queues than there are CPUs");
	facts.channels.combined = 16;
	demand.sas_udp = 1;
	chosen(&facts, &demand, "xdp", "but not those of ESP-in-UDP");
	facts.seen.udp = true;
	chosen(&facts, &demand, "rss", "");
}

static void ntuple_next(void **state)
{
	struct nic_facts facts = plain();
	struct demand demand = usual;

	facts.model = model_find("gve"); /* its rules match no ESP in UDP */
	facts.claims.max_rules = 200;
	chosen(&facts, &demand, "ntuple", "holds 200 rules by SPI, enough for 100 SAs twice over");
	demand.sas = 101; /* a rekey would not fit */
	chosen(&facts, &demand, "xdp", "too few to hold all SAs twice over");
	demand.sas = 10;
	demand.sas_udp = 1;
	chosen(&facts, &demand, "xdp", "none that match ESP-in-UDP");
	facts.model = model_find("iavf");
	chosen(&facts, &demand, "ntuple", "");
	facts.model = model_find("mlx5"); /* it counts rules, but none of them is by SPI */
	chosen(&facts, &demand, "xdp", "");
}

static void xdp_then_rps(void **state)
{
	struct nic_facts facts = plain();

	chosen(&facts, &usual, "xdp", "ixgbe redirects in native XDP");
	facts = of_driver("");
	facts.xdp = (struct netdev_xdp){.features = NETDEV_XDP_BASIC | NETDEV_XDP_REDIRECT};
	chosen(&facts, &usual, "xdp", "this driver redirects in native XDP");
	facts = of_driver("iavf");
	chosen(&facts, &usual, "rps", "method xdp will not do: driver iavf has no native XDP");
	strcpy(facts.no_dissector, "another flow dissector is attached");
	chosen(&facts, &usual, "rps-plain", "and another flow dissector is attached");
	facts = of_driver("airoha_eth"); /* where nothing will do, xdp tells why */
	facts.model = model_find("airoha");
	chosen(&facts, &usual, "xdp", "hides the SPI from the kernel");
}

/* What was asked for and cannot be had is done as well as it can be. */
static void instead_of_rps(void **state)
{
	const struct method *rps = method_find("rps");
	struct nic_facts facts = of_driver("iavf");
	char why[1024];

	assert_ptr_equal(choose_asked(rps, &facts, &usual, why, sizeof(why)), rps);
	assert_string_equal(why, "");
	strcpy(facts.no_dissector, "another flow dissector is attached");
	assert_ptr_equal(choose_asked(rps, &facts, &usual, why, sizeof(why)),
			 method_find("rps-plain"));
	assert_string_equal(why, facts.no_dissector);
	facts.model = model_find("airoha"); /* neither would do: the one asked for says why */
	assert_ptr_equal(choose_asked(rps, &facts, &usual, why, sizeof(why)), rps);
}

/* What was tried on the NIC and did not do is passed over, and it is said why. */
static void not_what_failed(void **state)
{
	struct nic_facts facts = of_driver("iavf");

	facts.model = model_find("iavf");
	facts.claims.max_rules = 1000;
	chosen(&facts, &usual, "ntuple", "enough for 100 SAs");
	facts.seen = (struct nic_seen){.failed = "ntuple", .why = "the NIC had none of them"};
	chosen(&facts, &usual, "rps", "the NIC had none of them");
	facts.seen = (struct nic_seen){.measured = true, .plain = true, .failed = "rss"};
	chosen(&facts, &usual, "ntuple", "enough for 100 SAs");
}

/* What only a measurement can show is not said to be missing before there was one. */
static void not_measured(void **state)
{
	struct nic_facts facts = of_driver("mlx5_core");

	facts.model = model_find("mlx5");
	assert_true(nic_facts_may_separate(&facts));
	chosen(&facts, &usual, "xdp", "which only a measurement shows");
	facts.seen.measured = true;
	chosen(&facts, &usual, "xdp", "nothing shows that the NIC separates SAs by SPI");
}

/* SAs are counted, and CPUs that take SAs. */
static void demands(void **state)
{
	struct sa sas[] = {{.encap = true}, {.encap = false}, {.encap = true}};
	const struct sad_reading reading = {.sa = sas, .count = 3};
	struct cpu_roles roles = {0};
	struct demand demand;

	CPU_SET(1, &roles.sas);
	CPU_SET(3, &roles.sas);
	CPU_SET(4, &roles.strays);
	demand = demand_of(&reading, &roles);
	assert_int_equal(demand.sas, 3);
	assert_int_equal(demand.sas_udp, 2);
	assert_int_equal(demand.cpus, 2);
}

/* What --method takes are the methods of the table, in its order; each is found by its name. */
static void names(void **state)
{
	size_t n = 0;

	assert_string_equal(method_choices[n], "auto");
	for (; methods[n]; n++) {
		assert_string_equal(method_choices[n + 1], methods[n]->name);
		assert_ptr_equal(method_find(methods[n]->name), methods[n]);
		assert_true(strlen(methods[n]->name) < METHOD_NAME_LEN);
	}
	assert_null(method_choices[n + 1]);
	assert_null(method_find("auto"));
	assert_false(method_has(NULL, METHOD_PLACES));
}

/* Every method can be asked of any facts, and whatever is known one is chosen. */
static void always_one(void **state)
{
	const struct nic_facts nothing = {0};
	const struct demand none = {0};
	char why[1024];

	assert_non_null(choose_method(&nothing, &none, why, sizeof(why)));
	assert_true(*why);
}

static void advice_names_methods_that_do(void **state)
{
	const struct method *any = method_find(method_on_any_nic());
	const struct method *kernel = method_find(method_on_any_driver());

	assert_true(method_has(any, METHOD_PLACES));
	assert_true(method_has(any, METHOD_UDP));
	assert_false(method_has(any, METHOD_RULES));
	assert_non_null(kernel);
	assert_false(method_has(kernel, METHOD_PINNED));
	assert_false(method_has(kernel, METHOD_RULES));
	assert_null(method_with(METHOD_PINNED | METHOD_RULES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss_first),
		cmocka_unit_test(ntuple_next),
		cmocka_unit_test(xdp_then_rps),
		cmocka_unit_test(instead_of_rps),
		cmocka_unit_test(not_what_failed), cmocka_unit_test(not_measured),
		cmocka_unit_test(demands),
		cmocka_unit_test(names),
		cmocka_unit_test(always_one),
		cmocka_unit_test(advice_names_methods_that_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
