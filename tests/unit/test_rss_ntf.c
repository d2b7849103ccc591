// SPDX-License-Identifier: GPL-2.0-only
// Which messages of ethtool's netlink tell that the hashing of an interface was rewritten.
#include "nic/rss_ntf.h"

#include <linux/genetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum {
	RSS_GET_REPLY = 38,
	FEATURES_NTF = 13,
	RSS_NTF = 50,
	HEADER = 1,
	CONTEXT = 2,
	DEV_INDEX = 1,
	DEV_NAME = 2
};

/* As net/ethtool/rss.c rss_fill_reply() fills it; @context 0: of the main one, which has no number.
 */
static const struct nlmsghdr *message(char *buf, uint8_t cmd, uint32_t ifindex, uint32_t context)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	struct nlattr *nest;

	genl->cmd = cmd;
	nest = mnl_attr_nest_start(nlh, HEADER);
	mnl_attr_put_u32(nlh, DEV_INDEX, ifindex);
	mnl_attr_put_strz(nlh, DEV_NAME, "eth0");
	mnl_attr_nest_end(nlh, nest);
	if (context)
		mnl_attr_put_u32(nlh, CONTEXT, context);
	mnl_attr_put_u32(nlh, 3, 1); /* the hash function */
	return nlh;
}

static void a_rewrite_names_its_interface(void **state)
{
	char buf[512];

	assert_int_equal(rss_ntf_parse(message(buf, RSS_NTF, 7, 0)), 7);
	assert_int_equal(rss_ntf_parse(message(buf, RSS_NTF, 7, 2)), 0);
	assert_int_equal(rss_ntf_parse(message(buf, RSS_GET_REPLY, 7, 0)), 0);
	assert_int_equal(rss_ntf_parse(message(buf, FEATURES_NTF, 7, 0)), 0);
}

static void what_is_cut_off_names_none(void **state)
{
	char buf[512] = {0};
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	assert_int_equal(rss_ntf_parse(nlh), 0);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = RSS_NTF;
	assert_int_equal(rss_ntf_parse(nlh), 0);
	mnl_attr_put_u16(nlh, HEADER, 7); /* no nest */
	mnl_attr_put_u16(nlh, CONTEXT, 7);
	assert_int_equal(rss_ntf_parse(nlh), 0);
}

/* The kernel that is here has the group, whether it tells or not. */
static void it_listens(void **state)
{
	struct rss_ntf *ntf;

	assert_int_equal(rss_ntf_open(&ntf), 0);
	assert_false(rss_ntf_told(ntf, 1));
	rss_ntf_close(ntf);
	assert_false(rss_ntf_told(NULL, 1));
	rss_ntf_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rewrite_names_its_interface),
		cmocka_unit_test(what_is_cut_off_names_none),
		cmocka_unit_test(it_listens),
	};

	return cmocka_run_group_tests_name("rss_ntf", tests, NULL, NULL);
}
