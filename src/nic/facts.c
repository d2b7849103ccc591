// SPDX-License-Identifier: GPL-2.0-only
// What is known of an interface and its NIC: asked of the kernel, the driver and sysfs.
#include "nic/facts.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "nic/backlog.h"
#include "nic/kernel.h"
#include "nic/model_ask.h"
#include "nic/model_claimed.h"
#include "nic/sysfs.h"
#include "nic/verdict.h"

enum nic_switch nic_switch_of(const struct nic_features *features, const char *name)
{
	const struct nic_feature *feature = ethtool_feature(features, name);

	if (!feature)
		return SWITCH_UNKNOWN;
	if (!feature->active)
		return SWITCH_OFF;
	return feature->fixed ? SWITCH_FIXED_ON : SWITCH_ON;
}

/* How a private flag stands. */
static enum nic_switch flag_of(const struct nic_flags *flags, const char *name)
{
	int is = name ? ethtool_flag(flags, name) : -ENOENT;

	if (is < 0)
		return SWITCH_UNKNOWN;
	return is ? SWITCH_ON : SWITCH_OFF;
}

static void gather_flags(const struct nic_flags *flags, struct nic_facts *facts)
{
	const struct xdp_driver *driver = xdp_driver_find(facts->driver);

	facts->legacy_rx = flag_of(flags, "legacy-rx");
	facts->empty_first = flag_of(flags, driver ? driver->empty_flag : NULL);
}

static void gather_claims(const char *ifname, struct nic_facts *facts)
{
	claims_ask_nothing(&facts->claims);
	if (claims_read(ifname, &facts->claims))
		return;
	claims_read_package(&facts->claims);
	memcpy(facts->driver, facts->claims.driver, sizeof(facts->driver));
	facts->model = claims_model(&facts->claims, &facts->differ, &facts->differs_in);
}

static void gather_ethtool(const char *ifname, struct nic_facts *facts)
{
	struct nic_features features;
	struct nic_flags flags;
	int fd;

	facts->channels.err = -EOPNOTSUPP;
	fd = ethtool_open();
	if (fd < 0)
		return;
	(void)ethtool_channels(fd, ifname, &facts->channels);
	if (!ethtool_features(fd, ifname, &features)) {
		facts->lro = nic_switch_of(&features, "rx-lro");
		facts->gro_hw = nic_switch_of(&features, "rx-gro-hw");
		facts->rxvlan = nic_switch_of(&features, "rx-vlan-hw-parse");
		facts->ntuple = nic_switch_of(&features, "rx-ntuple-filter");
		facts->rxhash = nic_switch_of(&features, "rx-hashing");
		facts->rxvlan_stag = nic_switch_of(&features, "rx-vlan-stag-hw-parse");
	}
	ethtool_features_free(&features);
	if (!ethtool_flags(fd, ifname, &flags))
		gather_flags(&flags, facts);
	close(fd);
}

/* One character a bit, the lowest first (drivers/virtio/virtio.c features_show). */
static void gather_virtio(int sysfs, struct nic_facts *facts)
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

static int queue_add(struct nic_facts *facts, const struct nic_queue *queue)
{
	struct nic_queue *more;

	more = realloc(facts->queue, (facts->queues + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	facts->queue = more;
	more[facts->queues++] = *queue;
	return 0;
}

/* -ENOENT: there is no such queue, or this kernel has no RPS. */
static int read_queue(int sysfs, const char *ifname, struct nic_queue *queue)
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

static int gather_rps(int sysfs, struct nic_facts *facts)
{
	struct nic_queue queue;
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

static void gather_sysfs(struct nic_facts *facts)
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

static int gather_uppers(struct nic_facts *facts)
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

static void gather_program(struct nic_facts *facts)
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

int nic_facts_gather(const char *ifname, struct nic_facts *facts)
{
	struct nic_facts fresh = {
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
	facts->pull_data = kernel_can(KERNEL_PULL_DATA) == KERNEL_HAS;
	gather_claims(facts->link.name, facts);
	gather_ethtool(facts->link.name, facts);
	(void)netdev_xdp_get(facts->link.ifindex, &facts->xdp);
	gather_sysfs(facts);
	backlog_flow_limit(facts->flow_limit);
	gather_program(facts);
	return 0;
}

void nic_facts_free(struct nic_facts *facts)
{
	free(facts->queue);
	facts->queue = NULL;
	facts->queues = 0;
}

unsigned int nic_facts_queues(const struct nic_facts *facts)
{
	if (facts->channels.err)
		return facts->link.num_rx_queues;
	return facts->channels.rx + facts->channels.combined;
}

unsigned int nic_facts_rules(const struct nic_facts *facts)
{
	return facts->model && facts->model->rules_by_spi ? facts->claims.max_rules : 0;
}

bool nic_facts_may_separate(const struct nic_facts *facts)
{
	struct model_answer answer;

	return facts->model && !model_ask(facts->model, &answer) && answer.plain == MODEL_ESP_SPI;
}

bool nic_facts_own_hashes(const struct nic_facts *facts)
{
	return !facts->claims.rss_err && !facts->rps_err && !facts->queues;
}

void nic_facts_see(struct nic_facts *facts, const struct measured *measured, bool own_hashes,
		   struct verdict_part *plain, struct verdict_part *udp)
{
	double spread = claims_queues(&facts->claims);
	const struct verdict_facts all = {
		.measured = measured,
		.queues = spread > 0 ? spread : facts->link.num_rx_queues,
		.hashes_of_nic = own_hashes,
	};

	verdict_of(&all, false, plain);
	verdict_of(&all, true, udp);
	facts->seen = (struct nic_seen){
		.measured = true,
		.plain = plain->verdict == VERDICT_SPI,
		.udp = udp->verdict == VERDICT_SPI,
	};
}
