// SPDX-License-Identifier: GPL-2.0-only
// sysfs of a namespace, whichever is mounted at /sys.
#include "nic/link.h"
#include "nic/sysfs.h"
#include "nic/sysfs_host.h"
#include "links_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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

/* What is mounted at /sys is taken if it shows our interfaces, and never if it shows another's. */
static void sysfs_of_the_host_is_taken_where_it_is_ours(void **state)
{
	char text[64];
	int sysfs;

	sh("ip link add v0 address 02:00:00:00:00:01 type veth peer v1 address 02:00:00:00:00:02");
	assert_int_equal(sysfs_host(), -EXDEV); /* as it was mounted in the namespace before */
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	sh("mount --make-rprivate / && mount -t sysfs sysfs /sys");
	sysfs = sysfs_host();
	assert_true(sysfs >= 0);
	assert_true(sysfs_if_read(sysfs, "v0", "mtu", text, sizeof(text)) > 0);
	close(sysfs);
	/* Names and numbers alike, of another namespace. */
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(sysfs_host(), -EXDEV); /* nothing but lo, which all have */
	sh("ip link add v0 address 02:00:00:00:00:03 type veth peer v1 address 02:00:00:00:00:04");
	assert_int_equal(sysfs_host(), -EXDEV);
	sh("ip link set v0 address 02:00:00:00:00:01 && ip link set v1 address 02:00:00:00:00:02 "
	   "&& ip link add v2 type veth peer v3");
	assert_int_equal(sysfs_host(), -EXDEV); /* two more than it shows */
}

#define kernel(test) cmocka_unit_test_setup(test, fresh_namespace)

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel(sysfs_is_that_of_the_namespace),
		kernel(sysfs_of_the_host_is_taken_where_it_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
