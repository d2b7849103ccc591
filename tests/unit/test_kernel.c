// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel can, what follows from it, and which namespace this is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "nic/kernel.h"
#include "nic/netns.h"
#include "sas/program.h"

/* A kernel without ring buffers, if asked for; else the one that is there. */
static bool without_ring_buffer;

int __real_libbpf_probe_bpf_map_type(enum bpf_map_type type, const void *opts);
int __wrap_libbpf_probe_bpf_map_type(enum bpf_map_type type, const void *opts);

int __wrap_libbpf_probe_bpf_map_type(enum bpf_map_type type, const void *opts)
{
	if (without_ring_buffer && type == BPF_MAP_TYPE_RINGBUF)
		return 0;
	return __real_libbpf_probe_bpf_map_type(type, opts);
}

static void what_is_missing_is_named(void **state)
{
	assert_null(kernel_missing());
	without_ring_buffer = true;
	assert_non_null(kernel_missing());
	assert_string_equal(kernel_missing(), kernel_sentence(KERNEL_RING_BUFFER, KERNEL_LACKS));
	assert_non_null(strstr(kernel_missing(), "ring buffers"));
	without_ring_buffer = false;
}

/* The promise of docs/moves.md: too short a batch loses packets, so what is not known counts as long. */
static void batch_of_a_ring(void **state)
{
	assert_int_equal(program_batch(KERNEL_LACKS), 8);
	assert_int_equal(program_batch(KERNEL_HAS), 72);
	assert_int_equal(program_batch(KERNEL_UNKNOWN), 72);
}

static void each_item_has_its_words(void **state)
{
	for (int i = 0; i < KERNEL_ITEMS; i++) {
		assert_non_null(kernel_item_name(i));
		assert_non_null(kernel_sentence(i, KERNEL_HAS));
		assert_non_null(kernel_sentence(i, KERNEL_LACKS));
		assert_non_null(kernel_sentence(i, KERNEL_UNKNOWN));
	}
}

/* Asked singly and together, with and without BTF. */
static void btf_is_hidden(void **state)
{
	struct kernel_facts facts;

	kernel_probe(&facts);
	for (int i = 0; i < KERNEL_ITEMS; i++)
		assert_int_equal(facts.item[i], kernel_can(i));
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("/dev/null", "/sys/kernel/btf/vmlinux", NULL, MS_BIND, NULL))
		skip();
	assert_int_equal(kernel_can(KERNEL_BTF), KERNEL_LACKS);
	assert_int_equal(kernel_can(KERNEL_CPUMAP_GRO), KERNEL_UNKNOWN);
	assert_int_equal(kernel_can(KERNEL_ENCAP_GRO), KERNEL_UNKNOWN);
	assert_int_equal(kernel_can(KERNEL_PULL_DATA), KERNEL_UNKNOWN);
	assert_int_equal(kernel_can(KERNEL_RING_DROPS), facts.item[KERNEL_RING_DROPS]);
	assert_null(kernel_missing());
}

static uint64_t number_here(void)
{
	uint64_t number = 0;

	assert_int_equal(netns_number("/proc/thread-self/net/netlink", &number), 0);
	return number;
}

/* Namespaces that come and go, one after the other, so that their inode numbers are used again. */
static void no_namespace_comes_back(void **state)
{
	enum { NAMESPACES = 20 };
	uint64_t seen[NAMESPACES];
	int times_again = 0;

	for (int i = 0; i < NAMESPACES; i++) {
		int pipes[2], status;
		pid_t child;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (!child) {
			uint64_t number = unshare(CLONE_NEWNET) ? 0 : number_here();

			_exit(number != number_here() || write(pipes[1], &number, 8) != 8);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(read(pipes[0], &seen[i], 8), 8);
		close(pipes[0]);
		close(pipes[1]);
		if (!seen[i])
			skip();
		usleep(50000);
		for (int j = 0; j < i; j++) {
			assert_true(seen[i] != seen[j]);
			times_again += seen[i] >> 32 == seen[j] >> 32;
		}
	}
	print_message("inode numbers used again: %d\n", times_again);
}

static void socket_of_the_kernel(void **state)
{
	static const char head[] = "sk               Eth Pid        Groups   Rmem     Wmem     Dump  "
				   "Locks    Drops    Inode\n";
	static const struct {
		const char *line;
		int err;
		uint32_t inode;
	} cases[] = {
		{"00000000c4eec1ce 0   0          00000000 0        0        0     2        0        95\n",
		 0, 95},
		{"00000000c4eec1ce 0   0          00000000 0        0        0     2        0        "
		 "4294967295\n",
		 0, UINT32_MAX},
		{"00000000c4eec1ce 0   4711       00000000 0        0        0     2        0        95\n",
		 -ESRCH, 0},
		{"00000000c4eec1ce 6   0          00000000 0        0        0     2        0        95\n",
		 -ESRCH, 0},
		{"00000000c4eec1ce 0   0          00000000 0        0        0     2        0        0\n",
		 -ESRCH, 0},
		{"", -ESRCH, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[] = "/tmp/test-kernel-XXXXXX";
		uint64_t number = 0;
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		dprintf(fd, "%s%s", head, cases[i].line);
		assert_int_equal(netns_number(path, &number), cases[i].err);
		if (!cases[i].err)
			assert_int_equal((uint32_t)number, cases[i].inode);
		close(fd);
		unlink(path);
	}
	assert_int_equal(netns_number("/proc/no-such-file", &(uint64_t){0}), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batch_of_a_ring),
		cmocka_unit_test(each_item_has_its_words),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(socket_of_the_kernel),
		cmocka_unit_test(no_namespace_comes_back),
		cmocka_unit_test(btf_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
