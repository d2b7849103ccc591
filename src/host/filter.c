// SPDX-License-Identifier: GPL-2.0-only
// What we may ask of the kernel from some point on: a seccomp filter.
#include "host/filter.h"

#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <unistd.h>
#include "host/stays.h"

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
static int allow(scmp_filter_ctx filter, const char *name, const struct stays_some *some)
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

static int list(scmp_filter_ctx filter, const char *const *names, const struct stays_some *some)
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
	const struct stays_some ourselves = {"tgkill", 0, UINT32_MAX, (uint64_t)getpid()};
	int err = allow(filter, ourselves.call, &ourselves);

	if (!err)
		err = allow(filter, "kill", &ourselves);

	if (!err)
		err = list(filter, stays_calls, stays_some);
	if (!err && who == FILTER_DAEMON)
		err = list(filter, stays_calls_daemon, stays_some_daemon);
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
