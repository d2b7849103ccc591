// SPDX-License-Identifier: GPL-2.0-only
// What is said of a steered interface: warnings, lines, long names.
#include "steer/needs.h"
#include "needs_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void resets_are_announced(void **state)
{
	static const char *const resets[] = {"mlx5_core", "ice", "ixgbe",   "igb",
					     "mana",	  "ena", "vmxnet3", "bnxt_en",
					     "rvu_nicpf", "qede"};
	static const char *const quiet[] = {"igc", "hv_netvsc", "sfc", "veth", "virtio_net", "gve"};
	struct nic_facts facts;
	size_t i;

	for (i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
		facts = nic(resets[i]);
		assert_finding(&facts, NEEDS_RESET, NEEDS_WARN, "packets are lost");
	}
	facts = nic("i40e");
	assert_finding(&facts, NEEDS_RESET, NEEDS_WARN, "virtual functions too");
	for (i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		facts = nic(quiet[i]);
		assert_null(find(&facts, NEEDS_RESET));
	}
}

static void the_rest_is_said(void **state)
{
	struct nic_facts facts = nic("virtio_net");

	assert_finding(&facts, NEEDS_FROZEN, NEEDS_WARN, "channels");
	assert_finding(&facts, NEEDS_CHECKSUM, NEEDS_WARN, "tx off");
	facts = nic("veth");
	assert_finding(&facts, NEEDS_CHECKSUM, NEEDS_WARN, "tx off");
	facts = nic("vmxnet3");
	assert_finding(&facts, NEEDS_NOTE, NEEDS_WARN, "bypass XDP");
	facts = nic("ice");
	assert_null(find(&facts, NEEDS_CHECKSUM));
	facts.link.flags = 0;
	assert_finding(&facts, NEEDS_LINK, NEEDS_WARN, "ip link set dev eth0 up");
}

static void lines_read_well(void **state)
{
	struct nic_facts facts = nic("igc");
	char line[NEEDS_TEXT_LEN + 64];
	const struct needs_finding *found;

	facts.lro = SWITCH_ON;
	facts.link.flags = 0;
	found = find(&facts, NEEDS_LRO);
	assert_true(needs_line(&facts, found, line, sizeof(line)) > 0);
	assert_string_equal(line, "eth0: XDP does not go with merged frames: rx-lro on -> off");
	assert_ptr_equal(needs_first(&last, NEEDS_CHANGE), found);
	assert_null(needs_first(&last, NEEDS_REFUSE));
	found = find(&facts, NEEDS_LINK);
	assert_true(needs_line(&facts, found, line, sizeof(line)) > 0);
	assert_string_equal(line,
			    "eth0: it is down; nothing comes in until `ip link set dev eth0 up`");
}

/* The longest names and values must be cut nowhere that matters. */
static void long_names_fit(void **state)
{
	struct nic_queue queue = {.queue = 0};
	struct nic_facts facts = nic("a-driver-name-of-31-characters.");

	strcpy(facts.link.name, "a-name-of-15-ch");
	strcpy(facts.vlan_upper, "vlan-of-15-char");
	strcpy(facts.xdp_upper, "bond-of-15-char");
	strcpy(facts.prog_name, "prog-of-15-char");
	facts.link.xdp_mode = LINK_XDP_NATIVE;
	facts.link.xdp_id[0] = 4294967295u;
	facts.link.mtu = 4294967295u;
	facts.xdp.features = 0;
	facts.rxvlan = SWITCH_FIXED_ON;
	facts.lro = SWITCH_FIXED_ON;
	facts.queue = &queue;
	facts.queues = 1;
	memset(queue.rps_cpus, 'f', sizeof(queue.rps_cpus) - 1);
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "off`");
	assert_finding(&facts, NEEDS_UPPER, NEEDS_REFUSE, "off`");
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "(XDP features 0x0)");
	assert_finding(&facts, NEEDS_VLAN, NEEDS_REFUSE, "needs them");
	assert_string_equal(find(&facts, NEEDS_RPS)->old_value, queue.rps_cpus);
}

#define pure(test) cmocka_unit_test_teardown(test, drop_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(resets_are_announced),
		pure(the_rest_is_said),
		pure(lines_read_well),
		pure(long_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
