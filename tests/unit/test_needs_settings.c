// SPDX-License-Identifier: GPL-2.0-only
// Settings that are changed for a steered interface, or refused where they cannot be.
#include "steer/needs.h"
#include "needs_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void lro_is_switched_off(void **state)
{
	static const char *const drivers[] = {"mlx5_core", "ixgbe",   "hv_netvsc",
					      "gve",	   "vmxnet3", "brandnew"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		facts = nic(drivers[i]);
		facts.lro = SWITCH_ON;
		assert_change(&facts, NEEDS_LRO, UNDO_FEATURE, "rx-lro", "on", "off");
		facts.lro = SWITCH_OFF;
		assert_null(find(&facts, NEEDS_LRO));
	}
	facts = nic("gve");
	facts.lro = SWITCH_FIXED_ON;
	assert_finding(&facts, NEEDS_LRO, NEEDS_REFUSE, "cannot be switched off");
	facts = nic("vmxnet3");
	facts.lro = SWITCH_FIXED_ON;
	assert_finding(&facts, NEEDS_LRO, NEEDS_WARN, "cannot be switched off");
}

static void gro_hw_is_switched_off_where_it_must(void **state)
{
	struct nic_facts facts = nic("gve");

	facts.gro_hw = SWITCH_ON;
	assert_change(&facts, NEEDS_GRO_HW, UNDO_FEATURE, "rx-gro-hw", "on", "off");
	facts = nic("mlx5_core");
	facts.gro_hw = SWITCH_ON;
	assert_change(&facts, NEEDS_GRO_HW, UNDO_FEATURE, "rx-gro-hw", "on", "off");
	facts.gro_hw = SWITCH_FIXED_ON;
	assert_finding(&facts, NEEDS_GRO_HW, NEEDS_REFUSE, "rx-gro-hw");
	/* bnxt, qede and virtio do it themselves, and undo it */
	facts = nic("bnxt_en");
	facts.gro_hw = SWITCH_ON;
	assert_null(find(&facts, NEEDS_GRO_HW));
}

static void legacy_rx_is_switched_off(void **state)
{
	static const char *const drivers[] = {"i40e", "ice", "ixgbe", "igb"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		facts = nic(drivers[i]);
		facts.legacy_rx = SWITCH_ON;
		assert_change(&facts, NEEDS_LEGACY_RX, UNDO_FLAG, "legacy-rx", "on", "off");
	}
	/* igc keeps its headroom */
	facts = nic("igc");
	facts.legacy_rx = SWITCH_ON;
	assert_null(find(&facts, NEEDS_LEGACY_RX));
}

static void vlan_tags_are_kept(void **state)
{
	static const char *const drivers[] = {"mlx5_core", "ice",     "i40e",	 "igb",
					      "vmxnet3",   "bnxt_en", "brandnew"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		facts = nic(drivers[i]);
		facts.rxvlan = SWITCH_ON;
		assert_null(find(&facts, NEEDS_VLAN));
		strcpy(facts.vlan_upper, "eth0.100");
		assert_change(&facts, NEEDS_VLAN, UNDO_FEATURE, "rx-vlan-hw-parse", "on", "off");
		assert_finding(&facts, NEEDS_VLAN, NEEDS_CHANGE, "eth0.100");
		facts.rxvlan = SWITCH_OFF;
		facts.rxvlan_stag = SWITCH_ON;
		assert_change(&facts, NEEDS_VLAN, UNDO_FEATURE, "rx-vlan-stag-hw-parse", "on",
			      "off");
		facts.rxvlan_stag = SWITCH_OFF;
		assert_null(find(&facts, NEEDS_VLAN));
		facts.rxvlan = SWITCH_FIXED_ON;
		assert_finding(&facts, NEEDS_VLAN, NEEDS_REFUSE, "eth0.100");
	}
	/* these never strip */
	for (i = 0; i < 2; i++) {
		facts = nic(i ? "sfc" : "ena");
		facts.rxvlan = SWITCH_ON;
		strcpy(facts.vlan_upper, "eth0.100");
		assert_null(find(&facts, NEEDS_VLAN));
	}
}

static void stripping_that_cannot_stop_is_refused(void **state)
{
	static const char *const drivers[] = {"mana", "hv_netvsc", "qede"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		facts = nic(drivers[i]);
		facts.rxvlan = SWITCH_FIXED_ON;
		assert_null(find(&facts, NEEDS_VLAN));
		strcpy(facts.vlan_upper, "eth0.100");
		assert_finding(&facts, NEEDS_VLAN, NEEDS_REFUSE, "cannot stop");
		/* also when ethtool did not answer */
		facts.rxvlan = SWITCH_UNKNOWN;
		assert_finding(&facts, NEEDS_VLAN, NEEDS_REFUSE, "cannot stop");
	}
	facts = nic("veth");
	facts.rxvlan = SWITCH_ON;
	strcpy(facts.vlan_upper, "eth0.100");
	assert_finding(&facts, NEEDS_VLAN, NEEDS_REFUSE, "beside the packet");
}

static void channels_are_halved(void **state)
{
	struct nic_facts facts = nic("ena");

	facts.channels = (struct nic_channels){.max_combined = 8, .combined = 8, .max_other = 1};
	assert_change(&facts, NEEDS_CHANNELS, UNDO_CHANNELS, "channels",
		      "rx 0 tx 0 other 0 combined 8", "rx 0 tx 0 other 0 combined 4");
	facts.channels.combined = 5;
	assert_int_equal(find(&facts, NEEDS_CHANNELS)->verdict, NEEDS_CHANGE);
	facts.channels.combined = 4;
	assert_null(find(&facts, NEEDS_CHANNELS));
	facts.channels.max_combined = facts.channels.combined = 1;
	assert_finding(&facts, NEEDS_CHANNELS, NEEDS_REFUSE, "no queue to spare");
	facts.channels.err = -EOPNOTSUPP;
	assert_null(find(&facts, NEEDS_CHANNELS));

	facts = nic("gve");
	facts.channels = (struct nic_channels){.max_rx = 16, .max_tx = 16, .rx = 8, .tx = 8};
	assert_null(find(&facts, NEEDS_CHANNELS));
	facts.channels.rx = 16;
	assert_change(&facts, NEEDS_CHANNELS, UNDO_CHANNELS, "channels",
		      "rx 16 tx 8 other 0 combined 0", "rx 8 tx 8 other 0 combined 0");
	facts.channels.tx = 16;
	assert_change(&facts, NEEDS_CHANNELS, UNDO_CHANNELS, "channels",
		      "rx 16 tx 16 other 0 combined 0", "rx 8 tx 8 other 0 combined 0");
}

static void channels_are_combined(void **state)
{
	struct nic_facts facts = nic("bnxt_en");

	facts.channels = (struct nic_channels){.max_combined = 8, .combined = 8};
	assert_null(find(&facts, NEEDS_CHANNELS));
	facts.channels.combined = 0;
	facts.channels.rx = 6;
	facts.channels.tx = 2;
	assert_change(&facts, NEEDS_CHANNELS, UNDO_CHANNELS, "channels",
		      "rx 6 tx 2 other 0 combined 0", "rx 0 tx 0 other 0 combined 6");
	facts.channels.max_combined = 0;
	assert_finding(&facts, NEEDS_CHANNELS, NEEDS_REFUSE, "no queue to spare");
}

static void rps_is_cleared(void **state)
{
	struct nic_queue queue[2] = {{.queue = 0, .rps_cpus = "3"}, {.queue = 1, .rps_cpus = "f"}};
	struct nic_facts facts = nic("ice");

	assert_null(find(&facts, NEEDS_RPS));
	/* only rx-0: packets from a ring have no queue */
	facts.queue = queue;
	facts.queues = 2;
	assert_change(&facts, NEEDS_RPS, UNDO_QUEUE, "rx-0/rps_cpus", "3", "0");
	/* the flow table alone does it too */
	strcpy(queue[0].rps_cpus, "0");
	queue[0].rps_flow_cnt = 4096;
	assert_change(&facts, NEEDS_RPS, UNDO_QUEUE, "rx-0/rps_flow_cnt", "4096", "0");
	facts.queue = queue + 1;
	facts.queues = 1;
	assert_null(find(&facts, NEEDS_RPS));
	facts.queues = 0;
	facts.rps_err = -EPERM;
	assert_finding(&facts, NEEDS_RPS, NEEDS_WARN, "rx-0/rps_cpus");
}

#define pure(test) cmocka_unit_test_teardown(test, drop_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(lro_is_switched_off),
		pure(gro_hw_is_switched_off_where_it_must),
		pure(legacy_rx_is_switched_off),
		pure(vlan_tags_are_kept),
		pure(stripping_that_cannot_stop_is_refused),
		pure(channels_are_halved),
		pure(channels_are_combined),
		pure(rps_is_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
