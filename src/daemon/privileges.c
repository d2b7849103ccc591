// SPDX-License-Identifier: GPL-2.0-only
// Drops what running on does not need.
#include "daemon/daemon.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>

/*
 * What stays, and why (also in espalier-run(8)):
 * NET_ADMIN: XFRM and rtnetlink, ethtool settings, attaching to an interface that comes back.
 * BPF, PERFMON: loading a program for such an interface.
 * SYS_ADMIN: the private sysfs mount through which settings are put back.
 * SYS_NICE: the priority of the threads of rings that are made later.
 */
int privileges_drop(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_updatev(CAPNG_ADD,
			  (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET),
			  CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, CAP_SYS_NICE, -1))
		return -EINVAL;
	if (capng_apply(CAPNG_SELECT_BOTH))
		return -EPERM;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}
