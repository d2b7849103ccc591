// SPDX-License-Identifier: GPL-2.0-only
/* A NIC's hash function, key and indirection table, by SIOCETHTOOL. */
#include "nic/ethtool.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/*
 * struct ethtool_rxfh since Linux 6.8: Debian 12's header has the older form, in which input_xfrm
 * is reserved and must be 0 (include/uapi/linux/ethtool.h).
 */
struct rxfh {
	uint32_t cmd;
	uint32_t rss_context;
	uint32_t indir_size;
	uint32_t key_size;
	uint8_t hfunc;
	uint8_t input_xfrm;
	uint8_t rsvd8[2];
	uint32_t rsvd32;
	uint32_t config[]; /* the table, then the key's bytes */
};

#define INDIR_NO_CHANGE 0xffffffffu

_Static_assert(sizeof(struct rxfh) == sizeof(struct ethtool_rxfh), "rxfh is not the kernel's");

static int call(int fd, const char *ifname, struct rxfh *request)
{
	struct ifreq ifr = {0};

	if (!*ifname || strlen(ifname) >= sizeof(ifr.ifr_name))
		return -ENODEV;
	strcpy(ifr.ifr_name, ifname);
	ifr.ifr_data = (void *)request;
	return ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

static struct rxfh *request_new(uint32_t cmd, uint32_t context, uint32_t indir, uint32_t key)
{
	struct rxfh *request;

	request = calloc(1, sizeof(*request) + (size_t)indir * sizeof(uint32_t) + key);
	if (!request)
		return NULL;
	request->cmd = cmd;
	request->rss_context = context;
	request->indir_size = indir;
	request->key_size = key;
	return request;
}

static int take_answer(const struct rxfh *answer, struct nic_rss *out)
{
	const uint8_t *key = (const uint8_t *)(answer->config + answer->indir_size);

	out->hfunc = answer->hfunc;
	out->input_xfrm = answer->input_xfrm;
	out->indir_size = answer->indir_size;
	out->key_size = answer->key_size;
	out->indir = calloc(answer->indir_size + 1, sizeof(*out->indir));
	out->key = calloc(answer->key_size + 1, 1);
	if (!out->indir || !out->key)
		return -ENOMEM;
	memcpy(out->indir, answer->config, answer->indir_size * sizeof(*out->indir));
	memcpy(out->key, key, answer->key_size);
	return 0;
}

/* Ask for the sizes first: the kernel refuses any other. */
static int rss_read(int fd, const char *ifname, uint32_t context, struct nic_rss *out)
{
	struct rxfh sizes = {.cmd = ETHTOOL_GRSSH, .rss_context = context};
	struct rxfh *answer;
	int ret;

	ret = call(fd, ifname, &sizes);
	if (ret)
		return ret;
	if (sizes.indir_size > NIC_RSS_MAX_INDIR || sizes.key_size > NIC_RSS_MAX_KEY)
		return -EMSGSIZE;
	answer = request_new(ETHTOOL_GRSSH, context, sizes.indir_size, sizes.key_size);
	if (!answer)
		return -ENOMEM;
	ret = call(fd, ifname, answer);
	if (!ret && (answer->indir_size != sizes.indir_size || answer->key_size != sizes.key_size))
		ret = -EMSGSIZE;
	if (!ret)
		ret = take_answer(answer, out);
	free(answer);
	return ret;
}

int ethtool_rss(int fd, const char *ifname, uint32_t context, struct nic_rss *out)
{
	memset(out, 0, sizeof(*out));
	out->err = rss_read(fd, ifname, context, out);
	if (out->err) {
		int err = out->err;

		ethtool_rss_free(out);
		out->err = err;
	}
	out->context = context;
	return out->err;
}

void ethtool_rss_free(struct nic_rss *rss)
{
	free(rss->indir);
	free(rss->key);
	memset(rss, 0, sizeof(*rss));
}

int ethtool_rss_set(int fd, const char *ifname, const struct nic_rss *rss, unsigned int parts)
{
	uint32_t indir = parts & NIC_RSS_INDIR ? rss->indir_size : 0;
	uint32_t key = parts & NIC_RSS_KEY ? rss->key_size : 0;
	struct rxfh *request;
	int ret;

	/* An empty table would ask for the driver's default, ethtool_rss_reset does that. */
	if ((parts & NIC_RSS_INDIR && !indir) || (parts & NIC_RSS_KEY && !key))
		return -EOPNOTSUPP;
	request = request_new(ETHTOOL_SRSSH, rss->context, indir, key);
	if (!request)
		return -ENOMEM;
	if (indir)
		memcpy(request->config, rss->indir, indir * sizeof(*rss->indir));
	else
		request->indir_size = INDIR_NO_CHANGE;
	if (key)
		memcpy(request->config + indir, rss->key, key);
	request->hfunc = parts & NIC_RSS_HFUNC ? rss->hfunc : 0;
	request->input_xfrm = rss->input_xfrm;
	ret = call(fd, ifname, request);
	free(request);
	return ret;
}

int ethtool_rss_reset(int fd, const char *ifname)
{
	struct nic_rss now;
	struct rxfh request = {.cmd = ETHTOOL_SRSSH};
	int ret;

	ret = ethtool_rss(fd, ifname, 0, &now);
	if (ret)
		return ret;
	request.input_xfrm = now.input_xfrm;
	ethtool_rss_free(&now);
	return call(fd, ifname, &request);
}

int ethtool_rss_contexts(int fd, const char *ifname, uint32_t max, uint32_t *context)
{
	int count = 0;

	for (uint32_t i = 1; i <= max; i++) {
		struct rxfh sizes = {.cmd = ETHTOOL_GRSSH, .rss_context = i};
		int err = call(fd, ifname, &sizes);

		/* A driver without them refuses whatever the number. */
		if (err == -EOPNOTSUPP || err == -ENODEV)
			return err;
		if (!err)
			context[count++] = i;
	}
	return count;
}
