// SPDX-License-Identifier: GPL-2.0-only
// Links and addresses as they change: what is told, once, and whom we believe.
#include "nic/addrs.h"
#include "nic/link.h"
#include "nic/nl.h"
#include "nic/watch.h"
#include "links_fixture.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

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

#define pure(test)   cmocka_unit_test(test)
#define kernel(test) cmocka_unit_test_setup(test, fresh_namespace)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(differences_are_named),	   kernel(kernel_changes_are_watched),
		kernel(kernel_moves_are_watched),  kernel(lost_events_are_made_good),
		kernel(forged_events_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
