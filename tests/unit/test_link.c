// SPDX-License-Identifier: GPL-2.0-only
// What is read of a link: made-up messages, then the kernel's own.
#include "nic/link.h"
#include "nic/nl.h"
#include "links_fixture.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

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

#define pure(test)   cmocka_unit_test(test)
#define kernel(test) cmocka_unit_test_setup(test, fresh_namespace)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(link_messages_are_read),	     pure(several_programs_are_told_apart),
		pure(bad_link_messages_are_refused), pure(cut_link_messages_are_survived),
		kernel(kernel_links_are_read),	     kernel(kernel_programs_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
