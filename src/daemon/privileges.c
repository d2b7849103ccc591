// SPDX-License-Identifier: GPL-2.0-only
// Drops what running on does not need.
#include "daemon/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include "cli/say.h"
#include "host/filter.h"
#include "host/stays.h"

/* What libcap-ng is to apply: these in @sets, as far as we have them, and in the others none. */
static int choose(capng_type_t sets)
{
	bool have[CAP_LAST_CAP + 1] = {false};

	if (capng_get_caps_process())
		return -EIO;
	for (unsigned int i = 0; i < STAYS_CAPABILITIES; i++)
		have[stays_capabilities[i]] =
			capng_have_capability(CAPNG_PERMITTED, stays_capabilities[i]);
	capng_clear(CAPNG_SELECT_BOTH);
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (have[cap] && capng_update(CAPNG_ADD, sets, cap))
			return -EINVAL;
	return 0;
}

static void filter_calls(void)
{
	int err = filter_set(FILTER_DAEMON);

	if (err)
		say_warning("system calls are not filtered: %s; running all the same",
			    err == -EOPNOTSUPP ? "the kernel has no seccomp" : strerror(-err));
}

int privileges_drop(void)
{
	capng_type_t sets =
		(capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET);
	int err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	err = choose(sets);
	/* Without SETPCAP the bounding set stays; since nothing can be gained, that gives nothing. */
	if (!err)
		(void)capng_apply(CAPNG_SELECT_BOUNDS);
	if (!err)
		err = choose(sets);
	if (!err && capng_apply(CAPNG_SELECT_CAPS))
		err = -EPERM;
	if (!err)
		filter_calls();
	return err;
}

/* Only the effective set is another for a while: what is permitted can be taken again. */
static int set_effective(bool all)
{
	unsigned int cap;

	if (capng_get_caps_process())
		return -EIO;
	for (cap = 0; cap <= CAP_LAST_CAP; cap++) {
		bool wanted = all;

		for (unsigned int i = 0; i < STAYS_CAPABILITIES; i++)
			wanted |= stays_capabilities[i] == cap;
		wanted &= capng_have_capability(CAPNG_PERMITTED, cap) != 0;
		if (capng_update(wanted ? CAPNG_ADD : CAPNG_DROP, CAPNG_EFFECTIVE, cap))
			return -EINVAL;
	}
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

int privileges_lower(void)
{
	return set_effective(false);
}

int privileges_raise(void)
{
	return set_effective(true);
}
