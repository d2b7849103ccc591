// SPDX-License-Identifier: GPL-2.0-only
// Receive-side scaling: a NIC's indirection table, the key of its hash, and the hash.
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/ethtool.h"
#include "text/hex.h"
#include "undo/knob_kind.h"

/* The value of one of the three as text; -EOPNOTSUPP: the NIC has none. */
typedef int print_fn(const struct nic_rss *rss, char **value);

/* Sets one of the three; the others are as they are now. */
typedef int set_fn(int fd, const char *ifname, const char *value, struct nic_rss *rss);

static int rss_read(int fd, const char *ifname, print_fn *print, char **value)
{
	struct nic_rss rss;
	int err = ethtool_rss(fd, ifname, 0, &rss);

	if (err)
		return err;
	err = print(&rss, value);
	ethtool_rss_free(&rss);
	return err;
}

static int rss_write(int fd, const char *ifname, set_fn *set, const char *value)
{
	struct nic_rss rss;
	int err = ethtool_rss(fd, ifname, 0, &rss);

	if (err)
		return err;
	err = set(fd, ifname, value, &rss);
	ethtool_rss_free(&rss);
	return err;
}

static int indir_print(const struct nic_rss *rss, char **value)
{
	size_t size = (size_t)rss->indir_size * 11 + 1, used = 0;
	char *text = rss->indir_size ? malloc(size) : NULL;

	if (!rss->indir_size)
		return -EOPNOTSUPP;
	for (uint32_t i = 0; text && i < rss->indir_size; i++)
		used += snprintf(text + used, size - used, "%s%" PRIu32, i ? " " : "",
				 rss->indir[i]);
	return knob_give(text, value);
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
static int indir_put(int fd, const char *ifname, struct nic_rss *want)
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

static int indir_set(int fd, const char *ifname, const char *value, struct nic_rss *rss)
{
	int err = indir_parse(value, rss);

	return err ? err : indir_put(fd, ifname, rss);
}

static int indir_read(int fd, const char *ifname, const char *knob, char **value)
{
	return rss_read(fd, ifname, indir_print, value);
}

static int indir_write(int fd, const char *ifname, const char *knob, const char *value)
{
	return rss_write(fd, ifname, indir_set, value);
}

const struct knob_kind knob_indir = {
	.word = "indirection",
	.way = knobs_ethtool,
	.read = indir_read,
	.write = indir_write,
};

static int key_print(const struct nic_rss *rss, char **value)
{
	char *text = rss->key_size ? malloc(HEX_LEN((size_t)rss->key_size)) : NULL;

	if (!rss->key_size)
		return -EOPNOTSUPP;
	return knob_give(text ? hex_print(rss->key, rss->key_size, text) : NULL, value);
}

/* As long as the NIC's is now: another length is another NIC's. */
static int key_set(int fd, const char *ifname, const char *value, struct nic_rss *rss)
{
	if (!rss->key_size)
		return -EOPNOTSUPP;
	if (hex_parse(value, rss->key, rss->key_size) != (int)rss->key_size)
		return -EINVAL;
	return ethtool_rss_set(fd, ifname, rss, NIC_RSS_KEY);
}

static int key_read(int fd, const char *ifname, const char *knob, char **value)
{
	return rss_read(fd, ifname, key_print, value);
}

static int key_write(int fd, const char *ifname, const char *knob, const char *value)
{
	return rss_write(fd, ifname, key_set, value);
}

const struct knob_kind knob_key = {
	.word = "hash-key",
	.way = knobs_ethtool,
	.read = key_read,
	.write = key_write,
};

static int hfunc_print(const struct nic_rss *rss, char **value)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", rss->hfunc);
	return rss->hfunc ? knob_give(strdup(text), value) : -EOPNOTSUPP;
}

static int hfunc_set(int fd, const char *ifname, const char *value, struct nic_rss *rss)
{
	rss->hfunc = strtoul(value, NULL, 10);
	return ethtool_rss_set(fd, ifname, rss, NIC_RSS_HFUNC);
}

static int hfunc_read(int fd, const char *ifname, const char *knob, char **value)
{
	return rss_read(fd, ifname, hfunc_print, value);
}

static int hfunc_write(int fd, const char *ifname, const char *knob, const char *value)
{
	return rss_write(fd, ifname, hfunc_set, value);
}

const struct knob_kind knob_hfunc = {
	.word = "hash-function",
	.way = knobs_ethtool,
	.read = hfunc_read,
	.write = hfunc_write,
};
