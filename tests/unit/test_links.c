/* SPDX-License-Identifier: GPL-2.0-only */
/* Links, addresses and their changes; ethtool and sysfs: made-up messages, then the kernel's own.
 */
#include "nic/addrs.h"
#include "nic/ethtool.h"
#include "nic/link.h"
#include "nic/netdev.h"
#include "nic/nl.h"
#include "nic/sysfs.h"
#include "nic/watch.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

__attribute__((format(printf, 1, 2))) static void sh(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command))
		fail_msg("failed: %s", command);
}

/* Each test that needs one gets an empty namespace; it goes away with the process. */
static int fresh_namespace(void **state)
{
	return unshare(CLONE_NEWNET);
}

/* Stacks, without a kernel */

static struct link mk(int ifindex, const char *name, const char *kind)
{
	struct link link = {.ifindex = ifindex, .lower_netnsid = -1, .type = ARPHRD_ETHER};

	snprintf(link.name, sizeof(link.name), "%s", name);
	snprintf(link.kind, sizeof(link.kind), "%s", kind);
	return link;
}

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

/* Messages, without a kernel */

static struct nlmsghdr *msg(char *buf, uint16_t type, const void *head, size_t len)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	memcpy(mnl_nlmsg_put_extra_header(nlh, len), head, len);
	return nlh;
}

static struct nlmsghdr *link_msg(char *buf, const char *name)
{
	struct ifinfomsg info = {.ifi_index = 7, .ifi_type = ARPHRD_ETHER, .ifi_flags = IFF_UP};
	struct nlmsghdr *nlh = msg(buf, RTM_NEWLINK, &info, sizeof(info));

	if (name)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return nlh;
}

static void put_xdp(struct nlmsghdr *nlh, uint8_t mode, uint32_t id, uint32_t drv, uint32_t skb)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, IFLA_XDP);

	mnl_attr_put_u8(nlh, IFLA_XDP_ATTACHED, mode);
	if (id)
		mnl_attr_put_u32(nlh, IFLA_XDP_PROG_ID, id);
	if (drv)
		mnl_attr_put_u32(nlh, IFLA_XDP_DRV_PROG_ID, drv);
	if (skb)
		mnl_attr_put_u32(nlh, IFLA_XDP_SKB_PROG_ID, skb);
	mnl_attr_nest_end(nlh, nest);
}

static void link_messages_are_read(void **state)
{
	struct nlattr *info, *data;
	char buf[1024] = {0};
	struct nlmsghdr *nlh = link_msg(buf, "eth0.42");
	struct link link;

	mnl_attr_put_u32(nlh, IFLA_MTU, 9000);
	mnl_attr_put_u32(nlh, IFLA_LINK, 3);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, 8);
	mnl_attr_put_u8(nlh, IFLA_OPERSTATE, 6);
	mnl_attr_put(nlh, IFLA_ADDRESS, 6, "\x02\0\0\0\0\x01");
	mnl_attr_put_strz(nlh, IFLA_PARENT_DEV_BUS_NAME, "pci");
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vlan");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u16(nlh, IFLA_VLAN_ID, 42);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	put_xdp(nlh, 1, 55, 0, 0);
	assert_int_equal(link_parse(nlh, &link), 0);
	assert_int_equal(link.ifindex, 7);
	assert_string_equal(link.name, "eth0.42");
	assert_string_equal(link.kind, "vlan");
	assert_string_equal(link.parent_bus, "pci");
	assert_int_equal(link.vlan_id, 42);
	assert_int_equal(link.mtu, 9000);
	assert_int_equal(link.lower, 3);
	assert_int_equal(link.lower_netnsid, -1);
	assert_int_equal(link.num_rx_queues, 8);
	assert_int_equal(link.mac_len, 6);
	assert_int_equal(link.mac[5], 1);
	assert_int_equal(link.xdp_mode, LINK_XDP_NATIVE);
	assert_int_equal(link.xdp_id[0], 55);
}

static void several_programs_are_told_apart(void **state)
{
	char buf[512] = {0};
	struct nlmsghdr *nlh = link_msg(buf, "eth0");
	struct link link;

	put_xdp(nlh, 4, 0, 11, 12);
	assert_int_equal(link_parse(nlh, &link), 0);
	assert_int_equal(link.xdp_mode, LINK_XDP_MULTI);
	assert_int_equal(link.xdp_id[0], 11);
	assert_int_equal(link.xdp_id[1], 12);
	assert_int_equal(link.xdp_id[2], 0);
}

static void bad_link_messages_are_refused(void **state)
{
	struct ifinfomsg info = {.ifi_index = 7, .ifi_family = AF_BRIDGE};
	char buf[512] = {0}, endless[40];
	struct nlmsghdr *nlh;
	struct link link;

	memset(endless, 'x', sizeof(endless));
	assert_int_equal(link_parse(link_msg(buf, NULL), &link), -EBADMSG);
	nlh = msg(buf, RTM_NEWLINK, &info, sizeof(info));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "eth0");
	assert_int_equal(link_parse(nlh, &link), -EBADMSG);
	assert_int_equal(link_parse(msg(buf, RTM_NEWADDR, &info, sizeof(info)), &link), -EBADMSG);
	assert_int_equal(link_parse(msg(buf, RTM_NEWLINK, &info, 4), &link), -EBADMSG);
	/* a name without an end, an address longer than any */
	nlh = link_msg(buf, NULL);
	mnl_attr_put(nlh, IFLA_IFNAME, sizeof(endless), endless);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(endless), endless);
	mnl_attr_put(nlh, IFLA_MTU, 3, endless);
	assert_int_equal(link_parse(nlh, &link), 0);
	assert_int_equal(strlen(link.name), IFNAMSIZ - 1);
	assert_int_equal(link.mac_len, 0);
	assert_int_equal(link.mtu, 0);
}

/* Every prefix of a message, in memory of exactly its size: ASan sees a read past the end. */
static void cut_link_messages_are_survived(void **state)
{
	char buf[1024] = {0};
	struct nlmsghdr *nlh = link_msg(buf, "eth0");
	struct link link;
	uint32_t len;

	put_xdp(nlh, 4, 0, 11, 12);
	for (len = sizeof(*nlh); len <= nlh->nlmsg_len; len++) {
		struct nlmsghdr *cut = malloc(len);

		assert_non_null(cut);
		memcpy(cut, buf, len);
		cut->nlmsg_len = len;
		(void)link_parse(cut, &link);
		free(cut);
	}
}

/* What the notices of a set said, in order: "+10.0.0.1 -10.0.0.1 " */
static void note_address(void *ctx, int family, const void *addr, bool local)
{
	char text[INET6_ADDRSTRLEN], *log = ctx;

	assert_non_null(inet_ntop(family, addr, text, sizeof(text)));
	snprintf(log + strlen(log), 512 - strlen(log), "%c%s ", local ? '+' : '-', text);
}

static int apply_address(struct addrs *set, uint16_t type, int ifindex, uint8_t prefix,
			 const char *text)
{
	struct ifaddrmsg info = {.ifa_index = ifindex, .ifa_prefixlen = prefix};
	uint8_t addr[16], peer[16] = {0xfd};
	struct nlmsghdr *nlh;
	char buf[256] = {0};

	info.ifa_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(info.ifa_family, text, addr), 1);
	nlh = msg(buf, type, &info, sizeof(info));
	mnl_attr_put(nlh, IFA_ADDRESS, info.ifa_family == AF_INET ? 4 : 16, peer);
	mnl_attr_put(nlh, IFA_LOCAL, info.ifa_family == AF_INET ? 4 : 16, addr);
	return addrs_apply(set, nlh);
}

static bool has(const struct addrs *set, const char *text)
{
	uint8_t addr[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, text, addr), 1);
	return addrs_contains(set, family, addr);
}

static void addresses_are_counted_by_holder(void **state)
{
	char log[512] = "";
	struct addrs *set = addrs_new(note_address, log);

	assert_int_equal(apply_address(set, RTM_NEWADDR, 1, 24, "10.0.0.1"), 1);
	assert_int_equal(apply_address(set, RTM_NEWADDR, 1, 24, "10.0.0.1"), 0);
	/* a VIP on two interfaces, and with two prefixes on one */
	assert_int_equal(apply_address(set, RTM_NEWADDR, 2, 24, "10.0.0.1"), 0);
	assert_int_equal(apply_address(set, RTM_NEWADDR, 2, 32, "10.0.0.1"), 0);
	assert_int_equal(apply_address(set, RTM_NEWADDR, 2, 64, "2001:db8::1"), 1);
	assert_int_equal(addrs_count(set), 2);
	assert_int_equal(apply_address(set, RTM_DELADDR, 1, 24, "10.0.0.1"), 0);
	assert_int_equal(apply_address(set, RTM_DELADDR, 1, 24, "10.0.0.1"), 0);
	assert_int_equal(apply_address(set, RTM_DELADDR, 2, 24, "10.0.0.1"), 0);
	assert_true(has(set, "10.0.0.1"));
	assert_int_equal(apply_address(set, RTM_DELADDR, 2, 32, "10.0.0.1"), 1);
	assert_false(has(set, "10.0.0.1"));
	assert_true(has(set, "2001:db8::1"));
	/* the peer's address is not ours, nor is an IPv6 address that begins like an IPv4 one */
	assert_false(has(set, "fd00::"));
	assert_false(has(set, "253.0.0.0"));
	assert_string_equal(log, "+10.0.0.1 +2001:db8::1 -10.0.0.1 ");
	addrs_free(set);
}

static void a_dump_removes_what_it_does_not_name(void **state)
{
	char log[512] = "";
	struct addrs *set = addrs_new(note_address, log);

	apply_address(set, RTM_NEWADDR, 1, 24, "10.0.0.1");
	apply_address(set, RTM_NEWADDR, 1, 24, "10.0.0.2");
	addrs_dump_begin(set);
	apply_address(set, RTM_NEWADDR, 1, 24, "10.0.0.2");
	apply_address(set, RTM_NEWADDR, 1, 24, "10.0.0.3");
	addrs_dump_end(set);
	assert_string_equal(log, "+10.0.0.1 +10.0.0.2 +10.0.0.3 -10.0.0.1 ");
	addrs_free(set);
}

static void bad_address_messages_are_refused(void **state)
{
	struct ifaddrmsg info = {.ifa_family = AF_INET6, .ifa_index = 1};
	struct addrs *set = addrs_new(NULL, NULL);
	char buf[256] = {0};
	struct nlmsghdr *nlh;

	assert_int_equal(addrs_apply(set, msg(buf, RTM_NEWADDR, &info, sizeof(info))), -EBADMSG);
	nlh = msg(buf, RTM_NEWADDR, &info, sizeof(info));
	mnl_attr_put(nlh, IFA_ADDRESS, 4, "\x0a\0\0\x01");
	assert_int_equal(addrs_apply(set, nlh), -EBADMSG);
	assert_int_equal(addrs_apply(set, msg(buf, RTM_NEWADDR, &info, 2)), -EBADMSG);
	info.ifa_family = AF_PACKET;
	assert_int_equal(addrs_apply(set, msg(buf, RTM_NEWADDR, &info, sizeof(info))), -EBADMSG);
	assert_int_equal(addrs_count(set), 0);
	addrs_free(set);
}

static void differences_are_named(void **state)
{
	struct link was = mk(1, "eth0", ""), now = was;

	assert_int_equal(watch_diff(&was, &now), 0);
	now.flags = IFF_UP;
	assert_int_equal(watch_diff(&was, &now), 0);
	now.flags = IFF_UP | IFF_RUNNING;
	assert_int_equal(watch_diff(&was, &now), WATCH_UP);
	assert_int_equal(watch_diff(&now, &was), WATCH_DOWN);
	now = was;
	strcpy(now.name, "wan");
	now.mtu = 1400;
	now.master = 3;
	now.xdp_id[0] = 9;
	now.mac_len = 6;
	assert_int_equal(watch_diff(&was, &now),
			 WATCH_RENAMED | WATCH_MTU | WATCH_MASTER | WATCH_XDP | WATCH_MAC);
}

/* The kernel's own */

static int attach_pass(const char *name, uint32_t flags)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", insns, 2, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_xdp_attach(if_nametoindex(name), fd, flags, NULL), 0);
	return fd;
}

static void kernel_links_are_read(void **state)
{
	struct link link, again;
	struct link_list list;

	sh("ip link add v0 numrxqueues 4 numtxqueues 2 type veth peer v1");
	sh("ip link set v0 address 02:00:00:00:00:aa mtu 1400 up");
	sh("ip link property add dev v0 altname a-rather-long-alternative-name");
	assert_int_equal(link_get("v0", &link), 0);
	assert_string_equal(link.kind, "veth");
	assert_int_equal(link.mtu, 1400);
	assert_int_equal(link.num_rx_queues, 4);
	assert_int_equal(link.num_tx_queues, 2);
	assert_int_equal(link.mac[5], 0xaa);
	assert_int_equal(link.lower, if_nametoindex("v1"));
	assert_true(link.flags & IFF_UP);
	assert_int_equal(link.xdp_mode, LINK_XDP_NONE);
	assert_int_equal(link_get_index(link.ifindex, &again), 0);
	assert_string_equal(again.name, "v0");
	assert_int_equal(link_get("a-rather-long-alternative-name", &again), 0);
	assert_string_equal(again.name, "v0");
	assert_int_equal(link_list_read(&list), 0);
	/* lo, v0, v1, and what this kernel puts into every namespace */
	assert_non_null(link_by_name(&list, "lo"));
	assert_non_null(link_by_index(&list, link.ifindex));
	assert_null(link_by_name(&list, "eth0"));
	link_list_free(&list);
	assert_int_equal(link_get("nosuch", &link), -ENODEV);
	assert_int_equal(link_get("", &link), -ENODEV);
	assert_int_equal(link_get("v0/../lo", &link), -ENODEV);
	assert_int_equal(link_get_index(99999, &link), -ENODEV);
}

static void kernel_programs_are_seen(void **state)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	struct link link;
	int fd;

	sh("ip link add v0 type veth peer v1");
	fd = attach_pass("v0", XDP_FLAGS_DRV_MODE);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	assert_int_equal(link_get("v0", &link), 0);
	assert_int_equal(link.xdp_mode, LINK_XDP_NATIVE);
	assert_int_equal(link.xdp_id[0], info.id);
	close(fd);
	fd = attach_pass("v1", XDP_FLAGS_SKB_MODE);
	assert_int_equal(link_get("v1", &link), 0);
	assert_int_equal(link.xdp_mode, LINK_XDP_GENERIC);
	assert_true(link.xdp_id[1]);
	assert_int_equal(link.xdp_id[0], 0);
	close(fd);
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

struct seen {
	char text[4096];
};

static void note_link(void *ctx, unsigned int changes, const struct link *was,
		      const struct link *now)
{
	static const char *const words[] = {"new", "gone", "renamed", "up", "down",
					    "xdp", "mtu",  "master",  "mac"};
	struct seen *seen = ctx;
	size_t i, used = strlen(seen->text);

	assert_true(!was == (changes == WATCH_NEW));
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (changes & 1u << i)
			used += snprintf(seen->text + used, sizeof(seen->text) - used, "%s:%s ",
					 now->name, words[i]);
}

/* All that is there: events of a finished command are. True if some were lost on the way. */
static bool drain(struct watch *watch)
{
	int ret = watch_read(watch);

	assert_true(ret >= 0);
	return ret == 1;
}

/* Some events come later, from a work queue: wait for the one. */
static void expect(struct watch *watch, struct seen *seen, const char *want)
{
	struct pollfd poller = {.fd = watch_fd(watch), .events = POLLIN};

	for (;;) {
		drain(watch);
		if (strstr(seen->text, want))
			return;
		if (poll(&poller, 1, 20000) <= 0)
			fail_msg("\"%s\" does not have \"%s\"", seen->text, want);
	}
}

static void kernel_changes_are_watched(void **state)
{
	struct seen seen = {""};
	struct watch *watch;
	int fd, first;

	sh("ip link add v0 type veth peer v1");
	assert_int_equal(watch_open(&watch, NULL, note_link, &seen), 0);
	assert_non_null(strstr(seen.text, "v0:new "));
	first = if_nametoindex("v0");
	seen.text[0] = 0;
	sh("ip link set v1 up && ip link set v0 up");
	expect(watch, &seen, "v0:up ");
	sh("ip link set v0 down");
	expect(watch, &seen, "v0:down ");
	sh("ip link set v0 name wan0 && ip link set wan0 mtu 1300");
	expect(watch, &seen, "wan0:renamed ");
	expect(watch, &seen, "wan0:mtu ");
	assert_string_equal(watch_link(watch, first)->name, "wan0");
	/* the kernel is silent about a program on a link that is down */
	fd = attach_pass("wan0", XDP_FLAGS_DRV_MODE);
	assert_int_equal(watch_resync(watch), 0);
	assert_non_null(strstr(seen.text, "wan0:xdp "));
	close(fd);
	sh("ip link set wan0 up");
	drain(watch);
	seen.text[0] = 0;
	assert_int_equal(bpf_xdp_detach(if_nametoindex("wan0"), XDP_FLAGS_DRV_MODE, NULL), 0);
	expect(watch, &seen, "wan0:xdp ");
	sh("ip link add br0 type bridge && ip link set wan0 master br0");
	expect(watch, &seen, "wan0:master ");
	seen.text[0] = 0;
	sh("ip link del wan0 && ip link add wan0 type veth peer v1");
	expect(watch, &seen, "wan0:gone ");
	expect(watch, &seen, "wan0:new ");
	assert_null(watch_link(watch, first));
	watch_close(watch);
}

/* A device that moves to another namespace is gone from here. */
static void kernel_moves_are_watched(void **state)
{
	struct seen seen = {""};
	struct watch *watch;
	int here, there;

	there = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	sh("ip link add v0 type veth peer v1");
	assert_int_equal(watch_open(&watch, NULL, note_link, &seen), 0);
	sh("ip link set v0 netns /proc/%d/fd/%d", getpid(), there);
	expect(watch, &seen, "v0:gone ");
	assert_int_equal(setns(there, CLONE_NEWNET), 0);
	assert_true(if_nametoindex("v0"));
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	watch_close(watch);
	close(here);
	close(there);
}

/* IPv6 tells of a new address from a work queue, some time after `ip addr add` has returned. */
static bool comes(struct watch *watch, const struct addrs *set, const char *text)
{
	for (int i = 0; i < 100 && !has(set, text); i++) {
		usleep(50000);
		drain(watch);
	}
	return has(set, text);
}

static void kernel_addresses_are_followed(void **state)
{
	char log[512] = "";
	struct addrs *set = addrs_new(note_address, log), *other = addrs_new(NULL, NULL);
	struct watch *watch;

	sh("ip link add v0 type veth peer v1 && ip link set v0 up && ip link set v1 up");
	sh("ip addr add 192.0.2.1/24 dev v0");
	assert_int_equal(watch_open(&watch, set, NULL, NULL), 0);
	assert_true(has(set, "192.0.2.1"));
	sh("ip addr add 192.0.2.2/24 dev v0 && ip addr add 198.51.100.1 peer 198.51.100.2 dev v1");
	sh("ip -6 addr add 2001:db8::5/64 dev v0 nodad");
	drain(watch);
	assert_true(has(set, "192.0.2.2"));
	assert_true(has(set, "198.51.100.1"));
	assert_false(has(set, "198.51.100.2"));
	assert_true(comes(watch, set, "2001:db8::5"));
	/* the first address takes its secondary ones with it */
	sh("ip addr del 192.0.2.1/24 dev v0");
	drain(watch);
	assert_false(has(set, "192.0.2.1"));
	assert_false(has(set, "192.0.2.2"));
	sh("ip link del v0");
	drain(watch);
	assert_false(has(set, "2001:db8::5"));
	assert_false(has(set, "198.51.100.1"));
	sh("ip link set lo up");
	drain(watch);
	assert_int_equal(addrs_sync(other), 0);
	assert_int_equal(addrs_count(other), addrs_count(set));
	assert_true(has(other, "127.0.0.1") && has(set, "::1"));
	watch_close(watch);
	addrs_free(set);
	addrs_free(other);
}

/* Times that TEXT is in what was seen. */
static int times_seen(const struct seen *seen, const char *text)
{
	const char *at;
	int n = 0;

	for (at = strstr(seen->text, text); at; at = strstr(at + 1, text))
		n++;
	return n;
}

/* With a queue too small for what happens, the end is still right, and nothing is said twice. */
static void lost_events_are_made_good(void **state)
{
	struct addrs *set = addrs_new(NULL, NULL);
	struct seen seen = {""};
	struct watch *watch;
	int tiny = 1, lost;

	sh("for i in $(seq 60); do echo link add t$i type bridge; "
	   "echo addr add 10.9.$i.1/24 dev t$i; done | ip -batch -");
	assert_int_equal(watch_open(&watch, set, note_link, &seen), 0);
	assert_int_equal(addrs_count(set), 60);
	lost = if_nametoindex("t60");
	assert_non_null(watch_link(watch, lost));
	assert_int_equal(
		setsockopt(watch_fd(watch), SOL_SOCKET, SO_RCVBUFFORCE, &tiny, sizeof(tiny)), 0);
	seen.text[0] = 0;
	sh("for i in $(seq 2 60); do echo link del t$i; done | ip -batch -");
	sh("ip link set t1 name last && ip link add late type bridge && "
	   "ip addr add 10.8.0.1/24 dev late");
	assert_true(drain(watch));
	assert_int_equal(addrs_count(set), 2);
	assert_true(has(set, "10.9.1.1") && has(set, "10.8.0.1"));
	assert_null(watch_link(watch, lost));
	assert_string_equal(watch_link(watch, if_nametoindex("last"))->name, "last");
	assert_int_equal(times_seen(&seen, "t60:gone "), 1);
	assert_int_equal(times_seen(&seen, ":gone "), 59);
	assert_int_equal(times_seen(&seen, "last:renamed "), 1);
	assert_int_equal(times_seen(&seen, "late:new "), 1);
	watch_close(watch);
	addrs_free(set);
}

/* A message from another process on the watch's own port is not believed. */
static void forged_events_are_ignored(void **state)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	socklen_t len = sizeof(to);
	struct seen seen = {""};
	char buf[512] = {0};
	struct nlmsghdr *nlh = link_msg(buf, "evil0");
	struct watch *watch;
	int fd;

	assert_int_equal(watch_open(&watch, NULL, note_link, &seen), 0);
	assert_int_equal(getsockname(watch_fd(watch), (struct sockaddr *)&to, &len), 0);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, nlh, nlh->nlmsg_len, 0, (struct sockaddr *)&to, sizeof(to)),
			 nlh->nlmsg_len);
	drain(watch);
	assert_null(strstr(seen.text, "evil0"));
	assert_null(watch_link(watch, 7) && !strcmp(watch_link(watch, 7)->name, "evil0") ? watch
											 : NULL);
	close(fd);
	watch_close(watch);
}

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
	assert_int_equal(netdev_xdp_get(link.ifindex, &xdp), 0);
	assert_int_equal(xdp.features & want, want);
	assert_int_equal(link_get("br0", &link), 0);
	assert_int_equal(netdev_xdp_get(link.ifindex, &xdp), 0);
	assert_int_equal(xdp.features & want, 0);
	assert_int_equal(netdev_xdp_get(99999, &xdp), -ENODEV);
	assert_int_equal(xdp.err, -ENODEV);
}

/* /sys of this process shows where it was mounted; the private mount shows where we ask for. */
static void sysfs_is_that_of_the_namespace(void **state)
{
	int outer, inner, sysfs;
	char text[64];

	outer = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	sh("ip link add v0 numrxqueues 2 type veth peer v1");
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	inner = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	sysfs = sysfs_open(outer);
	assert_true(sysfs >= 0);
	/* and the thread has stayed where it was */
	assert_int_equal(if_nametoindex("v0"), 0);
	assert_int_equal(access("/sys/class/net/v0", F_OK), -1);
	assert_int_equal(sysfs_if_write(sysfs, "v0", "queues/rx-1/rps_cpus", "3"), 0);
	assert_true(sysfs_if_read(sysfs, "v0", "queues/rx-1/rps_cpus", text, sizeof(text)) > 0);
	assert_int_equal(text[strlen(text) - 1], '3');
	assert_int_equal(sysfs_if_read(sysfs, "v0", "queues/rx-2/rps_cpus", text, sizeof(text)),
			 -ENOENT);
	assert_int_equal(sysfs_if_read(sysfs, "v9", "queues/rx-0/rps_cpus", text, sizeof(text)),
			 -ENODEV);
	assert_int_equal(sysfs_if_read(sysfs, "..", "net/v0/mtu", text, sizeof(text)), -EINVAL);
	assert_int_equal(sysfs_if_read(sysfs, "v0/", "mtu", text, sizeof(text)), -EINVAL);
	assert_int_equal(sysfs_if_read(sysfs, "v0", "../lo/mtu", text, sizeof(text)), -EINVAL);
	assert_int_equal(sysfs_if_read(sysfs, "v0", "mtu", text, 4), -EFBIG);
	assert_int_equal(sysfs_numa_node(sysfs, "v0"), -1);
	assert_int_equal(sysfs_numvfs(sysfs, "v0"), 0);
	assert_int_equal(sysfs_irqs(sysfs, "v0", NULL, 0), 0);
	close(sysfs);
	sysfs = sysfs_open(-1);
	assert_int_equal(sysfs_if_read(sysfs, "v0", "mtu", text, sizeof(text)), -ENODEV);
	assert_true(sysfs_if_read(sysfs, "lo", "mtu", text, sizeof(text)) > 0);
	close(sysfs);
	close(outer);
	close(inner);
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
		pure(link_messages_are_read),
		pure(several_programs_are_told_apart),
		pure(bad_link_messages_are_refused),
		pure(cut_link_messages_are_survived),
		pure(addresses_are_counted_by_holder),
		pure(a_dump_removes_what_it_does_not_name),
		pure(bad_address_messages_are_refused),
		pure(differences_are_named),
		kernel(kernel_links_are_read),
		kernel(kernel_programs_are_seen),
		kernel(kernel_uppers_are_refused),
		kernel(kernel_changes_are_watched),
		kernel(kernel_moves_are_watched),
		kernel(kernel_addresses_are_followed),
		kernel(lost_events_are_made_good),
		kernel(forged_events_are_ignored),
		kernel(ethtool_answers_are_read),
		kernel(features_are_set_and_read_back),
		kernel(xdp_features_are_read),
		kernel(sysfs_is_that_of_the_namespace),
	};

	return cmocka_run_group_tests(tests, make_stack, NULL);
}
