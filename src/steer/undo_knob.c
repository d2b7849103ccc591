// SPDX-License-Identifier: GPL-2.0-only
/* The settings that undo can read and write, each as text. */
#include "steer/undo_knob.h"
#include "nic/cpulist.h"
#include "nic/ethtool.h"
#include "nic/sysfs.h"
#include "steer/undo_steering.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSCTL_LEN 4096

void knobs_init(struct knobs *knobs)
{
	knobs->ethtool = -1;
	knobs->sysfs = -1;
}

static int ethtool_fd(struct knobs *knobs)
{
	if (knobs->ethtool < 0)
		knobs->ethtool = ethtool_open();
	return knobs->ethtool;
}

static int sysfs_fd(struct knobs *knobs)
{
	if (knobs->sysfs < 0)
		knobs->sysfs = sysfs_open(-1);
	return knobs->sysfs;
}

void knobs_open(struct knobs *knobs)
{
	(void)ethtool_fd(knobs);
	(void)sysfs_fd(knobs);
}

void knobs_close(struct knobs *knobs)
{
	if (knobs->ethtool >= 0)
		close(knobs->ethtool);
	if (knobs->sysfs >= 0)
		close(knobs->sysfs);
	knobs_init(knobs);
}

static int give(char *text, char **value)
{
	*value = text;
	return text ? 0 : -ENOMEM;
}

/* "rx-12/rps_cpus" and the like, and nothing else. */
static bool queue_valid(const char *knob)
{
	unsigned int queue;
	int used = 0;

	if (sscanf(knob, "rx-%5u/%n", &queue, &used) != 1 || !used)
		return false;
	return isdigit((unsigned char)knob[3]) &&
	       (!strcmp(knob + used, "rps_cpus") || !strcmp(knob + used, "rps_flow_cnt"));
}

static bool queue_is_mask(const char *knob)
{
	return strstr(knob, "rps_cpus") != NULL;
}

/* Masks are shown with leading zeros, as many as there are possible CPUs: take them away. */
static int queue_read(struct knobs *knobs, const char *ifname, const char *knob, char **value)
{
	char path[UNDO_KNOB_LEN + 8], text[CPULIST_LEN], mask[CPUMASK_LEN];
	int fd = sysfs_fd(knobs), n;
	cpu_set_t cpus;

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "queues/%s", knob);
	n = sysfs_if_read(fd, ifname, path, text, sizeof(text));
	if (n < 0)
		return n;
	if (!queue_is_mask(knob))
		return give(strdup(text), value);
	n = cpumask_parse(text, &cpus);
	if (!n)
		n = cpumask_format(&cpus, mask, sizeof(mask));
	return n < 0 ? n : give(strdup(mask), value);
}

static int queue_write(struct knobs *knobs, const char *ifname, const char *knob, const char *value)
{
	char path[UNDO_KNOB_LEN + 8];
	int fd = sysfs_fd(knobs);

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "queues/%s", knob);
	return sysfs_if_write(fd, ifname, path, value);
}

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
	err = feature ? give(strdup(feature->active ? "on" : "off"), value) : -ENOENT;
	ethtool_features_free(&features);
	return err;
}

static int flag_read(int fd, const char *ifname, const char *knob, char **value)
{
	struct nic_flags flags;
	int on, err;

	err = ethtool_flags(fd, ifname, &flags);
	if (err)
		return err;
	on = ethtool_flag(&flags, knob);
	return on < 0 ? -ENOENT : give(strdup(on ? "on" : "off"), value);
}

static int channels_read(int fd, const char *ifname, char **value)
{
	struct nic_channels ch;
	char text[96];
	int err;

	err = ethtool_channels(fd, ifname, &ch);
	if (err)
		return err;
	snprintf(text, sizeof(text), "rx %u tx %u other %u combined %u", ch.rx, ch.tx, ch.other,
		 ch.combined);
	return give(strdup(text), value);
}

static int channels_write(int fd, const char *ifname, const char *value)
{
	struct nic_channels ch = {0};
	int used = 0;

	if (sscanf(value, "rx %u tx %u other %u combined %u%n", &ch.rx, &ch.tx, &ch.other,
		   &ch.combined, &used) != 4 ||
	    value[used])
		return -EINVAL;
	return ethtool_channels_set(fd, ifname, &ch);
}

static char *indir_print(const struct nic_rss *rss)
{
	size_t size = (size_t)rss->indir_size * 11 + 1, used = 0;
	char *text = malloc(size);
	uint32_t i;

	if (!text)
		return NULL;
	text[0] = 0;
	for (i = 0; i < rss->indir_size; i++)
		used += snprintf(text + used, size - used, "%s%" PRIu32, i ? " " : "",
				 rss->indir[i]);
	return text;
}

static char *key_print(const struct nic_rss *rss)
{
	char *text = malloc((size_t)rss->key_size * 3 + 1);
	uint32_t i;

	if (!text)
		return NULL;
	text[0] = 0;
	for (i = 0; i < rss->key_size; i++)
		sprintf(text + (i ? i * 3 - 1 : 0), i ? ":%02x" : "%02x", rss->key[i]);
	return text;
}

static int rss_read(int fd, enum undo_kind kind, const char *ifname, char **value)
{
	struct nic_rss rss;
	char text[8];
	int err;

	err = ethtool_rss(fd, ifname, 0, &rss);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u", rss.hfunc);
	if (kind == UNDO_INDIR)
		err = rss.indir_size ? give(indir_print(&rss), value) : -EOPNOTSUPP;
	else if (kind == UNDO_KEY)
		err = rss.key_size ? give(key_print(&rss), value) : -EOPNOTSUPP;
	else
		err = rss.hfunc ? give(strdup(text), value) : -EOPNOTSUPP;
	ethtool_rss_free(&rss);
	return err;
}

/* As many numbers as the NIC's table has entries now: another size is another table. */
static int indir_parse(const char *value, struct nic_rss *rss)
{
	unsigned long entry;
	char *end;
	uint32_t i;

	for (i = 0; i < rss->indir_size; i++) {
		if (!isdigit((unsigned char)*value))
			return -EINVAL;
		entry = strtoul(value, &end, 10);
		if (entry > UINT32_MAX || (*end && *end != ' '))
			return -EINVAL;
		rss->indir[i] = entry;
		value = *end ? end + 1 : end;
	}
	return *value ? -EINVAL : 0;
}

static int key_parse(const char *value, struct nic_rss *rss)
{
	unsigned int byte;
	uint32_t i;

	if (strlen(value) != (size_t)rss->key_size * 3 - 1)
		return -EINVAL;
	for (i = 0; i < rss->key_size; i++) {
		if (!isxdigit((unsigned char)value[i * 3]) ||
		    sscanf(value + i * 3, "%2x", &byte) != 1)
			return -EINVAL;
		rss->key[i] = byte;
	}
	return 0;
}

static bool indir_is_default(const struct nic_rss *rss, uint32_t rings)
{
	uint32_t i;

	for (i = 0; i < rss->indir_size; i++)
		if (!rings || rss->indir[i] != i % rings)
			return false;
	return true;
}

/*
 * A table that was the default is put back by asking for the default: the kernel then also forgets
 * that one was configured, which would stand in the way of later channel changes
 * (net/ethtool/channels.c).
 */
static int indir_write(int fd, const char *ifname, struct nic_rss *want)
{
	uint32_t rings = 0;
	struct nic_rss now;
	bool same;

	(void)ethtool_rx_rings(fd, ifname, &rings);
	if (indir_is_default(want, rings) && !ethtool_rss_reset(fd, ifname) &&
	    !ethtool_rss(fd, ifname, 0, &now)) {
		same = now.indir_size == want->indir_size &&
		       !memcmp(now.indir, want->indir, now.indir_size * sizeof(*now.indir));
		ethtool_rss_free(&now);
		if (same)
			return 0;
	}
	return ethtool_rss_set(fd, ifname, want, NIC_RSS_INDIR);
}

static int rss_write(int fd, enum undo_kind kind, const char *ifname, const char *value)
{
	struct nic_rss rss;
	int err;

	err = ethtool_rss(fd, ifname, 0, &rss);
	if (err)
		return err;
	if (kind == UNDO_INDIR) {
		err = indir_parse(value, &rss);
		if (!err)
			err = indir_write(fd, ifname, &rss);
	} else if (kind == UNDO_KEY) {
		err = rss.key_size ? key_parse(value, &rss) : -EOPNOTSUPP;
		if (!err)
			err = ethtool_rss_set(fd, ifname, &rss, NIC_RSS_KEY);
	} else {
		rss.hfunc = strtoul(value, NULL, 10);
		err = ethtool_rss_set(fd, ifname, &rss, NIC_RSS_HFUNC);
	}
	ethtool_rss_free(&rss);
	return err;
}

static bool sysctl_valid(const char *knob)
{
	return !strncmp(knob, "net/", 4) && !strstr(knob, "..") && !strstr(knob, "//");
}

/* /proc/sys/net is that of the reading thread's namespace (net/sysctl_net.c). */
static int sysctl_open(const char *knob, int flags)
{
	char path[UNDO_KNOB_LEN + 16];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", knob);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int sysctl_read(const char *knob, char **value)
{
	char text[SYSCTL_LEN];
	ssize_t n;
	int fd;

	fd = sysctl_open(knob, O_RDONLY);
	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	text[n] = 0;
	return give(strdup(text), value);
}

static int sysctl_write(const char *knob, const char *value)
{
	ssize_t n;
	int fd;

	fd = sysctl_open(knob, O_WRONLY);
	if (fd < 0)
		return fd;
	n = write(fd, value, strlen(value));
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? n : 0;
}

static const char *const words[] = {
	[UNDO_QUEUE] = "queue",		[UNDO_FEATURE] = "feature",   [UNDO_FLAG] = "private-flag",
	[UNDO_CHANNELS] = "channels",	[UNDO_INDIR] = "indirection", [UNDO_KEY] = "hash-key",
	[UNDO_HFUNC] = "hash-function", [UNDO_SYSCTL] = "sysctl",     [UNDO_FIELDS] = "rx-flow-hash",
	[UNDO_RULE] = "rule",
};

#define KINDS (sizeof(words) / sizeof(words[0]))

const char *knob_kind_word(enum undo_kind kind)
{
	return kind < KINDS ? words[kind] : NULL;
}

enum undo_kind knob_kind_of(const char *word)
{
	size_t i;

	for (i = 1; i < KINDS; i++)
		if (!strcmp(words[i], word))
			return i;
	return 0;
}

bool knob_valid(enum undo_kind kind, const char *knob)
{
	size_t len = strlen(knob);

	if (!knob_kind_word(kind) || !len || len >= UNDO_KNOB_LEN)
		return false;
	if (kind == UNDO_QUEUE)
		return queue_valid(knob);
	if (kind == UNDO_SYSCTL)
		return sysctl_valid(knob);
	if (kind == UNDO_FIELDS)
		return fields_valid(knob);
	return kind != UNDO_RULE || rule_valid(knob);
}

bool knob_is_gone(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -EOPNOTSUPP;
}

int knob_read(struct knobs *knobs, enum undo_kind kind, const char *ifname, const char *knob,
	      char **value)
{
	int fd;

	*value = NULL;
	if (!knob_valid(kind, knob))
		return -EINVAL;
	if (kind == UNDO_SYSCTL)
		return sysctl_read(knob, value);
	if (kind == UNDO_QUEUE)
		return queue_read(knobs, ifname, knob, value);
	fd = ethtool_fd(knobs);
	if (fd < 0)
		return fd;
	switch (kind) {
	case UNDO_FEATURE:
		return feature_read(fd, ifname, knob, value);
	case UNDO_FLAG:
		return flag_read(fd, ifname, knob, value);
	case UNDO_CHANNELS:
		return channels_read(fd, ifname, value);
	case UNDO_FIELDS:
		return fields_read(fd, ifname, knob, value);
	case UNDO_RULE:
		return rule_read(fd, ifname, knob, value);
	default:
		return rss_read(fd, kind, ifname, value);
	}
}

int knob_write(struct knobs *knobs, enum undo_kind kind, const char *ifname, const char *knob,
	       const char *value)
{
	bool on;
	int fd;

	if (!knob_valid(kind, knob))
		return -EINVAL;
	if (kind == UNDO_SYSCTL)
		return sysctl_write(knob, value);
	if (kind == UNDO_QUEUE)
		return queue_write(knobs, ifname, knob, value);
	fd = ethtool_fd(knobs);
	if (fd < 0)
		return fd;
	switch (kind) {
	case UNDO_FEATURE:
		return switch_value(value, &on) ? -EINVAL
						: ethtool_feature_set(fd, ifname, knob, on);
	case UNDO_FLAG:
		return switch_value(value, &on) ? -EINVAL : ethtool_flag_set(fd, ifname, knob, on);
	case UNDO_CHANNELS:
		return channels_write(fd, ifname, value);
	case UNDO_FIELDS:
		return fields_write(fd, ifname, knob, value);
	case UNDO_RULE:
		return rule_write(fd, ifname, knob, value);
	default:
		return rss_write(fd, kind, ifname, value);
	}
}
