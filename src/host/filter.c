// SPDX-License-Identifier: GPL-2.0-only
// What we may ask of the kernel from some point on: a seccomp filter.
#include "host/filter.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * What stays, and why. Names, for one that this machine or an older libseccomp lacks is passed
 * over. Where a C library has several for one thing all are here.
 * docs/decisions/a-forbidden-call-fails.md says why the rest fails and does not kill. As many a
 * line as there is room for:
 */
/* clang-format off */
static const char *const for_all[] = {
	/* Signals, waiting, the way out. */
	"exit", "exit_group", "poll", "ppoll", "pselect6", "restart_syscall", "rt_sigaction",
	"rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "select", "sigaltstack",
	"sigreturn",
	/* Clocks. */
	"clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "time",
	/* Netlink; which families: below. */
	"bind", "connect", "getpeername", "getsockname", "getsockopt", "recvfrom", "recvmmsg", "recvmsg",
	"sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
	/* Files that were named, sysfs, proc. */
	"access", "close", "close_range", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fcntl",
	"fstat", "fstatfs", "ftruncate", "getcwd", "getdents64", "lseek", "lstat", "newfstatat", "open",
	"openat", "pread64", "preadv", "pwrite64", "pwritev", "read", "readlink", "readlinkat", "readv",
	"stat", "statfs", "statx", "umask", "write", "writev",
	/* Memory; that nobody executes it: below. */
	"brk", "madvise", "mremap", "munmap",
	/* Who we are, where we may run, and what the C library asks. */
	"arch_prctl", "capget", "futex", "getcpu", "getegid", "geteuid", "getgid", "getpid", "getppid",
	"getrandom", "gettid", "getuid", "membarrier", "rseq", "sched_getaffinity", "sched_yield",
	"set_robust_list", "set_tid_address", "sysinfo", "uname",
	NULL,
};

static const char *const for_daemon[] = {
	/* The loop: libevent, timers, signals. */
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd2", "pipe2",
	"signalfd4", "timerfd_create", "timerfd_gettime", "timerfd_settime",
	/* The control socket. */
	"accept", "accept4", "listen",
	/* Programs, maps and links of interfaces that come, for which libbpf reserves numbers by a memfd and
	   raises the limit of locked memory; the tracepoint that tells of drops. */
	"bpf", "getrlimit", "memfd_create", "perf_event_open", "prlimit64", "setrlimit",
	/* Pins, the record of what was changed, metrics: written aside, then put in their place. */
	"fchmod", "fchmodat", "fdatasync", "flock", "fsync", "mkdir", "mkdirat", "rename", "renameat",
	"renameat2", "rmdir", "unlink", "unlinkat",
	/* The priority and the time slice of a new ring's thread. */
	"getpriority", "sched_setattr", "setpriority",
	/* The child that looks whether a network namespace lives (client/dead.c); which child: below. */
	"wait4", "waitid",
	NULL,
};
/* clang-format on */

/* What stays with some arguments alone: where these bits of the argument are so. */
struct some {
	const char *call;
	unsigned int arg;
	uint64_t mask, value;
};

#ifdef __s390__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

static const struct some some_for_all[] = {
	{"socket", 0, UINT32_MAX, AF_UNIX},
	{"socket", 0, UINT32_MAX, AF_NETLINK},
	/* What ethtool asks, names of interfaces, the C library's looks. */
	{"ioctl", 1, UINT32_MAX, SIOCETHTOOL},
	{"ioctl", 1, UINT32_MAX, SIOCGIFNAME},
	{"ioctl", 1, UINT32_MAX, SIOCGIFINDEX},
	{"ioctl", 1, UINT32_MAX, FIONREAD},
	{"ioctl", 1, UINT32_MAX, TCGETS},
	{"ioctl", 1, UINT32_MAX, TIOCGWINSZ},
#ifdef __s390__
	{"mmap", 0, 0, 0}, /* its arguments are in memory, where no filter sees them */
#else
	{"mmap", 2, PROT_EXEC, 0},
#endif
	{"mprotect", 2, PROT_EXEC, 0},
	{NULL, 0, 0, 0},
};

static const struct some some_for_daemon[] = {
	/* A fork: no thread, and no namespace. */
	{"clone", CLONE_FLAGS, ~(uint64_t)(CSIGNAL | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID), 0},
	/* The tracepoint of drops, where it is attached by way of perf. */
	{"ioctl", 1, UINT32_MAX, PERF_EVENT_IOC_ENABLE},
	{"ioctl", 1, UINT32_MAX, PERF_EVENT_IOC_DISABLE},
	{"ioctl", 1, UINT32_MAX, PERF_EVENT_IOC_SET_BPF},
	{NULL, 0, 0, 0},
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
enum { SANITIZED = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) };
#else
enum { SANITIZED = 0 };
#endif

/*
 * With any arguments if @some is NULL. A number below 0 is libseccomp's own, of a call that this
 * machine has not, which it then passes over, or has by another way: on s390x the calls of sockets
 * are socketcall() too, whose arguments are in memory: of a socket no family is seen there.
 */
static int allow(scmp_filter_ctx filter, const char *name, const struct some *some)
{
	int call = seccomp_syscall_resolve_name(name);
	struct scmp_arg_cmp where = {.op = SCMP_CMP_MASKED_EQ};

	if (some) {
		where.arg = some->arg;
		where.datum_a = some->mask;
		where.datum_b = some->value;
	}
	if (call == __NR_SCMP_ERROR)
		return 0; /* a name that this libseccomp does not know */
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, !!some, &where);
}

static int list(scmp_filter_ctx filter, const char *const *names, const struct some *some)
{
	int err = 0;

	for (; *names && !err; names++)
		err = allow(filter, *names, NULL);
	for (; some->call && !err; some++)
		err = allow(filter, some->call, some);
	return err;
}

static int fill(scmp_filter_ctx filter, enum filter_for who)
{
	/* abort() and raise() signal ourselves, and a test kills itself. */
	const struct some ourselves = {"tgkill", 0, UINT32_MAX, (uint64_t)getpid()};
	int err = allow(filter, ourselves.call, &ourselves);

	if (!err)
		err = allow(filter, "kill", &ourselves);

	if (!err)
		err = list(filter, for_all, some_for_all);
	if (!err && who == FILTER_DAEMON)
		err = list(filter, for_daemon, some_for_daemon);
	return err;
}

int filter_set(enum filter_for who)
{
	scmp_filter_ctx filter;
	int err;

	if (SANITIZED)
		return 0;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return -ENOMEM;
	/* Without the log (before Linux 4.14) a call fails all the same. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
	/* The kernel's own errno, not -ECANCELED for all. */
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (!err)
		err = fill(filter, who);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err == -EINVAL || err == -ENOSYS ? -EOPNOTSUPP : err;
}
