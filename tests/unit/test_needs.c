/* SPDX-License-Identifier: GPL-2.0-only */
/* What a steered interface needs: one test for each trap, and one gathering from a real device. */
#include "steer/needs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#define REDIRECTS (NETDEV_XDP_BASIC | NETDEV_XDP_REDIRECT)

/* A healthy NIC of a driver: up, MTU 1500, tells that it redirects. */
static struct nic_facts nic(const char *driver)
{
	struct nic_facts facts = {.frags = true};

	strcpy(facts.link.name, "eth0");
	facts.link.ifindex = 2;
	facts.link.mtu = 1500;
	facts.link.flags = IFF_UP | IFF_RUNNING;
	facts.xdp.features = REDIRECTS;
	facts.channels.err = -EOPNOTSUPP;
	snprintf(facts.driver, sizeof(facts.driver), "%s", driver);
	return facts;
}

/* The finding of one check that is no OK; NULL if it found nothing wrong. At most one is expected.
 */
static struct needs_report last;

static int drop_report(void **state)
{
	needs_report_free(&last);
	return 0;
}

static const struct needs_finding *find(const struct nic_facts *facts, enum needs_what what)
{
	const struct needs_finding *found = NULL;
	size_t i;

	needs_report_free(&last);
	assert_int_equal(needs_check(facts, &last), 0);
	for (i = 0; i < last.count; i++) {
		if (last.finding[i].what != what || last.finding[i].verdict == NEEDS_OK)
			continue;
		assert_null(found);
		found = &last.finding[i];
	}
	return found;
}

static void assert_finding(const struct nic_facts *facts, enum needs_what what,
			   enum needs_verdict verdict, const char *says)
{
	const struct needs_finding *found = find(facts, what);

	if (!found)
		fail_msg("nothing found that says \"%s\"", says);
	assert_int_equal(found->verdict, verdict);
	if (!strstr(found->text, says))
		fail_msg("\"%s\" does not say \"%s\"", found->text, says);
}

static void assert_change(const struct nic_facts *facts, enum needs_what what, enum undo_kind kind,
			  const char *knob, const char *old, const char *new)
{
	const struct needs_finding *found = find(facts, what);

	assert_non_null(found);
	assert_int_equal(found->verdict, NEEDS_CHANGE);
	assert_int_equal(found->kind, kind);
	assert_string_equal(found->knob, knob);
	assert_string_equal(found->old_value, old);
	assert_string_equal(found->new_value, new);
	assert_true(found->text[0]);
}

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
		assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "--generic");
		facts.generic = true;
		assert_null(find(&facts, NEEDS_DRIVER));
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
		assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "--generic");
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
	/* also when we would attach in the other mode */
	facts.generic = true;
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "id 78");
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

static void mtu_limits_are_kept(void **state)
{
	struct nic_facts facts = nic("igc");

	facts.link.mtu = 1501;
	assert_finding(&facts, NEEDS_MTU, NEEDS_REFUSE, "ip link set dev eth0 mtu 1500");
	facts = nic("gve");
	facts.link.mtu = 2032;
	assert_null(find(&facts, NEEDS_MTU));
	facts.link.mtu = 2033;
	assert_finding(&facts, NEEDS_MTU, NEEDS_REFUSE, "2032");
	/* a computed limit is not taken to the byte */
	facts = nic("ena");
	facts.link.mtu = 3498;
	assert_null(find(&facts, NEEDS_MTU));
	facts.link.mtu = 3498 + 64;
	assert_finding(&facts, NEEDS_MTU, NEEDS_WARN, "about 3498");
	facts.link.mtu = 9001;
	assert_finding(&facts, NEEDS_MTU, NEEDS_REFUSE, "about 3498");
	facts.generic = true;
	assert_null(find(&facts, NEEDS_MTU));
	/* nothing known: the driver will say */
	facts = nic("brandnew");
	facts.link.mtu = 9000;
	assert_null(find(&facts, NEEDS_MTU));
}

static void frags_raise_the_mtu_limit(void **state)
{
	struct nic_facts facts = nic("ice");

	facts.link.mtu = 9000;
	facts.xdp.features = REDIRECTS | NETDEV_XDP_RX_SG;
	assert_null(find(&facts, NEEDS_MTU));
	facts.frags = false;
	assert_finding(&facts, NEEDS_MTU, NEEDS_REFUSE, "3046");
	/* the device says that it takes no frags */
	facts.frags = true;
	facts.xdp.features = REDIRECTS;
	assert_finding(&facts, NEEDS_MTU, NEEDS_REFUSE, "3046");
	/* the kernel does not tell: the driver had frags by 6.12, perhaps not yet here */
	facts.xdp.err = -ENOENT;
	assert_finding(&facts, NEEDS_MTU, NEEDS_WARN, "if attaching fails");
	facts = nic("i40e");
	facts.xdp.features = REDIRECTS | NETDEV_XDP_RX_SG;
	facts.link.mtu = 9702;
	assert_null(find(&facts, NEEDS_MTU));
	facts.link.mtu = 9703;
	assert_finding(&facts, NEEDS_MTU, NEEDS_REFUSE, "9702");
}

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
	/* the kernel does it itself for a generic program */
	facts.generic = true;
	assert_null(find(&facts, NEEDS_LRO));
}

static void gro_hw_is_switched_off_where_it_must(void **state)
{
	struct nic_facts facts = nic("mlx5_core");

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

/* faults.md, A9: mlx5's striding queues at a large MTU. */
static void headers_out_of_sight_are_refused(void **state)
{
	struct nic_facts facts = nic("mlx5_core");

	facts.xdp.features |= NETDEV_XDP_RX_SG;
	facts.link.mtu = 3498;
	assert_null(find(&facts, NEEDS_HEADERS));
	facts.link.mtu = 9000;
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_REFUSE,
		       "ethtool --set-priv-flags eth0 rx_striding_rq off");
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_REFUSE, "at its MTU 9000 driver mlx5_core");
	facts.empty_first = SWITCH_ON;
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_REFUSE, "ip link set dev eth0 mtu 3498");
	/* What is attached stays, and its operator knows. */
	facts.own_prog_id = 7;
	facts.link.xdp_id[1] = 7;
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_WARN, "nothing would be steered");
	facts.pull_data = true;
	assert_null(find(&facts, NEEDS_HEADERS));
	facts.pull_data = false;
	facts.empty_first = SWITCH_OFF;
	assert_null(find(&facts, NEEDS_HEADERS));
	/* Another driver's frames have a head. */
	facts = nic("ice");
	facts.link.mtu = 9000;
	assert_null(find(&facts, NEEDS_HEADERS));
}

static void virtual_functions_are_refused_on_ixgbe(void **state)
{
	struct nic_facts facts = nic("ixgbe");

	facts.numvfs = 4;
	assert_finding(&facts, NEEDS_SRIOV, NEEDS_REFUSE, "sriov_numvfs");
	facts = nic("ice");
	facts.numvfs = 4;
	assert_null(find(&facts, NEEDS_SRIOV));
}

static void virtio_big_mode_is_refused(void **state)
{
	const uint64_t offloads = 1ULL << 2, tso4 = 1ULL << 7, mergeable = 1ULL << 15;
	struct nic_facts facts = nic("virtio_net");

	facts.virtio_known = true;
	assert_null(find(&facts, NEEDS_VIRTIO));
	facts.virtio_features = offloads | tso4;
	assert_finding(&facts, NEEDS_VIRTIO, NEEDS_REFUSE, "mrg_rxbuf");
	facts.virtio_features |= mergeable;
	assert_null(find(&facts, NEEDS_VIRTIO));
	facts.virtio_features = 0;
	facts.link.mtu = 1501;
	assert_finding(&facts, NEEDS_VIRTIO, NEEDS_REFUSE, "mrg_rxbuf");
	/* offloads that the guest cannot switch off: the attach would fail */
	facts.link.mtu = 1500;
	facts.virtio_features = mergeable | tso4;
	assert_finding(&facts, NEEDS_VIRTIO, NEEDS_REFUSE, "ctrl_guest_offloads");
	facts.virtio_features = mergeable | 1ULL << 1;
	assert_finding(&facts, NEEDS_VIRTIO, NEEDS_REFUSE, "ctrl_guest_offloads");
	facts.virtio_known = false;
	assert_null(find(&facts, NEEDS_VIRTIO));
}

static void vlan_tags_are_kept(void **state)
{
	static const char *const drivers[] = {"mlx5_core", "ice",     "i40e", "igb",
					      "vmxnet3",   "bnxt_en", "sfc",  "brandnew"};
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
		facts.generic = true;
		assert_null(find(&facts, NEEDS_VLAN));
	}
	/* these never strip */
	facts = nic("ena");
	facts.rxvlan = SWITCH_ON;
	strcpy(facts.vlan_upper, "eth0.100");
	assert_null(find(&facts, NEEDS_VLAN));
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
	assert_finding(&facts, NEEDS_VLAN, NEEDS_REFUSE, "--generic");
	facts.generic = true;
	assert_null(find(&facts, NEEDS_VLAN));
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
	/* only rx-0: packets from a native ring have no queue */
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
	/* a generic program's packets keep theirs */
	facts.generic = true;
	assert_change(&facts, NEEDS_RPS, UNDO_QUEUE, "rx-1/rps_cpus", "f", "0");
	facts.queues = 0;
	facts.rps_err = -EPERM;
	assert_finding(&facts, NEEDS_RPS, NEEDS_WARN, "rx-0/rps_cpus");
}

static void resets_are_announced(void **state)
{
	static const char *const resets[] = {"mlx5_core", "ice", "ixgbe",   "igb",
					     "igc",	  "ena", "vmxnet3", "bnxt_en",
					     "rvu_nicpf", "qede"};
	static const char *const quiet[] = {"mana", "hv_netvsc",  "sfc",
					    "veth", "virtio_net", "gve"};
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
	facts.generic = true;
	assert_finding(&facts, NEEDS_GENERIC, NEEDS_WARN, "not moved");
}

/* nic-xdp.md, section 2 and trap 6. */
static void the_table_is_as_read(void **state)
{
	static const char *const meta[] = {"mlx5_core", "ice",	   "i40e",	 "ixgbe", "igb",
					   "igc",	"bnxt_en", "virtio_net", "veth",  "idpf"};
	static const char *const restarts[] = {"igc", "rvu_nicpf", "bnxt_en", "qede", "nicvf"};
	unsigned int i, metas = 0, restarting = 0;

	for (const struct xdp_driver *const *driver = xdp_drivers(); *driver; driver++) {
		metas += (*driver)->has_meta;
		restarting += (*driver)->restarts_on_replace;
		assert_ptr_equal(xdp_driver_find((*driver)->name), *driver);
	}
	for (i = 0; i < sizeof(meta) / sizeof(meta[0]); i++)
		assert_true(xdp_driver_find(meta[i])->has_meta);
	for (i = 0; i < sizeof(restarts) / sizeof(restarts[0]); i++)
		assert_true(xdp_driver_find(restarts[i])->restarts_on_replace);
	assert_int_equal(metas, sizeof(meta) / sizeof(meta[0]));
	assert_int_equal(restarting, sizeof(restarts) / sizeof(restarts[0]));
	assert_null(xdp_driver_find(""));
	assert_null(xdp_driver_find("mlx5"));
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
	struct nic_queue queue = {.queue = 4294967295u};
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
	facts.generic = false;
	memset(queue.rps_cpus, 'f', sizeof(queue.rps_cpus) - 1);
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "off`");
	assert_finding(&facts, NEEDS_UPPER, NEEDS_REFUSE, "off`");
	assert_finding(&facts, NEEDS_DRIVER, NEEDS_REFUSE, "slower");
	assert_finding(&facts, NEEDS_VLAN, NEEDS_REFUSE, "slower");
	facts.generic = true;
	assert_string_equal(find(&facts, NEEDS_RPS)->knob, "rx-4294967295/rps_cpus");
	assert_string_equal(find(&facts, NEEDS_RPS)->old_value, queue.rps_cpus);
}

/* The kernel's own */

static void sh(const char *command)
{
	if (system(command))
		fail_msg("failed: %s", command);
}

static int fresh_namespace(void **state)
{
	return unshare(CLONE_NEWNET);
}

static int attach_pass(int ifindex)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "somebody", "GPL", insns, 2, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_link_create(fd, ifindex, BPF_XDP, NULL) < 0, 0);
	return fd;
}

static void kernel_facts_are_gathered(void **state)
{
	struct nic_facts facts = {.frags = true};
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd;

	sh("ip link add v0 numrxqueues 4 numtxqueues 4 type veth peer v1 numrxqueues 4 numtxqueues "
	   "4");
	sh("ip link set v0 up && ip link set v1 up");
	sh("ip link add br0 type bridge && ip link set v0 master br0");
	sh("ip link add mv0 link br0 type macvlan && ip link set mv0 up");
	/* /sys shows another namespace's devices: a mount of our own to set it up by hand */
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	sh("mount -t sysfs sysfs /mnt && echo 2 > /mnt/class/net/v0/queues/rx-0/rps_cpus && "
	   "echo 3 > /mnt/class/net/v0/queues/rx-2/rps_cpus && "
	   "echo 64 > /mnt/class/net/v0/queues/rx-3/rps_flow_cnt && umount /mnt");
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_true(facts.frags);
	assert_string_equal(facts.driver, "veth");
	assert_int_equal(facts.rps_err, 0);
	assert_int_equal(facts.queues, 3);
	assert_int_equal(facts.queue[0].queue, 0);
	assert_string_equal(facts.queue[0].rps_cpus, "2");
	assert_string_equal(facts.queue[1].rps_cpus, "3");
	assert_int_equal(facts.queue[2].queue, 3);
	assert_int_equal(facts.queue[2].rps_flow_cnt, 64);
	assert_int_equal(facts.channels.rx, 4);
	assert_int_equal(facts.rxvlan, SWITCH_ON);
	assert_int_equal(facts.lro, SWITCH_OFF);
	assert_int_equal(facts.xdp.err, 0);
	assert_int_equal(facts.xdp.features & REDIRECTS, REDIRECTS);
	assert_string_equal(facts.vlan_upper, "");
	assert_string_equal(facts.xdp_upper, "");
	assert_string_equal(facts.prog_name, "");
	assert_change(&facts, NEEDS_RPS, UNDO_QUEUE, "rx-0/rps_cpus", "2", "0");
	nic_facts_free(&facts);

	fd = attach_pass(facts.link.ifindex);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_string_equal(facts.prog_name, "somebody");
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "named somebody");
	nic_facts_free(&facts);
	facts.own_prog_id = info.id;
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_null(find(&facts, NEEDS_PROGRAM));
	nic_facts_free(&facts);
	close(fd);
}

static void kernel_stacks_are_gathered(void **state)
{
	struct nic_facts facts = {0};
	int fd;

	sh("ip link add v0 type veth peer v1 && ip link add mv0 link v0 type macvlan");
	sh("ip link set v0 up && ip link set mv0 up");
	/* macvlan has no native XDP: the kernel takes it as a generic program */
	fd = attach_pass(if_nametoindex("mv0"));
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_string_equal(facts.xdp_upper, "mv0");
	assert_finding(&facts, NEEDS_UPPER, NEEDS_REFUSE, "mv0");
	nic_facts_free(&facts);
	close(fd);
	assert_int_equal(nic_facts_gather("nosuch", &facts), -ENODEV);
}

/* The whole way: judged, changed, judged again, put back. */
static void kernel_changes_are_made_and_undone(void **state)
{
	char dir[] = "/tmp/espalier-needs.XXXXXX", why[256], *value;
	struct undo_entry rps = {.kind = UNDO_QUEUE, .ifname = "v0", .knob = "rx-0/rps_cpus"};
	struct nic_facts facts = {0};
	struct undo *undo;

	assert_non_null(mkdtemp(dir));
	sh("ip link add v0 type veth peer v1 && ip link set v0 up");
	assert_int_equal(undo_open(&undo, dir, "s.json", NULL, NULL, why, sizeof(why)), 0);
	rps.ifindex = if_nametoindex("v0");
	rps.old_value = "0";
	rps.new_value = "2";
	rps.reason = "test";
	assert_int_equal(undo_set(undo, &rps), 0);
	undo_close(undo);
	assert_int_equal(undo_open(&undo, dir, "other.json", NULL, NULL, why, sizeof(why)), 0);
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_int_equal(find(&facts, NEEDS_RPS)->verdict, NEEDS_CHANGE);
	assert_int_equal(needs_apply(&facts, &last, undo, NULL), 0);
	nic_facts_free(&facts);
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_null(find(&facts, NEEDS_RPS));
	nic_facts_free(&facts);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_int_equal(undo_read(undo, &rps, &value), 0);
	assert_string_equal(value, "2");
	free(value);
	undo_close(undo);
	snprintf(why, sizeof(why), "rm -r %s", dir);
	sh(why);
}

#define pure(test)   cmocka_unit_test_teardown(test, drop_report)
#define kernel(test) cmocka_unit_test_setup_teardown(test, fresh_namespace, drop_report)

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
		pure(mtu_limits_are_kept),
		pure(frags_raise_the_mtu_limit),
		pure(lro_is_switched_off),
		pure(gro_hw_is_switched_off_where_it_must),
		pure(legacy_rx_is_switched_off),
		pure(headers_out_of_sight_are_refused),
		pure(virtual_functions_are_refused_on_ixgbe),
		pure(virtio_big_mode_is_refused),
		pure(vlan_tags_are_kept),
		pure(stripping_that_cannot_stop_is_refused),
		pure(channels_are_halved),
		pure(channels_are_combined),
		pure(rps_is_cleared),
		pure(resets_are_announced),
		pure(the_rest_is_said),
		pure(the_table_is_as_read),
		pure(lines_read_well),
		pure(long_names_fit),
		kernel(kernel_facts_are_gathered),
		kernel(kernel_stacks_are_gathered),
		kernel(kernel_changes_are_made_and_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
