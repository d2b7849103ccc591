// SPDX-License-Identifier: GPL-2.0-only
// Which devices an interface stands on and under, and which of them a program can sit on.
#include "nic/link.h"
#include "links_fixture.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/*
 * eth0 (VLAN 100 on it, macvlan on that), eth1 and eth2 in bond0, VLAN 7 on the bond, VLAN 8 in
 * VLAN 7; eth3 and veth0 in br0, br0.5 on that; veth0-veth1; ppp0; tun0; wg0; a macvlan whose
 * device is elsewhere
 */
static struct link stack[20];
static const struct link_list all = {stack, 18};

static int make_stack(void **state)
{
	stack[0] = mk(1, "lo", "");
	stack[0].type = ARPHRD_LOOPBACK;
	stack[1] = mk(2, "eth0", "");
	stack[2] = mk(3, "eth0.100", "vlan");
	stack[2].lower = 2;
	stack[3] = mk(4, "mv0", "macvlan");
	stack[3].lower = 3;
	stack[4] = mk(5, "eth1", "");
	stack[4].master = 7;
	stack[5] = mk(6, "eth2", "");
	stack[5].master = 7;
	stack[6] = mk(7, "bond0", "bond");
	stack[7] = mk(8, "bond0.7", "vlan");
	stack[7].lower = 7;
	stack[8] = mk(9, "bond0.7.8", "vlan");
	stack[8].lower = 8;
	stack[9] = mk(10, "eth3", "");
	stack[9].master = 12;
	stack[10] = mk(11, "veth0", "veth");
	stack[10].master = 12;
	stack[10].lower = 14;
	stack[11] = mk(12, "br0", "bridge");
	stack[12] = mk(13, "br0.5", "vlan");
	stack[12].lower = 12;
	stack[13] = mk(14, "veth1", "veth");
	stack[13].lower = 11;
	stack[14] = mk(15, "ppp0", "ppp");
	stack[14].type = ARPHRD_PPP;
	stack[15] = mk(16, "tun0", "tun");
	stack[15].type = ARPHRD_NONE;
	stack[16] = mk(17, "mv9", "macvlan");
	stack[16].lower = 2;
	stack[16].lower_netnsid = 0;
	stack[17] = mk(18, "bond9", "bond");
	return 0;
}

static void assert_attach(const char *name, const char *want)
{
	const struct link *link = link_by_name(&all, name);
	char why[LINK_WHY_LEN] = "", got[256] = "";
	struct link_list out;
	size_t i;

	assert_non_null(link);
	assert_int_equal(link_attachable_of(&all, link, &out, why, sizeof(why)), 0);
	for (i = 0; i < out.count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "",
			 out.link[i].name);
	assert_string_equal(got, want);
	link_list_free(&out);
}

static void assert_refused(const char *name, const char *want)
{
	const struct link *link = link_by_name(&all, name);
	char why[LINK_WHY_LEN] = "";
	struct link_list out;

	assert_non_null(link);
	assert_int_equal(link_attachable_of(&all, link, &out, why, sizeof(why)), -EOPNOTSUPP);
	assert_int_equal(out.count, 0);
	assert_null(out.link);
	if (!strstr(why, want))
		fail_msg("%s: \"%s\" does not say \"%s\"", name, why, want);
}

static void attach_takes_devices_and_bonds(void **state)
{
	assert_attach("eth0", "eth0");
	assert_attach("veth0", "veth0");
	assert_attach("veth1", "veth1");
	assert_attach("eth1", "eth1");
	assert_attach("bond0", "eth1 eth2");
}

static void attach_refuses_uppers_and_names_the_lower(void **state)
{
	assert_refused("eth0.100", "name the device below it: eth0");
	assert_refused("mv0", "name the device below it: eth0");
	assert_refused("bond0.7", "name the device below it: bond0");
	assert_refused("bond0.7.8", "name the device below it: bond0");
	assert_refused("br0", "name the devices below it: eth3, veth0");
	assert_refused("br0.5", "name the devices below it: eth3, veth0");
	assert_refused("ppp0", "name the Ethernet device that its packets come in on");
	assert_refused("tun0", "no Ethernet frames");
	assert_refused("lo", "loopback");
	assert_refused("mv9", "another network namespace");
	assert_refused("bond9", "no slaves");
}

static void loops_end(void **state)
{
	struct link link[3] = {mk(1, "a", "macvlan"), mk(2, "b", "macvlan"), mk(3, "c", "bridge")};
	struct link_list list = {link, 3};
	const struct link *upper[3];
	char why[LINK_WHY_LEN];
	struct link_list out;

	link[0].lower = 2;
	link[1].lower = 1;
	link[2].master = 3;
	assert_int_equal(link_attachable_of(&list, &link[0], &out, why, sizeof(why)), -EOPNOTSUPP);
	assert_int_equal(link_attachable_of(&list, &link[2], &out, why, sizeof(why)), -EOPNOTSUPP);
	assert_int_equal(link_upper_all(&list, &link[0], upper, 3), 1);
}

/* A device and a VLAN on it are both ports of one bridge. */
static void diamonds_are_counted_once(void **state)
{
	struct link link[3] = {mk(1, "eth0", ""), mk(2, "eth0.5", "vlan"), mk(3, "br0", "bridge")};
	struct link_list list = {link, 3};
	const struct link *upper[3];

	link[1].lower = 1;
	link[0].master = link[1].master = 3;
	assert_int_equal(link_upper_all(&list, &link[0], upper, 3), 2);
}

static void assert_uppers(const char *name, const char *want)
{
	const struct link *upper[20];
	char got[256] = "";
	size_t i, n;

	n = link_upper_all(&all, link_by_name(&all, name), upper, 20);
	for (i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "",
			 upper[i]->name);
	assert_string_equal(got, want);
}

static void uppers_are_found_at_any_height(void **state)
{
	const struct link *one[1];

	assert_uppers("eth0", "eth0.100 mv0");
	assert_uppers("eth1", "bond0 bond0.7 bond0.7.8");
	assert_uppers("veth0", "br0 br0.5");
	assert_uppers("veth1", "");
	assert_int_equal(link_upper_all(&all, link_by_name(&all, "eth0"), one, 1), 2);
	assert_string_equal(one[0]->name, "eth0.100");
	assert_int_equal(link_lower_all(&all, link_by_name(&all, "bond0"), one, 1), 2);
	assert_int_equal(link_lower_all(&all, link_by_name(&all, "mv9"), one, 1), 0);
}

static void assert_kernel_refuses(const char *name, const char *want)
{
	char why[LINK_WHY_LEN] = "";
	struct link_list out;

	assert_int_equal(link_attachable(name, &out, why, sizeof(why)), -EOPNOTSUPP);
	if (!strstr(why, want))
		fail_msg("%s: \"%s\" does not say \"%s\"", name, why, want);
}

static void kernel_uppers_are_refused(void **state)
{
	char why[LINK_WHY_LEN] = "";
	struct link_list out;

	sh("ip link add v0 type veth peer v1");
	sh("ip link add br0 type bridge && ip link set v1 master br0");
	sh("ip link add mv0 link v0 type macvlan && ip link add mv1 link mv0 type macvlan");
	sh("ip link add mvbr link br0 type macvlan");
	sh("ip link add vx0 type vxlan id 1 dev v0 dstport 4789");
	sh("ip tuntap add tun0 mode tun && ip tuntap add tap0 mode tap");
	assert_kernel_refuses("br0", "name the device below it: v1");
	assert_kernel_refuses("mv0", "name the device below it: v0");
	assert_kernel_refuses("mv1", "name the device below it: v0");
	assert_kernel_refuses("mvbr", "name the device below it: v1");
	assert_kernel_refuses("vx0", "vxlan");
	assert_kernel_refuses("tun0", "no Ethernet frames");
	assert_kernel_refuses("lo", "loopback");
	assert_int_equal(link_attachable("v1", &out, why, sizeof(why)), 0);
	assert_int_equal(out.count, 1);
	assert_string_equal(out.link[0].name, "v1");
	link_list_free(&out);
	assert_int_equal(link_attachable("tap0", &out, why, sizeof(why)), 0);
	link_list_free(&out);
	assert_int_equal(link_attachable("nosuch", &out, why, sizeof(why)), -ENODEV);
	assert_non_null(strstr(why, "ip link"));
}

#define pure(test)   cmocka_unit_test(test)
#define kernel(test) cmocka_unit_test_setup(test, fresh_namespace)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(attach_takes_devices_and_bonds),
		pure(attach_refuses_uppers_and_names_the_lower),
		pure(loops_end),
		pure(diamonds_are_counted_once),
		pure(uppers_are_found_at_any_height),
		kernel(kernel_uppers_are_refused),
	};

	return cmocka_run_group_tests(tests, make_stack, NULL);
}
