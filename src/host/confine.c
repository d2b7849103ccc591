// SPDX-License-Identifier: GPL-2.0-only
// Before what others wrote is read.
#include "host/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>
#include "host/filter.h"

/* The files are others' as often as not: root was asked to read them, and may. */
static int drop_capabilities(bool kernels_sas)
{
	const capng_type_t sets = (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED);
	bool reads, asks;

	if (capng_get_caps_process())
		return -EIO;
	reads = capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH);
	asks = kernels_sas && capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN);
	capng_clear(CAPNG_SELECT_BOTH);
	if (reads && capng_update(CAPNG_ADD, sets, CAP_DAC_READ_SEARCH))
		return -EINVAL;
	if (asks && capng_update(CAPNG_ADD, sets, CAP_NET_ADMIN))
		return -EINVAL;
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

int confine(bool kernels_sas)
{
	int err = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : drop_capabilities(kernels_sas);

	if (!err)
		err = filter_set(FILTER_READER);
	return err == -EOPNOTSUPP ? 0 : err;
}
