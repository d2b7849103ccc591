// SPDX-License-Identifier: GPL-2.0-only
// The set of our addresses: made-up messages, then the kernel's own.
#include "nic/addrs.h"
#include "nic/link.h"
#include "nic/nl.h"
#include "nic/watch.h"
#include "links_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

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

#define pure(test)   cmocka_unit_test(test)
#define kernel(test) cmocka_unit_test_setup(test, fresh_namespace)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(addresses_are_counted_by_holder),
		pure(a_dump_removes_what_it_does_not_name),
		pure(bad_address_messages_are_refused),
		kernel(kernel_addresses_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
