// SPDX-License-Identifier: GPL-2.0-only
/*
 * LD_PRELOAD: answers SIOCETHTOOL for one interface from a model, and refuses generic netlink, so
 * that ethtool(8) falls back to the ioctl.
 *
 *	ESPALIER_MODEL=IF:MODEL:QUEUES[:ntuple]	which; "eth*": all whose names begin so, as one NIC;
 *					":drops": it takes rules and has them no more
 *	ESPALIER_MODEL_STATE=FILE	requests that changed something; replayed at each start
 *	ESPALIER_MODEL_KILL=N		the process is killed right after its N-th such request
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "nic/model.h"

struct answering {
	char interface[IFNAMSIZ];
	struct model_nic nic;
	const char *state;
	int until_killed; /* 0: never */
};

static size_t size_of(const void *request)
{
	const struct ethtool_rxfh *rxfh = request;
	const struct ethtool_rxfh_indir *indir = request;
	uint32_t entries;

	switch (rxfh->cmd) {
	case ETHTOOL_SCHANNELS:
		return sizeof(struct ethtool_channels);
	case ETHTOOL_SRXFH:
	case ETHTOOL_SRXCLSRLINS:
	case ETHTOOL_SRXCLSRLDEL:
		return sizeof(struct ethtool_rxnfc);
	case ETHTOOL_SRXFHINDIR:
		return sizeof(*indir) + 4 * (size_t)indir->size;
	case ETHTOOL_SRSSH:
		entries = rxfh->indir_size == 0xffffffffu ? 0 : rxfh->indir_size;
		return sizeof(*rxfh) + 4 * (size_t)entries + rxfh->key_size;
	default:
		return 0; /* changes nothing */
	}
}

static void replay(struct answering *a)
{
	FILE *file = a->state ? fopen(a->state, "re") : NULL;
	static uint64_t request[8192];
	uint32_t size;

	if (!file)
		return;
	while (fread(&size, sizeof(size), 1, file) == 1 && size <= sizeof(request) &&
	       fread(request, size, 1, file) == 1)
		model_ethtool(&a->nic, request);
	fclose(file);
}

static void record(struct answering *a, const void *request)
{
	uint32_t size = size_of(request);
	FILE *file = size && a->state ? fopen(a->state, "ae") : NULL;

	if (!file)
		return;
	fwrite(&size, sizeof(size), 1, file);
	fwrite(request, size, 1, file);
	fclose(file);
	if (a->until_killed && !--a->until_killed)
		kill(getpid(), SIGKILL);
}

/* The one of this process; made when first asked for, as there is nobody to hand it down. */
static struct answering *answering(void)
{
	static struct answering a;
	const char *text = getenv("ESPALIER_MODEL");
	char name[32], ntuple[8] = "";
	unsigned int queues;

	if (a.nic.model || !text)
		return a.nic.model ? &a : NULL;
	if (sscanf(text, "%15[^:]:%31[^:]:%u:%7s", a.interface, name, &queues, ntuple) < 3 ||
	    !model_find(name) || model_nic_init(&a.nic, model_find(name), queues)) {
		fprintf(stderr, "ESPALIER_MODEL=%s: not IF:MODEL:QUEUES\n", text);
		abort();
	}
	a.nic.ntuple = !strcmp(ntuple, "ntuple");
	a.nic.drops_rules = !strcmp(ntuple, "drops");
	a.state = getenv("ESPALIER_MODEL_STATE");
	a.until_killed = getenv("ESPALIER_MODEL_KILL") ? atoi(getenv("ESPALIER_MODEL_KILL")) : 0;
	replay(&a);
	return &a;
}

/* What the kernel itself knows: the names of hash functions. */
static int string_sets(void *request)
{
	static const char names[3][ETH_GSTRING_LEN] = {"toeplitz", "xor", "crc32"};
	struct ethtool_sset_info *info = request;
	struct ethtool_gstrings *strings = request;

	if (info->cmd == ETHTOOL_GSSET_INFO) {
		info->sset_mask &= 1ull << ETH_SS_RSS_HASH_FUNCS;
		if (info->sset_mask)
			info->data[0] = 3;
		return 0;
	}
	if (strings->string_set != ETH_SS_RSS_HASH_FUNCS)
		return -EOPNOTSUPP;
	strings->len = 3;
	memcpy(strings->data, names, sizeof(names));
	return 0;
}

static bool is_its(const struct answering *a, const char *name)
{
	const char *star = strchr(a->interface, '*');

	return star ? !strncmp(name, a->interface, (size_t)(star - a->interface))
		    : !strncmp(name, a->interface, IFNAMSIZ);
}

static int answer(struct answering *a, void *request)
{
	uint32_t cmd = *(uint32_t *)request;
	int err;

	if (cmd == ETHTOOL_GSSET_INFO || cmd == ETHTOOL_GSTRINGS)
		return string_sets(request);
	err = model_ethtool(&a->nic, request);
	if (!err)
		record(a, request);
	return err;
}

int ioctl(int fd, unsigned long number, ...)
{
	int (*next)(int, unsigned long, void *) =
		(int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl");
	struct ifreq *request;
	struct answering *a;
	va_list args;
	int err;

	va_start(args, number);
	request = va_arg(args, struct ifreq *);
	va_end(args);
	a = number == SIOCETHTOOL ? answering() : NULL;
	if (!a || !is_its(a, request->ifr_name))
		return next(fd, number, request);
	err = answer(a, request->ifr_data);
	if (!err)
		return 0;
	errno = -err;
	return -1;
}

int socket(int domain, int type, int protocol)
{
	int (*next)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");

	if (domain == AF_NETLINK && protocol == NETLINK_GENERIC) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	return next(domain, type, protocol);
}
