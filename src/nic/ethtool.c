// SPDX-License-Identifier: GPL-2.0-only
// What a NIC answers to ethtool, by SIOCETHTOOL.
#include "nic/ethtool.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A kernel that claims more strings than this of one kind is not to be believed. */
#define MAX_STRINGS 1024

int ethtool_open(void)
{
	/* Any kind of socket will do; we need this one anyway, and our unit allows no AF_INET. */
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int ethtool_ask(int fd, const char *ifname, void *request)
{
	struct ifreq ifr = {0};
	int ret;

	if (!*ifname || strlen(ifname) >= sizeof(ifr.ifr_name))
		return -ENODEV;
	strcpy(ifr.ifr_name, ifname);
	ifr.ifr_data = request;
	ret = ioctl(fd, SIOCETHTOOL, &ifr);
	return ret < 0 ? -errno : ret;
}

/* Strings of the kernel fill their field and need no end. */
static void copy_text(char *out, size_t size, const char *text, size_t len)
{
	len = strnlen(text, len);
	if (len >= size)
		len = size - 1;
	memcpy(out, text, len);
	out[len] = 0;
}

int ethtool_driver(int fd, const char *ifname, struct nic_driver *out)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ethtool_ask(fd, ifname, &info);
	if (ret < 0) {
		out->err = ret;
		return ret;
	}
	out->priv_flags = info.n_priv_flags;
	copy_text(out->driver, sizeof(out->driver), info.driver, sizeof(info.driver));
	copy_text(out->version, sizeof(out->version), info.version, sizeof(info.version));
	copy_text(out->firmware, sizeof(out->firmware), info.fw_version, sizeof(info.fw_version));
	copy_text(out->bus, sizeof(out->bus), info.bus_info, sizeof(info.bus_info));
	return 0;
}

/*
 * dpaa2-eth tells the sum of all as combined once more (dpaa2_eth_get_channels). Nobody has
 * channels that receive, channels that send, and combined ones beside both.
 */
static bool combined_is_sum(const struct ethtool_channels *ch)
{
	return ch->rx_count && ch->tx_count &&
	       ch->combined_count == ch->rx_count + ch->tx_count + ch->other_count;
}

int ethtool_channels(int fd, const char *ifname, struct nic_channels *out)
{
	struct ethtool_channels ch = {.cmd = ETHTOOL_GCHANNELS};
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ethtool_ask(fd, ifname, &ch);
	if (ret < 0) {
		out->err = ret;
		return ret;
	}
	if (combined_is_sum(&ch))
		ch.max_combined = ch.combined_count = 0;
	out->max_rx = ch.max_rx;
	out->max_tx = ch.max_tx;
	out->max_other = ch.max_other;
	out->max_combined = ch.max_combined;
	out->rx = ch.rx_count;
	out->tx = ch.tx_count;
	out->other = ch.other_count;
	out->combined = ch.combined_count;
	return 0;
}

int ethtool_channels_set(int fd, const char *ifname, const struct nic_channels *want)
{
	struct ethtool_channels ch = {
		.cmd = ETHTOOL_SCHANNELS,
		.rx_count = want->rx,
		.tx_count = want->tx,
		.other_count = want->other,
		.combined_count = want->combined,
	};
	int ret = ethtool_ask(fd, ifname, &ch);

	return ret < 0 ? ret : 0;
}

int ethtool_rx_rings(int fd, const char *ifname, uint32_t *out)
{
	struct ethtool_rxnfc nfc = {.cmd = ETHTOOL_GRXRINGS};
	int ret = ethtool_ask(fd, ifname, &nfc);

	if (ret < 0)
		return ret;
	*out = nfc.data > UINT32_MAX ? UINT32_MAX : nfc.data;
	return 0;
}

/* Number of strings of a set (ETH_SS_*); negative errno. */
static int string_count(int fd, const char *ifname, int set)
{
	struct ethtool_sset_info *info;
	int ret;

	info = calloc(1, sizeof(*info) + sizeof(info->data[0]));
	if (!info)
		return -ENOMEM;
	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1ULL << set;
	ret = ethtool_ask(fd, ifname, info);
	if (ret >= 0 && !info->sset_mask)
		ret = 0;
	else if (ret >= 0)
		ret = info->data[0] > MAX_STRINGS ? -EMSGSIZE : (int)info->data[0];
	free(info);
	return ret;
}

/* The strings of a set, COUNT of them; to be freed. */
static int strings_get(int fd, const char *ifname, int set, uint32_t count,
		       struct ethtool_gstrings **out)
{
	struct ethtool_gstrings *strings;
	int ret;

	strings = calloc(1, sizeof(*strings) + (size_t)count * ETH_GSTRING_LEN);
	if (!strings)
		return -ENOMEM;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = set;
	strings->len = count;
	ret = ethtool_ask(fd, ifname, strings);
	/* More than asked for would have overrun us: the kernel was built with another set. */
	if (ret >= 0 && strings->len != count)
		ret = -EMSGSIZE;
	if (ret < 0) {
		free(strings);
		return ret;
	}
	*out = strings;
	return 0;
}

static const char *string_at(const struct ethtool_gstrings *strings, size_t i)
{
	return (const char *)strings->data + i * ETH_GSTRING_LEN;
}

static size_t feature_words(size_t count)
{
	return (count + 31) / 32;
}

static int feature_bits(int fd, const char *ifname, size_t count, struct ethtool_gfeatures **out)
{
	struct ethtool_gfeatures *bits;
	int ret;

	bits = calloc(1, sizeof(*bits) + feature_words(count) * sizeof(bits->features[0]));
	if (!bits)
		return -ENOMEM;
	bits->cmd = ETHTOOL_GFEATURES;
	bits->size = feature_words(count);
	ret = ethtool_ask(fd, ifname, bits);
	if (ret < 0) {
		free(bits);
		return ret;
	}
	*out = bits;
	return 0;
}

static void feature_fill(struct nic_feature *out, const char *name,
			 const struct ethtool_get_features_block *block, uint32_t bit)
{
	copy_text(out->name, sizeof(out->name), name, ETH_GSTRING_LEN);
	out->active = block->active & bit;
	out->requested = block->requested & bit;
	out->fixed = !(block->available & bit) || (block->never_changed & bit);
}

static int features_read(int fd, const char *ifname, struct nic_features *out)
{
	struct ethtool_gfeatures *bits = NULL;
	struct ethtool_gstrings *names = NULL;
	int count, i, ret;

	count = string_count(fd, ifname, ETH_SS_FEATURES);
	if (count <= 0)
		return count ? count : -EOPNOTSUPP;
	ret = strings_get(fd, ifname, ETH_SS_FEATURES, count, &names);
	if (!ret)
		ret = feature_bits(fd, ifname, count, &bits);
	if (!ret) {
		out->feature = calloc(count, sizeof(*out->feature));
		ret = out->feature ? 0 : -ENOMEM;
	}
	for (i = 0; !ret && i < count; i++)
		feature_fill(&out->feature[i], string_at(names, i), &bits->features[i / 32],
			     1u << (i % 32));
	if (!ret)
		out->count = count;
	free(bits);
	free(names);
	return ret;
}

int ethtool_features(int fd, const char *ifname, struct nic_features *out)
{
	memset(out, 0, sizeof(*out));
	out->err = features_read(fd, ifname, out);
	return out->err;
}

void ethtool_features_free(struct nic_features *features)
{
	free(features->feature);
	memset(features, 0, sizeof(*features));
}

const struct nic_feature *ethtool_feature(const struct nic_features *features, const char *name)
{
	size_t i;

	/* Bits without a name exist: an empty NAME must not find one. */
	for (i = 0; *name && i < features->count; i++)
		if (!strcmp(features->feature[i].name, name))
			return &features->feature[i];
	return NULL;
}

static int feature_send(int fd, const char *ifname, size_t index, size_t count, bool on)
{
	struct ethtool_sfeatures *request;
	int ret;

	request = calloc(1, sizeof(*request) + feature_words(count) * sizeof(request->features[0]));
	if (!request)
		return -ENOMEM;
	request->cmd = ETHTOOL_SFEATURES;
	request->size = feature_words(count);
	request->features[index / 32].valid = 1u << (index % 32);
	if (on)
		request->features[index / 32].requested = 1u << (index % 32);
	ret = ethtool_ask(fd, ifname, request);
	free(request);
	/* Positive bits tell of wishes not granted: reading back tells more exactly. */
	return ret < 0 ? ret : 0;
}

int ethtool_feature_set(int fd, const char *ifname, const char *name, bool on)
{
	struct nic_features features;
	const struct nic_feature *feature;
	int ret;

	ret = ethtool_features(fd, ifname, &features);
	if (ret)
		return ret;
	feature = ethtool_feature(&features, name);
	if (!feature)
		ret = -ENOENT;
	else if (feature->active != on || feature->requested != on)
		ret = feature->fixed ? -EOPNOTSUPP
				     : feature_send(fd, ifname, feature - features.feature,
						    features.count, on);
	ethtool_features_free(&features);
	if (ret)
		return ret;
	ret = ethtool_features(fd, ifname, &features);
	feature = ret ? NULL : ethtool_feature(&features, name);
	if (!ret && (!feature || feature->active != on))
		ret = -EOPNOTSUPP;
	ethtool_features_free(&features);
	return ret;
}

static int flags_read(int fd, const char *ifname, struct nic_flags *out)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GPFLAGS};
	struct ethtool_gstrings *names;
	int count, i, ret;

	count = string_count(fd, ifname, ETH_SS_PRIV_FLAGS);
	if (count <= 0)
		return count;
	ret = strings_get(fd, ifname, ETH_SS_PRIV_FLAGS, count, &names);
	if (ret)
		return ret;
	ret = ethtool_ask(fd, ifname, &value);
	if (ret >= 0) {
		out->on = value.data;
		out->count = count > 32 ? 32 : count;
		for (i = 0; i < (int)out->count; i++)
			copy_text(out->name[i], sizeof(out->name[i]), string_at(names, i),
				  ETH_GSTRING_LEN);
		ret = 0;
	}
	free(names);
	return ret;
}

int ethtool_flags(int fd, const char *ifname, struct nic_flags *out)
{
	memset(out, 0, sizeof(*out));
	out->err = flags_read(fd, ifname, out);
	return out->err;
}

static int flag_index(const struct nic_flags *flags, const char *name)
{
	uint32_t i;

	for (i = 0; *name && i < flags->count; i++)
		if (!strcmp(flags->name[i], name))
			return i;
	return -1;
}

int ethtool_flag(const struct nic_flags *flags, const char *name)
{
	int i = flag_index(flags, name);

	return i < 0 ? -1 : (int)(flags->on >> i & 1);
}

int ethtool_flag_set(int fd, const char *ifname, const char *name, bool on)
{
	struct ethtool_value value = {.cmd = ETHTOOL_SPFLAGS};
	struct nic_flags flags;
	int i, ret;

	ret = ethtool_flags(fd, ifname, &flags);
	if (ret)
		return ret;
	i = flag_index(&flags, name);
	if (i < 0)
		return -ENOENT;
	value.data = on ? flags.on | 1u << i : flags.on & ~(1u << i);
	ret = ethtool_ask(fd, ifname, &value);
	if (ret >= 0)
		ret = ethtool_flags(fd, ifname, &flags);
	if (ret < 0)
		return ret;
	return ethtool_flag(&flags, name) == on ? 0 : -EOPNOTSUPP;
}
