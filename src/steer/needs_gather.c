/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the facts from which needs.c judges. */
#include "steer/needs.h"
#include "nic/cpulist.h"
#include "nic/kernel.h"
#include "nic/pull_data.h"
#include "nic/sysfs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum needs_switch needs_switch_of(const struct nic_features *features, const char *name)
{
	const struct nic_feature *feature = ethtool_feature(features, name);

	if (!feature)
		return NEEDS_UNKNOWN;
	if (!feature->active)
		return NEEDS_OFF;
	return feature->fixed ? NEEDS_FIXED_ON : NEEDS_ON;
}

/* How a private flag stands. */
static enum needs_switch flag_of(const struct nic_flags *flags, const char *name)
{
	int is = name ? ethtool_flag(flags, name) : -ENOENT;

	if (is < 0)
		return NEEDS_UNKNOWN;
	return is ? NEEDS_ON : NEEDS_OFF;
}

static void gather_flags(const struct nic_flags *flags, struct needs_facts *facts)
{
	const struct xdp_driver *driver = xdp_driver_find(facts->driver);

	facts->legacy_rx = flag_of(flags, "legacy-rx");
	facts->empty_first = flag_of(flags, driver ? driver->empty_flag : NULL);
}

static void gather_ethtool(const char *ifname, struct needs_facts *facts)
{
	struct nic_features features;
	struct nic_driver driver;
	struct nic_flags flags;
	int fd;

	facts->channels.err = -EOPNOTSUPP;
	fd = ethtool_open();
	if (fd < 0)
		return;
	if (!ethtool_driver(fd, ifname, &driver))
		memcpy(facts->driver, driver.driver, sizeof(facts->driver));
	(void)ethtool_channels(fd, ifname, &facts->channels);
	if (!ethtool_features(fd, ifname, &features)) {
		facts->lro = needs_switch_of(&features, "rx-lro");
		facts->gro_hw = needs_switch_of(&features, "rx-gro-hw");
		facts->rxvlan = needs_switch_of(&features, "rx-vlan-hw-parse");
		facts->ntuple = needs_switch_of(&features, "rx-ntuple-filter");
		facts->rxhash = needs_switch_of(&features, "rx-hashing");
		facts->rxvlan_stag = needs_switch_of(&features, "rx-vlan-stag-hw-parse");
	}
	ethtool_features_free(&features);
	if (!ethtool_flags(fd, ifname, &flags))
		gather_flags(&flags, facts);
	close(fd);
}

/* One character a bit, the lowest first (drivers/virtio/virtio.c features_show). */
static void gather_virtio(int sysfs, struct needs_facts *facts)
{
	char text[256];
	int i, n;

	if (strcmp(facts->driver, "virtio_net"))
		return;
	n = sysfs_if_read(sysfs, facts->link.name, "device/features", text, sizeof(text));
	if (n < 0)
		return;
	facts->virtio_features = 0;
	for (i = 0; i < n && i < 64; i++)
		if (text[i] == '1')
			facts->virtio_features |= 1ULL << i;
	facts->virtio_known = true;
}

static int queue_add(struct needs_facts *facts, const struct needs_queue *queue)
{
	struct needs_queue *more;

	more = realloc(facts->queue, (facts->queues + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	facts->queue = more;
	more[facts->queues++] = *queue;
	return 0;
}

/* -ENOENT: there is no such queue, or this kernel has no RPS. */
static int read_queue(int sysfs, const char *ifname, struct needs_queue *queue)
{
	char path[64], text[CPUMASK_LEN];
	cpu_set_t cpus;
	int n;

	snprintf(path, sizeof(path), "queues/rx-%u/rps_cpus", queue->queue);
	n = sysfs_if_read(sysfs, ifname, path, text, sizeof(text));
	if (n < 0)
		return n;
	n = cpumask_parse(text, &cpus);
	if (n)
		return n;
	n = cpumask_format(&cpus, queue->rps_cpus, sizeof(queue->rps_cpus));
	if (n < 0)
		return n;
	snprintf(path, sizeof(path), "queues/rx-%u/rps_flow_cnt", queue->queue);
	n = sysfs_if_read(sysfs, ifname, path, text, sizeof(text));
	queue->rps_flow_cnt = n > 0 ? strtoul(text, NULL, 10) : 0;
	return 0;
}

static int gather_rps(int sysfs, struct needs_facts *facts)
{
	struct needs_queue queue;
	unsigned int i;
	int err;

	for (i = 0; i < facts->link.num_rx_queues; i++) {
		memset(&queue, 0, sizeof(queue));
		queue.queue = i;
		err = read_queue(sysfs, facts->link.name, &queue);
		if (err == -ENOENT)
			break;
		if (!err && (strcmp(queue.rps_cpus, "0") || queue.rps_flow_cnt))
			err = queue_add(facts, &queue);
		if (err)
			return err;
	}
	return 0;
}

static void gather_sysfs(struct needs_facts *facts)
{
	int sysfs = sysfs_take(facts->sysfs);

	if (sysfs < 0) {
		facts->rps_err = sysfs;
		return;
	}
	facts->numvfs = sysfs_numvfs(sysfs, facts->link.name);
	gather_virtio(sysfs, facts);
	facts->rps_err = gather_rps(sysfs, facts);
	sysfs_give(facts->sysfs, sysfs);
}

static int gather_uppers(struct needs_facts *facts)
{
	const struct link **upper;
	const struct link *link;
	struct link_list all;
	size_t i, n;
	int err;

	err = link_list_read(&all);
	if (err)
		return err;
	link = link_by_index(&all, facts->link.ifindex);
	upper = calloc(all.count + 1, sizeof(*upper));
	if (!link || !upper) {
		err = link ? -ENOMEM : -ENODEV;
	} else {
		n = link_upper_all(&all, link, upper, all.count);
		for (i = 0; i < n; i++) {
			if (!strcmp(upper[i]->kind, "vlan"))
				strcpy(facts->vlan_upper, upper[i]->name);
			if (link_has_xdp(upper[i]))
				strcpy(facts->xdp_upper, upper[i]->name);
		}
	}
	free(upper);
	link_list_free(&all);
	return err;
}

static void gather_program(struct needs_facts *facts)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	uint32_t id = 0;
	int i, fd;

	for (i = 0; i < 3 && !id; i++)
		if (facts->link.xdp_id[i] != facts->own_prog_id)
			id = facts->link.xdp_id[i];
	if (!id)
		return;
	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		snprintf(facts->prog_name, sizeof(facts->prog_name), "%.15s", info.name);
	close(fd);
}

int needs_gather(const char *ifname, struct needs_facts *facts)
{
	struct needs_facts fresh = {
		.generic = facts->generic,
		.frags = facts->frags,
		.own_prog_id = facts->own_prog_id,
		.sysfs = facts->sysfs,
	};
	int err;

	*facts = fresh;
	err = link_get(ifname, &facts->link);
	if (err)
		return err;
	err = gather_uppers(facts);
	if (err)
		return err;
	facts->pull_data = pull_data_id();
	gather_ethtool(facts->link.name, facts);
	(void)netdev_xdp_get(facts->link.ifindex, &facts->xdp);
	gather_sysfs(facts);
	gather_program(facts);
	return 0;
}

void needs_facts_free(struct needs_facts *facts)
{
	free(facts->queue);
	facts->queue = NULL;
	facts->queues = 0;
}

unsigned int needs_queues(const struct needs_facts *facts)
{
	if (facts->channels.err)
		return facts->link.num_rx_queues;
	return facts->channels.rx + facts->channels.combined;
}
