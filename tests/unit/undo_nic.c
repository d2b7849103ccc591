// SPDX-License-Identifier: GPL-2.0-only
// A made-up NIC with hash, key and table, behind the ethtool ioctl of one veth called nic0.
#include "undo_nic.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct undo_nic model;

void model_reset_table(void)
{
	int i;

	for (i = 0; i < TABLE; i++)
		model.table[i] = i % model.rings;
	model.configured = false;
}

void model_init(void)
{
	int i;

	model.present = true;
	model.stuck = false;
	model.refuses = model.refuses_then = 0;
	model.rings = 4;
	model.hfunc = 1;
	for (i = 0; i < KEY; i++)
		model.key[i] = i + 1;
	model_reset_table();
}

static int fail_with(int err)
{
	errno = err;
	return -1;
}

static int model_get(struct ethtool_rxfh *rss)
{
	if (model.refuses)
		return fail_with(model.refuses);
	if (rss->rss_context)
		return fail_with(EOPNOTSUPP);
	if ((rss->indir_size && rss->indir_size != TABLE) ||
	    (rss->key_size && rss->key_size != KEY))
		return fail_with(EINVAL);
	if (rss->indir_size)
		memcpy(rss->rss_config, model.table, sizeof(model.table));
	if (rss->key_size)
		memcpy(rss->rss_config + rss->indir_size, model.key, KEY);
	rss->indir_size = TABLE;
	rss->key_size = KEY;
	rss->hfunc = model.hfunc;
	return 0;
}

static int model_set(const struct ethtool_rxfh *rss)
{
	uint32_t indir = rss->indir_size == 0xffffffff ? 0 : rss->indir_size;

	if ((indir && indir != TABLE) || (rss->key_size && rss->key_size != KEY))
		return fail_with(EINVAL);
	if (rss->key_size && model.stuck)
		return fail_with(EBUSY);
	if (indir) {
		memcpy(model.table, rss->rss_config, sizeof(model.table));
		model.configured = true;
	}
	if (rss->key_size)
		memcpy(model.key, rss->rss_config + indir, KEY);
	if (!rss->indir_size)
		model_reset_table();
	if (rss->hfunc)
		model.hfunc = rss->hfunc;
	return 0;
}

static int model_channels(struct ethtool_channels *ch)
{
	if (ch->cmd == ETHTOOL_SCHANNELS) {
		model.rings = ch->combined_count;
		if (!model.configured)
			model_reset_table();
		return 0;
	}
	memset(&ch->max_rx, 0, sizeof(*ch) - sizeof(ch->cmd));
	ch->max_combined = 8;
	ch->combined_count = model.rings;
	return 0;
}

static int model_answer(void *request)
{
	switch (*(uint32_t *)request) {
	case ETHTOOL_GRSSH:
		return model_get(request);
	case ETHTOOL_SRSSH:
		return model_set(request);
	case ETHTOOL_GRXRINGS:
		((struct ethtool_rxnfc *)request)->data = model.rings;
		return 0;
	case ETHTOOL_GCHANNELS:
	case ETHTOOL_SCHANNELS:
		return model_channels(request);
	default:
		return fail_with(EOPNOTSUPP);
	}
}

/* In front of the C library's: all but ethtool of nic0 goes to the kernel. */
int ioctl(int fd, unsigned long request, ...)
{
	struct ifreq *ifr;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	ifr = arg;
	if (request == SIOCETHTOOL && model.present && !strcmp(ifr->ifr_name, "nic0"))
		return model_answer(ifr->ifr_data);
	return syscall(SYS_ioctl, fd, request, arg);
}
