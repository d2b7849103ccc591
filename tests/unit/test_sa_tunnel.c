// SPDX-License-Identifier: GPL-2.0-only
// Out of which interface the packets of an SA come, by messages as the kernel sends them.
#include "sad/sa_tunnel.h"
#include "nic/nl.h"
#include "links_fixture.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* An xfrm interface; @if_id 0: "external". */
static struct link xfrm(uint32_t if_id)
{
	char buf[1024] __attribute__((aligned(8))) = {0};
	struct nlmsghdr *nlh = link_msg(buf, "ipsec0");
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO), *data;
	struct link link;

	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "xfrm");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_XFRM_LINK, 3);
	if (if_id)
		mnl_attr_put_u32(nlh, IFLA_XFRM_IF_ID, if_id);
	else
		mnl_attr_put(nlh, IFLA_XFRM_COLLECT_METADATA, 0, NULL);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	assert_int_equal(link_parse(nlh, &link), 0);
	link.flags = IFF_UP;
	return link;
}

static struct link vti(const char *local, const char *remote, uint32_t ikey)
{
	char buf[1024] __attribute__((aligned(8))) = {0};
	struct nlmsghdr *nlh = link_msg(buf, "vti1");
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO), *data;
	struct link link;

	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vti");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_VTI_IKEY, htonl(ikey));
	mnl_attr_put_u32(nlh, IFLA_VTI_OKEY, htonl(99));
	mnl_attr_put_u32(nlh, IFLA_VTI_LOCAL, inet_addr(local));
	mnl_attr_put_u32(nlh, IFLA_VTI_REMOTE, inet_addr(remote));
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	assert_int_equal(link_parse(nlh, &link), 0);
	link.flags = IFF_UP;
	return link;
}

static struct sa sa(uint32_t if_id, uint32_t mark)
{
	return (struct sa){
		.id = {.family = AF_INET, .dst = {inet_addr("192.0.2.2")}},
		.src = {inet_addr("192.0.2.1")},
		.if_id = if_id,
		.mark_value = mark,
		.mark_mask = mark ? UINT32_MAX : 0,
	};
}

static void by_if_id(void **state)
{
	struct link its = xfrm(42), another = xfrm(43), external = xfrm(0);
	struct sa with = sa(42, 0), without = sa(0, 0);

	assert_true(sa_tunnel_kind(&its));
	assert_true(sa_tunnel(&with, &its) > sa_tunnel(&with, &external));
	assert_int_equal(sa_tunnel(&with, &another), 0);
	assert_true(sa_tunnel(&with, &external));
	assert_int_equal(sa_tunnel(&without, &its), 0);
	assert_true(sa_tunnel(&without, &external));
	its.lower_netnsid = 0; /* IFLA_LINK_NETNSID: its SAs are those of another namespace */
	assert_int_equal(sa_tunnel(&with, &its), 0);
	its.lower_netnsid = -1;
	assert_true(sa_tunnel(&with, &its));
	its.flags = 0;
	assert_int_equal(sa_tunnel(&with, &its), 0);
	strcpy(another.kind, "veth");
	assert_false(sa_tunnel_kind(&another));
}

static void by_addresses_and_mark(void **state)
{
	struct link its = vti("192.0.2.2", "192.0.2.1", 5), any = vti("192.0.2.2", "0.0.0.0", 5);
	struct link another = vti("192.0.2.2", "192.0.2.9", 5),
		    unmarked = vti("192.0.2.2", "192.0.2.1", 0);
	struct sa marked = sa(0, 5), other = sa(0, 6), plain = sa(0, 0);

	assert_true(sa_tunnel(&marked, &its) > sa_tunnel(&marked, &any));
	assert_true(sa_tunnel(&marked, &any));
	assert_int_equal(sa_tunnel(&marked, &another), 0);
	assert_int_equal(sa_tunnel(&other, &its), 0);
	assert_true(sa_tunnel(&plain, &unmarked));
	plain.id.family = AF_INET6;
	assert_int_equal(sa_tunnel(&plain, &unmarked), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_if_id),
		cmocka_unit_test(by_addresses_and_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
