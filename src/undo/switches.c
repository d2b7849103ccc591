// SPDX-License-Identifier: GPL-2.0-only
// Features, private flags and channels of a NIC.
#include <errno.h>
#include <string.h>
#include "nic/channels_text.h"
#include "nic/ethtool.h"
#include "undo/knob_kind.h"

static int switch_value(const char *value, bool *on)
{
	*on = !strcmp(value, "on");
	return *on || !strcmp(value, "off") ? 0 : -EINVAL;
}

static int feature_read(int fd, const char *ifname, const char *knob, char **value)
{
	const struct nic_feature *feature;
	struct nic_features features;
	int err;

	err = ethtool_features(fd, ifname, &features);
	if (err)
		return err;
	feature = ethtool_feature(&features, knob);
	err = feature ? knob_give(strdup(feature->active ? "on" : "off"), value) : -ENOENT;
	ethtool_features_free(&features);
	return err;
}

static int feature_write(int fd, const char *ifname, const char *knob, const char *value)
{
	bool on;

	return switch_value(value, &on) ? -EINVAL : ethtool_feature_set(fd, ifname, knob, on);
}

const struct knob_kind knob_feature = {
	.word = "feature",
	.way = knobs_ethtool,
	.read = feature_read,
	.write = feature_write,
};

static int flag_read(int fd, const char *ifname, const char *knob, char **value)
{
	struct nic_flags flags;
	int on, err;

	err = ethtool_flags(fd, ifname, &flags);
	if (err)
		return err;
	on = ethtool_flag(&flags, knob);
	return on < 0 ? -ENOENT : knob_give(strdup(on ? "on" : "off"), value);
}

static int flag_write(int fd, const char *ifname, const char *knob, const char *value)
{
	bool on;

	return switch_value(value, &on) ? -EINVAL : ethtool_flag_set(fd, ifname, knob, on);
}

const struct knob_kind knob_flag = {
	.word = "private-flag",
	.way = knobs_ethtool,
	.read = flag_read,
	.write = flag_write,
};

static int channels_read(int fd, const char *ifname, const char *knob, char **value)
{
	struct nic_channels ch;
	char text[CHANNELS_TEXT_LEN];
	int err;

	err = ethtool_channels(fd, ifname, &ch);
	if (err)
		return err;
	channels_print(&ch, text);
	return knob_give(strdup(text), value);
}

static int channels_write(int fd, const char *ifname, const char *knob, const char *value)
{
	struct nic_channels ch = {0};
	int err = channels_parse(value, &ch);

	return err ? err : ethtool_channels_set(fd, ifname, &ch);
}

const struct knob_kind knob_channels = {
	.word = "channels",
	.way = knobs_ethtool,
	.read = channels_read,
	.write = channels_write,
};
