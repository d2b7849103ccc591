// SPDX-License-Identifier: GPL-2.0-only
// What ethtool and the netdev family answer of a real device, and what is set.
#include "nic/ethtool.h"
#include "nic/link.h"
#include "nic/netdev.h"
#include "links_fixture.h"
#include "release.h"

#include <errno.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

static void ethtool_answers_are_read(void **state)
{
	struct nic_features features;
	struct nic_channels ch;
	struct nic_driver driver;
	struct nic_flags flags;
	struct nic_rss rss;
	int fd = ethtool_open();

	assert_true(fd >= 0);
	sh("ip link add v0 numrxqueues 4 numtxqueues 4 type veth peer v1 numrxqueues 4 numtxqueues "
	   "4");
	assert_int_equal(ethtool_driver(fd, "v0", &driver), 0);
	assert_string_equal(driver.driver, "veth");
	assert_int_equal(ethtool_channels(fd, "v0", &ch), 0);
	assert_int_equal(ch.max_rx, 4);
	assert_int_equal(ch.rx, 4);
	ch.rx = ch.tx = 2;
	assert_int_equal(ethtool_channels_set(fd, "v0", &ch), 0);
	assert_int_equal(ethtool_channels(fd, "v0", &ch), 0);
	assert_int_equal(ch.rx, 2);
	assert_int_equal(ethtool_features(fd, "v0", &features), 0);
	assert_true(features.count > 20);
	assert_non_null(ethtool_feature(&features, "rx-gro"));
	assert_false(ethtool_feature(&features, "rx-lro") &&
		     ethtool_feature(&features, "rx-lro")->active);
	assert_null(ethtool_feature(&features, "no-such"));
	assert_null(ethtool_feature(&features, ""));
	ethtool_features_free(&features);
	/* refusals are data */
	assert_int_equal(ethtool_rss(fd, "v0", 0, &rss), -EOPNOTSUPP);
	assert_int_equal(rss.err, -EOPNOTSUPP);
	assert_int_equal(ethtool_flags(fd, "v0", &flags), 0);
	assert_int_equal(ethtool_flag(&flags, "legacy-rx"), -1);
	assert_int_equal(ethtool_flag_set(fd, "v0", "legacy-rx", false), -ENOENT);
	assert_int_equal(ethtool_driver(fd, "nosuch", &driver), -ENODEV);
	assert_int_equal(ethtool_driver(fd, "", &driver), -ENODEV);
	assert_int_equal(ethtool_driver(fd, "a-name-that-is-too-long", &driver), -ENODEV);
	close(fd);
}

static bool feature_is_on(int fd, const char *ifname, const char *name)
{
	struct nic_features features;
	bool on;

	assert_int_equal(ethtool_features(fd, ifname, &features), 0);
	assert_non_null(ethtool_feature(&features, name));
	on = ethtool_feature(&features, name)->active;
	ethtool_features_free(&features);
	return on;
}

static void features_are_set_and_read_back(void **state)
{
	int fd = ethtool_open();

	sh("ip link add v0 type veth peer v1");
	assert_int_equal(ethtool_feature_set(fd, "v0", "rx-vlan-hw-parse", false), 0);
	assert_false(feature_is_on(fd, "v0", "rx-vlan-hw-parse"));
	assert_true(feature_is_on(fd, "v0", "rx-vlan-stag-hw-parse"));
	assert_int_equal(ethtool_feature_set(fd, "v0", "rx-vlan-hw-parse", true), 0);
	assert_true(feature_is_on(fd, "v0", "rx-vlan-hw-parse"));
	assert_int_equal(ethtool_feature_set(fd, "v0", "rx-lro", true), -EOPNOTSUPP);
	assert_int_equal(ethtool_feature_set(fd, "v0", "no-such", true), -ENOENT);
	/* a wish that the kernel takes and does not grant */
	assert_int_equal(ethtool_feature_set(fd, "v0", "tx-scatter-gather", false), 0);
	assert_int_equal(ethtool_feature_set(fd, "v0", "tx-tcp-segmentation", true), -EOPNOTSUPP);
	close(fd);
}

static void xdp_features_are_read(void **state)
{
	const uint64_t want = NETDEV_XDP_BASIC | NETDEV_XDP_REDIRECT | NETDEV_XDP_RX_SG;
	struct netdev_xdp xdp;
	struct link link;

	sh("ip link add v0 type veth peer v1");
	sh("ip link add br0 type bridge");
	assert_int_equal(link_get("v0", &link), 0);
	if (linux_before(6, 3)) {
		assert_int_equal(netdev_xdp_get(link.ifindex, &xdp), -ENOENT);
		skip();
	}
	assert_int_equal(netdev_xdp_get(link.ifindex, &xdp), 0);
	assert_int_equal(xdp.features & want, want);
	assert_int_equal(link_get("br0", &link), 0);
	assert_int_equal(netdev_xdp_get(link.ifindex, &xdp), 0);
	assert_int_equal(xdp.features & want, 0);
	assert_int_equal(netdev_xdp_get(99999, &xdp), -ENODEV);
	assert_int_equal(xdp.err, -ENODEV);
}

#define kernel(test) cmocka_unit_test_setup(test, fresh_namespace)

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel(ethtool_answers_are_read),
		kernel(features_are_set_and_read_back),
		kernel(xdp_features_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
