// SPDX-License-Identifier: GPL-2.0-only
/* host/filter, host/confine: what is forbidden fails with EPERM, and what is needed still works. */
#include "host/confine.h"
#include "host/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Each is done where the filter is set; 0 or an errno. */
#define CALL(name, expression)                             \
	static int name(void)                              \
	{                                                  \
		errno = 0;                                 \
		return (long)(expression) < 0 ? errno : 0; \
	}

CALL(run_a_program, execl("/bin/true", "true", NULL))
CALL(trace, ptrace(PTRACE_ATTACH, getppid(), NULL, NULL))
CALL(read_another, syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0))
CALL(kill_another, kill(getppid(), 0))
CALL(internet, socket(AF_INET, SOCK_DGRAM, 0))
CALL(packets, socket(AF_PACKET, SOCK_RAW, 0))
CALL(mount_something, mount("none", "/mnt", "tmpfs", 0, NULL))
CALL(open_a_filesystem, fsopen("sysfs", 0))
CALL(new_namespace, unshare(CLONE_NEWNET))
CALL(enter_namespace, setns(-1, CLONE_NEWNET))
CALL(new_root, chroot("/"))
CALL(load_a_module, syscall(SYS_finit_module, -1, "", 0))
CALL(write_code, (long)mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
CALL(own_another, chown("/dev/null", 0, 0))
CALL(become_another, setuid(1))
CALL(make_a_device, mknod("/tmp/filter-test-device", S_IFCHR, 0))
CALL(push_keys, ioctl(0, TIOCSTI, "x"))
CALL(ask_a_ring, syscall(SYS_io_uring_setup, 1, NULL))
CALL(set_the_clock, syscall(SYS_clock_settime, 0, NULL))
#ifdef __s390__
#define CLONE(flags) syscall(SYS_clone, 0, flags, 0, 0, 0)
#else
#define CLONE(flags) syscall(SYS_clone, flags, 0, 0, 0, 0)
#endif
CALL(make_a_thread, CLONE(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD))

CALL(local, socket(AF_UNIX, SOCK_SEQPACKET, 0))
CALL(netlink, socket(AF_NETLINK, SOCK_RAW, 0))
CALL(wait_for_events, epoll_create1(0))
CALL(read_sysfs, open("/sys/class/net/lo/ifindex", O_RDONLY))
CALL(take_memory,
     (long)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
CALL(keep_priority, setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)))
CALL(name_of_lo, if_nametoindex("lo") == 1 ? 0 : -1)

CALL(load_a_program, syscall(SYS_bpf, 0, NULL, 0))
CALL(remove_a_file, unlink("/nonexistent/file"))
CALL(raise_priority, setpriority(PRIO_PROCESS, 0, -5))

static int fork_a_child(void)
{
	int status = 1;
	pid_t child = fork();

	if (!child)
		_exit(7);
	return child < 0			? errno
	       : waitpid(child, &status, 0) < 0 ? errno
						: WEXITSTATUS(status) != 7;
}

struct one {
	int (*call)(void);
	const char *name;
	int expected;
};

#define FORBIDDEN(call)            \
	{                          \
		call, #call, EPERM \
	}
#define ALLOWED(call)          \
	{                      \
		call, #call, 0 \
	}

/* On s390x mmap() and socketcall(), which makes all sockets, have their arguments in memory. */
#ifdef __s390__
#define UNSEEN ALLOWED
#else
#define UNSEEN FORBIDDEN
#endif

/* clang-format off */
static const struct one cases[] = {
	FORBIDDEN(run_a_program),
	FORBIDDEN(trace),
	FORBIDDEN(read_another),
	FORBIDDEN(kill_another),
	UNSEEN(internet),
	UNSEEN(packets),
	FORBIDDEN(mount_something),
	FORBIDDEN(open_a_filesystem),
	FORBIDDEN(new_namespace),
	FORBIDDEN(enter_namespace),
	FORBIDDEN(new_root),
	FORBIDDEN(load_a_module),
	UNSEEN(write_code),
	FORBIDDEN(own_another),
	FORBIDDEN(become_another),
	FORBIDDEN(make_a_device),
	FORBIDDEN(push_keys),
	FORBIDDEN(ask_a_ring),
	FORBIDDEN(set_the_clock),
	FORBIDDEN(make_a_thread),
	ALLOWED(local),
	ALLOWED(netlink),
	ALLOWED(wait_for_events),
	ALLOWED(read_sysfs),
	ALLOWED(take_memory),
	ALLOWED(keep_priority),
	ALLOWED(name_of_lo),
	ALLOWED(fork_a_child),
};

/* What the daemon may and a reader may not. */
static const struct one readers[] = {
	FORBIDDEN(load_a_program), FORBIDDEN(remove_a_file), FORBIDDEN(raise_priority),
	FORBIDDEN(wait_for_events), FORBIDDEN(fork_a_child), FORBIDDEN(run_a_program),
	UNSEEN(internet), ALLOWED(netlink), ALLOWED(read_sysfs), ALLOWED(take_memory),
};
/* clang-format on */

static int set_for_daemon(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : filter_set(FILTER_DAEMON);
}

static int set_for_reader(void)
{
	return confine(false);
}

/* In a child: 0 if each is as expected once it is set. */
static int wrong(int (*set)(void), const struct one *one, size_t n)
{
	int err = set();

	if (err) {
		fprintf(stderr, "setting the filter: %d\n", err);
		return 1;
	}
	for (size_t i = 0; i < n; i++) {
		int seen = one[i].call();

		if (seen != one[i].expected) {
			fprintf(stderr, "%s: %d, not %d\n", one[i].name, seen, one[i].expected);
			return 1;
		}
	}
	return 0;
}

/* Not under qemu-user, which has no seccomp. */
static bool has_seccomp(void)
{
	int status = 0;
	pid_t child = fork();

	if (!child)
		_exit(set_for_daemon() == -EOPNOTSUPP ? 1 : 0);
	return waitpid(child, &status, 0) == child && !status;
}

static void check(int (*set)(void), const struct one *one, size_t n)
{
	int status = 0;
	pid_t child;

	if (!has_seccomp())
		skip();
	child = fork();
	if (!child)
		_exit(wrong(set, one, n));
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_daemon(void **state)
{
	check(set_for_daemon, cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_reader(void **state)
{
	check(set_for_reader, readers, sizeof(readers) / sizeof(readers[0]));
}

/*
 * In a child: on a kernel that was built without seccomp nothing is filtered, and a reader reads
 * on. Made so by hand, for libseccomp would remember what it saw before.
 */
static int without_seccomp(void)
{
	enum {
		FIRST = offsetof(struct seccomp_data, args) +
			(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0),
	};
	struct sock_filter calls[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIRST),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof(calls) / sizeof(calls[0]), calls};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 1;
	/* qemu-user refuses this, and is such a kernel. */
	(void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
	return filter_set(FILTER_DAEMON) != -EOPNOTSUPP || confine(false) || internet();
}

static void test_without_seccomp(void **state)
{
	int status = 0;
	pid_t child = fork();

	if (!child)
		_exit(without_seccomp());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* abort() must still end it. */
static void test_abort_ends(void **state)
{
	int status = 0;
	pid_t child;

	if (!has_seccomp())
		skip();
	child = fork();
	if (!child) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || filter_set(FILTER_DAEMON))
			_exit(1);
		abort();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_without_seccomp),
		cmocka_unit_test(test_abort_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
