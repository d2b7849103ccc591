// SPDX-License-Identifier: GPL-2.0-only
// What a steered interface needs of its driver, and of programs that are there already.
#include "steer/needs.h"
#include "needs_fixture.h"

#include <errno.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum needs_verdict worst(const struct nic_facts *facts)
{
	needs_report_free(&last);
	assert_int_equal(needs_check(facts, &last), 0);
	return needs_worst(&last);
}

static void healthy_nics_are_taken(void **state)
{
	static const char *const quiet[] = {"sfc"}, *const warned[] = {
							    "mlx5_core",  "ice",  "igc", "bnxt_en",
							    "virtio_net", "veth", "tun", "gve"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		facts = nic(quiet[i]);
		assert_int_equal(worst(&facts), NEEDS_OK);
	}
	for (i = 0; i < sizeof(warned) / sizeof(warned[0]); i++) {
		facts = nic(warned[i]);
		assert_int_equal(worst(&facts), NEEDS_WARN);
	}
	/* a driver that we do not know, but the kernel does */
	facts = nic("brandnew");
	assert_int_equal(worst(&facts), NEEDS_OK);
}

static void drivers_that_drop_are_refused(void **state)
{
	static const char *const liars[] = {"nfp", "ixgbevf", "nicvf"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(liars) / sizeof(liars[0]); i++) {
		/* whatever the kernel says: nfp sets the redirect bit */
		facts = nic(liars[i]);
		assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "drops every packet");
		assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, liars[i]);
	}
}

static void drivers_without_redirect_are_refused(void **state)
{
	static const char *const without[] = {"iavf", "igbvf", "hns3", "enic", "rvu_nicvf"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		facts = nic(without[i]);
		facts.xdp.features = 0;
		assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "does not redirect natively");
		facts.xdp.err = -ENOENT;
		assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "no native XDP");
	}
	facts = nic("brandnew");
	facts.xdp.features = NETDEV_XDP_BASIC;
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "0x1");
	/* a newer kernel may have taught a driver what ours could not: the kernel wins */
	facts = nic("iavf");
	assert_null(find(&facts, NEEDS_DRIVER));
}

static void old_kernels_leave_it_to_the_list(void **state)
{
	struct nic_facts facts = nic("ice");

	facts.xdp.features = 0;
	facts.xdp.err = -ENOENT;
	assert_null(find(&facts, NEEDS_DRIVER));
	strcpy(facts.driver, "brandnew");
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "nothing tells");
	facts.driver[0] = 0;
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "(unknown)");
}

static void hidden_features_are_waited_for(void **state)
{
	struct nic_facts facts = nic("mlx5_core");

	facts.xdp.features = 0;
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "0x0");
	facts.lro = SWITCH_ON;
	assert_null(find(&facts, NEEDS_DRIVER));
	facts.lro = SWITCH_OFF;
	facts.gro_hw = SWITCH_ON;
	assert_null(find(&facts, NEEDS_DRIVER));
	facts = nic("ena");
	facts.xdp.features = 0;
	facts.channels = (struct nic_channels){.max_combined = 8, .combined = 8};
	assert_null(find(&facts, NEEDS_DRIVER));
	facts.channels.combined = 4;
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "a free queue");
	/* LRO does not hide anything there */
	facts = nic("gve");
	facts.xdp.features = 0;
	facts.lro = SWITCH_ON;
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "GQI_QPL");
	facts = nic("veth");
	facts.xdp.features = 0;
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "numrxqueues");
}

static void foreign_programs_are_named(void **state)
{
	struct nic_facts facts = nic("ice");

	facts.link.xdp_mode = LINK_XDP_NATIVE;
	facts.link.xdp_id[0] = 77;
	strcpy(facts.prog_name, "firewall");
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "native, id 77 named firewall");
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "ip link set dev eth0 xdpdrv off");
	facts.link.xdp_mode = LINK_XDP_GENERIC;
	facts.link.xdp_id[0] = 0;
	facts.link.xdp_id[1] = 78;
	facts.prog_name[0] = 0;
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "generic, id 78)");
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "xdpgeneric off");
}

static void our_program_is_welcome(void **state)
{
	struct nic_facts facts = nic("ice");

	facts.link.xdp_mode = LINK_XDP_NATIVE;
	facts.link.xdp_id[0] = 77;
	facts.own_prog_id = 77;
	assert_null(find(&facts, NEEDS_PROGRAM));
	/* nothing is reset by adopting, and a reason to refuse is now one to warn */
	assert_null(find(&facts, NEEDS_RESET));
	facts.link.mtu = 9000;
	facts.frags = false;
	assert_finding(&facts, NEEDS_MTU, NEEDS_WARN, "9000");
	/* a second one beside ours is foreign */
	facts.link.xdp_mode = LINK_XDP_MULTI;
	facts.link.xdp_id[2] = 5;
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_WARN, "offloaded, id 5");
	/* an id of 0 means that none is ours */
	facts = nic("ice");
	facts.link.xdp_mode = LINK_XDP_NATIVE;
	facts.link.xdp_id[0] = 77;
	assert_int_equal(worst(&facts), NEEDS_REFUSE);
}

static void programs_above_are_named(void **state)
{
	struct nic_facts facts = nic("ice");

	strcpy(facts.xdp_upper, "bond0");
	assert_finding(&facts, NEEDS_UPPER, NEEDS_REFUSE, "bond0");
}

/* Which drivers restart when a program is replaced. */
static void the_table_is_as_read(void **state)
{
	static const char *const restarts[] = {
		"mana",		 "rvu_nicpf", "bnxt_en",	"qede", "nicvf",  "fsl_dpa",
		"fsl_dpaa2_eth", "fsl_enetc", "am65-cpsw-nuss", "fec",	"netsec", "vif"};
	unsigned int i, restarting = 0;

	for (const struct xdp_driver *const *driver = xdp_drivers(); *driver; driver++) {
		restarting += (*driver)->restarts_on_replace;
		assert_ptr_equal(xdp_driver_find((*driver)->name), *driver);
	}
	for (i = 0; i < sizeof(restarts) / sizeof(restarts[0]); i++)
		assert_true(xdp_driver_find(restarts[i])->restarts_on_replace);
	assert_int_equal(restarting, sizeof(restarts) / sizeof(restarts[0]));
	assert_null(xdp_driver_find(""));
	assert_null(xdp_driver_find("mlx5"));
}

#define pure(test) cmocka_unit_test_teardown(test, drop_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(healthy_nics_are_taken),
		pure(drivers_that_drop_are_refused),
		pure(drivers_without_redirect_are_refused),
		pure(old_kernels_leave_it_to_the_list),
		pure(hidden_features_are_waited_for),
		pure(foreign_programs_are_named),
		pure(our_program_is_welcome),
		pure(programs_above_are_named),
		pure(the_table_is_as_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
