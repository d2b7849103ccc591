// SPDX-License-Identifier: GPL-2.0-only
// Frames that our program must see whole: MTU, headers, modes of a driver.
#include "steer/needs.h"
#include "needs_fixture.h"

#include <errno.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

/* mlx5's striding queues at a large MTU. */
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

/* What our program met there tells more than the list of drivers. */
static void headers_that_were_met_are_told(void **state)
{
	struct nic_facts facts = nic("brandnew");

	facts.own_prog_id = 7;
	facts.link.xdp_id[1] = 7;
	assert_null(find(&facts, NEEDS_HEADERS));
	facts.beyond = 12345;
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_WARN, "12.3 k packets of IPsec were not steered");
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_WARN, "on Linux 6.18 they are not); use another --method");
	facts.link.mtu = 9000;
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_WARN, "use `ip link set dev eth0 mtu 1500`, or");
	/* The kernel can bring them forward, and did not: what is in front leaves no room. */
	facts.pull_data = true;
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_WARN, "out of its reach; use");
	facts = nic("mlx5_core");
	facts.xdp.features |= NETDEV_XDP_RX_SG;
	facts.own_prog_id = 7;
	facts.link.xdp_id[1] = 7;
	facts.link.mtu = 9000;
	facts.beyond = 1;
	assert_finding(&facts, NEEDS_HEADERS, NEEDS_WARN,
		       "use `ethtool --set-priv-flags eth0 rx_striding_rq off`, `ip link set dev eth0 "
		       "mtu 3498`, or another --method");
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

#define pure(test) cmocka_unit_test_teardown(test, drop_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(mtu_limits_are_kept),
		pure(frags_raise_the_mtu_limit),
		pure(headers_out_of_sight_are_refused),
		pure(headers_that_were_met_are_told),
		pure(virtual_functions_are_refused_on_ixgbe),
		pure(virtio_big_mode_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
