// SPDX-License-Identifier: GPL-2.0-only
// What we may still do from some point on, and why: the one list of it.
#include "host/stays.h"

#include <linux/capability.h>
#include <linux/perf_event.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Also in espalier-run(8). */
const unsigned int stays_capabilities[STAYS_CAPABILITIES] = {
	/* XFRM and rtnetlink, ethtool settings, attaching to an interface that comes back. */
	CAP_NET_ADMIN,
	/* Loading a program for such an interface. */
	CAP_BPF,
	CAP_PERFMON,
	/* The priority of the threads of rings that are made later. */
	CAP_SYS_NICE,
	/* SYS_ADMIN goes: the mount of sysfs through which settings are made is kept open. */
};

/*
 * System calls: names, for one that this machine or an older libseccomp lacks is passed
 * over. Where a C library has several for one thing all are here.
 * docs/decisions/a-forbidden-call-fails.md says why the rest fails and does not kill. As many a
 * line as there is room for:
 */
/* clang-format off */
const char *const stays_calls[] = {
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

const char *const stays_calls_daemon[] = {
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

#ifdef __s390__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

const struct stays_some stays_some[] = {
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

const struct stays_some stays_some_daemon[] = {
	/* A fork: no thread, and no namespace. */
	{"clone", CLONE_FLAGS, ~(uint64_t)(CSIGNAL | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID), 0},
	/* The tracepoint of drops, where it is attached by way of perf. */
	{"ioctl", 1, UINT32_MAX, PERF_EVENT_IOC_ENABLE},
	{"ioctl", 1, UINT32_MAX, PERF_EVENT_IOC_DISABLE},
	{"ioctl", 1, UINT32_MAX, PERF_EVENT_IOC_SET_BPF},
	{NULL, 0, 0, 0},
};
