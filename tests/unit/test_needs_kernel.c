// SPDX-License-Identifier: GPL-2.0-only
// What a steered interface needs, on a real device: gathered, changed, put back.
#include "steer/needs.h"
#include "needs_fixture.h"
#include "release.h"
#include "shell.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

static int fresh_namespace(void **state)
{
	return unshare(CLONE_NEWNET);
}

static int attach_pass(int ifindex)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "somebody", "GPL", insns, 2, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_link_create(fd, ifindex, BPF_XDP, NULL) < 0, 0);
	return fd;
}

static void kernel_facts_are_gathered(void **state)
{
	struct nic_facts facts = {.frags = true};
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd;

	sh("ip link add v0 numrxqueues 4 numtxqueues 4 type veth peer v1 numrxqueues 4 numtxqueues "
	   "4");
	sh("ip link set v0 up && ip link set v1 up");
	sh("ip link add br0 type bridge && ip link set v0 master br0");
	sh("ip link add mv0 link br0 type macvlan && ip link set mv0 up");
	/* /sys shows another namespace's devices: a mount of our own to set it up by hand */
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	sh("mount -t sysfs sysfs /mnt && echo 2 > /mnt/class/net/v0/queues/rx-0/rps_cpus && "
	   "echo 3 > /mnt/class/net/v0/queues/rx-2/rps_cpus && "
	   "echo 64 > /mnt/class/net/v0/queues/rx-3/rps_flow_cnt && umount /mnt");
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_true(facts.frags);
	assert_string_equal(facts.driver, "veth");
	assert_int_equal(facts.rps_err, 0);
	assert_int_equal(facts.queues, 3);
	assert_int_equal(facts.queue[0].queue, 0);
	assert_string_equal(facts.queue[0].rps_cpus, "2");
	assert_string_equal(facts.queue[1].rps_cpus, "3");
	assert_int_equal(facts.queue[2].queue, 3);
	assert_int_equal(facts.queue[2].rps_flow_cnt, 64);
	assert_int_equal(facts.channels.rx, 4);
	assert_int_equal(facts.rxvlan, SWITCH_ON);
	assert_int_equal(facts.lro, SWITCH_OFF);
	assert_int_equal(facts.xdp.err, linux_before(6, 3) ? -ENOENT : 0);
	assert_int_equal(facts.xdp.features & REDIRECTS, linux_before(6, 3) ? 0 : REDIRECTS);
	assert_string_equal(facts.vlan_upper, "");
	assert_string_equal(facts.xdp_upper, "");
	assert_string_equal(facts.prog_name, "");
	assert_change(&facts, NEEDS_RPS, UNDO_QUEUE, "rx-0/rps_cpus", "2", "0");
	nic_facts_free(&facts);

	fd = attach_pass(facts.link.ifindex);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_string_equal(facts.prog_name, "somebody");
	assert_finding(&facts, NEEDS_PROGRAM, NEEDS_REFUSE, "named somebody");
	nic_facts_free(&facts);
	facts.own_prog_id = info.id;
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_null(find(&facts, NEEDS_PROGRAM));
	nic_facts_free(&facts);
	close(fd);
}

static void kernel_stacks_are_gathered(void **state)
{
	struct nic_facts facts = {0};
	int fd;

	sh("ip link add v0 type veth peer v1 && ip link add mv0 link v0 type macvlan");
	sh("ip link set v0 up && ip link set mv0 up");
	/* macvlan has no native XDP: the kernel runs it generically */
	fd = attach_pass(if_nametoindex("mv0"));
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_string_equal(facts.xdp_upper, "mv0");
	assert_finding(&facts, NEEDS_UPPER, NEEDS_REFUSE, "mv0");
	nic_facts_free(&facts);
	close(fd);
	assert_int_equal(nic_facts_gather("nosuch", &facts), -ENODEV);
}

/* The whole way: judged, changed, judged again, put back. */
static void kernel_changes_are_made_and_undone(void **state)
{
	char dir[] = "/tmp/espalier-needs.XXXXXX", why[256], *value;
	struct undo_entry rps = {.kind = UNDO_QUEUE, .ifname = "v0", .knob = "rx-0/rps_cpus"};
	struct nic_facts facts = {0};
	struct undo *undo;

	assert_non_null(mkdtemp(dir));
	sh("ip link add v0 type veth peer v1 && ip link set v0 up");
	assert_int_equal(undo_open(&undo, dir, "s.json", NULL, NULL, why, sizeof(why)), 0);
	rps.ifindex = if_nametoindex("v0");
	rps.old_value = "0";
	rps.new_value = "2";
	rps.reason = "test";
	assert_int_equal(undo_set(undo, &rps), 0);
	undo_close(undo);
	assert_int_equal(undo_open(&undo, dir, "other.json", NULL, NULL, why, sizeof(why)), 0);
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_int_equal(find(&facts, NEEDS_RPS)->verdict, NEEDS_CHANGE);
	assert_int_equal(needs_apply(&facts, &last, undo, NULL), 0);
	nic_facts_free(&facts);
	assert_int_equal(nic_facts_gather("v0", &facts), 0);
	assert_null(find(&facts, NEEDS_RPS));
	nic_facts_free(&facts);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_int_equal(undo_read(undo, &rps, &value), 0);
	assert_string_equal(value, "2");
	free(value);
	undo_close(undo);
	snprintf(why, sizeof(why), "rm -r %s", dir);
	sh("%s", why);
}

#define kernel(test) cmocka_unit_test_setup_teardown(test, fresh_namespace, drop_report)

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel(kernel_facts_are_gathered),
		kernel(kernel_stacks_are_gathered),
		kernel(kernel_changes_are_made_and_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
