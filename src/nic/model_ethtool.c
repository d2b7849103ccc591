// SPDX-License-Identifier: GPL-2.0-only
// A model's answers to SIOCETHTOOL: what the kernel's net/ethtool/ioctl.c and the driver would say.
#include "nic/model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "nic/models/families.h"

#define INDIR_NO_CHANGE 0xffffffffu

static int get_driver(const struct model_nic *nic, struct ethtool_drvinfo *info)
{
	uint32_t cmd = info->cmd;

	memset(info, 0, sizeof(*info));
	info->cmd = cmd;
	snprintf(info->driver, sizeof(info->driver), "%s", nic->model->driver->name);
	snprintf(info->version, sizeof(info->version), "7.3");
	snprintf(info->bus_info, sizeof(info->bus_info), "model");
	return 0;
}

/* dpaa2_eth_get_channels: others are one for each that sends, and one for errors. */
static void add_sum(struct ethtool_channels *channels, const struct model_nic *nic)
{
	channels->max_other = nic->model->max_queues + 1;
	channels->other_count = nic->queues + 1;
	channels->max_combined = channels->max_rx + channels->max_tx + channels->max_other;
	channels->combined_count = channels->rx_count + channels->tx_count + channels->other_count;
}

static int get_channels(const struct model_nic *nic, struct ethtool_channels *channels)
{
	if (nic->model->channels_err)
		return nic->model->channels_err;
	*channels = (struct ethtool_channels){.cmd = channels->cmd};
	if (nic->model->channels_apart) {
		channels->max_rx = channels->max_tx = nic->model->max_queues;
		channels->rx_count = channels->tx_count = nic->queues;
		if (nic->model->combined_is_sum)
			add_sum(channels, nic);
	} else {
		channels->max_combined = nic->model->max_queues;
		channels->combined_count = nic->queues;
	}
	return 0;
}

/* The kernel refuses to take away queues that the table names (ethtool_set_channels). */
static int set_channels(struct model_nic *nic, const struct ethtool_channels *channels)
{
	bool apart = nic->model->channels_apart;
	uint32_t queues = apart ? channels->rx_count : channels->combined_count;
	uint32_t others =
		apart ? channels->combined_count : channels->rx_count | channels->tx_count;

	if (nic->model->channels_err || nic->model->set_channels_err)
		return nic->model->channels_err ? nic->model->channels_err
						: nic->model->set_channels_err;
	if (!queues || queues > nic->model->max_queues || others || channels->other_count)
		return -EINVAL;
	nic->queues = queues;
	if (nic->model->indir_size)
		nic->table.size = nic->model->indir_size(queues);
	return model_fill_table(nic);
}

static int get_fields(const struct model_nic *nic, struct ethtool_rxnfc *request)
{
	uint64_t fields = 0;
	int err = -EOPNOTSUPP;

	if (nic->model->ops && nic->model->ops->get_fields && request->flow_type < MODEL_FLOWS)
		err = nic->model->ops->get_fields(nic, request->flow_type, &fields);
	if (!err)
		request->data = fields;
	return err;
}

static int set_fields(struct model_nic *nic, const struct ethtool_rxnfc *request)
{
	if (!nic->model->ops || !nic->model->ops->set_fields || request->flow_type >= MODEL_FLOWS)
		return -EOPNOTSUPP;
	return nic->model->ops->set_fields(nic, request->flow_type, request->data);
}

static uint32_t shown_entries(const struct model_nic *nic)
{
	return nic->model->indir_hidden ? 0 : nic->table.size;
}

/* ETHTOOL_GRXFHINDIR: with size 0 the driver's size is told. */
static int get_table(const struct model_nic *nic, struct ethtool_rxfh_indir *request)
{
	uint32_t size = shown_entries(nic);

	if (nic->model->rss_err || !size)
		return nic->model->rss_err ? nic->model->rss_err : -EOPNOTSUPP;
	if (!request->size) {
		request->size = size;
		return 0;
	}
	if (request->size != size)
		return -EINVAL;
	for (uint32_t i = 0; i < size; i++)
		request->ring_index[i] = nic->table.entry[i];
	return 0;
}

static int write_table(struct model_nic *nic, const uint32_t *entry, uint32_t size)
{
	uint32_t most = nic->model->indir_queues;

	if (!size)
		return model_fill_table(nic);
	if (size != nic->table.size)
		return -EINVAL;
	for (uint32_t i = 0; i < size; i++)
		if (entry[i] >= nic->queues || (most && entry[i] >= most))
			return -EINVAL;
	for (uint32_t i = 0; i < size; i++)
		nic->table.entry[i] = (uint16_t)entry[i];
	return 0;
}

static int set_table(struct model_nic *nic, const struct ethtool_rxfh_indir *request)
{
	if (nic->model->rss_err || nic->model->set_indir_err)
		return nic->model->rss_err ? nic->model->rss_err : nic->model->set_indir_err;
	return write_table(nic, request->ring_index, request->size);
}

/* input_xfrm is the first of rsvd8 in headers before Linux 6.8. */
static uint8_t *input_xfrm(struct ethtool_rxfh *request)
{
	return &request->hfunc + 1;
}

static int get_rss(const struct model_nic *nic, struct ethtool_rxfh *request)
{
	uint32_t entries = shown_entries(nic), room = request->indir_size,
		 key_room = request->key_size;

	if (nic->model->rss_err)
		return nic->model->rss_err;
	if (request->rss_context)
		return -EOPNOTSUPP;
	if ((room && room != entries) || (key_room && key_room != nic->key_shown))
		return -EINVAL;
	request->indir_size = entries;
	request->key_size = nic->key_shown;
	request->hfunc = nic->hfunc;
	*input_xfrm(request) = nic->model->input_xfrm;
	for (uint32_t i = 0; i < room; i++)
		request->rss_config[i] = nic->table.entry[i];
	memcpy(request->rss_config + room, nic->key, key_room);
	return 0;
}

static int check_rss(const struct model_nic *nic, const struct ethtool_rxfh *request)
{
	const struct model *model = nic->model;
	bool other = request->hfunc && request->hfunc != nic->hfunc;

	if (model->rss_err)
		return model->rss_err;
	if (request->rss_context)
		return -EOPNOTSUPP;
	if (other && !(model->hfuncs & request->hfunc))
		return model->set_hfunc_err;
	if (request->key_size && model->set_key_err)
		return model->set_key_err;
	if (request->key_size && request->key_size != nic->key_shown)
		return -EINVAL;
	if (request->indir_size != INDIR_NO_CHANGE && model->set_indir_err)
		return model->set_indir_err;
	return 0;
}

static int set_rss(struct model_nic *nic, const struct ethtool_rxfh *request)
{
	bool table = request->indir_size != INDIR_NO_CHANGE;
	uint32_t entries = table ? request->indir_size : 0;
	int err = check_rss(nic, request);

	if (!err && table)
		err = write_table(nic, request->rss_config, entries);
	else if (!err && nic->model->x_fills_it)
		err = model_fill_table(nic);
	if (!err && request->key_size)
		err = model_set_key(nic, (const uint8_t *)(request->rss_config + entries),
				    request->key_size);
	if (!err && request->hfunc)
		nic->hfunc = request->hfunc;
	return err;
}

static int get_rule(const struct model_nic *nic, struct ethtool_rxnfc *request)
{
	const struct model_rule *rule = nic->rules;

	while (rule && rule->spec.location != request->fs.location)
		rule = rule->next;
	if (!rule)
		return nic->model->no_rule_err ? nic->model->no_rule_err : -ENOENT;
	request->fs = rule->spec;
	return 0;
}

static int get_rules(const struct model_nic *nic, struct ethtool_rxnfc *request)
{
	uint32_t i = 0;

	if (request->rule_cnt < nic->n_rules)
		return -EMSGSIZE;
	for (const struct model_rule *rule = nic->rules; rule; rule = rule->next)
		request->rule_locs[i++] = rule->spec.location;
	request->rule_cnt = i;
	request->data = nic->model->rules;
	return 0;
}

static int on_rules(struct model_nic *nic, struct ethtool_rxnfc *request)
{
	switch (request->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		return model_rule_insert(nic, &request->fs);
	case ETHTOOL_SRXCLSRLDEL:
		return model_rule_delete(nic, request->fs.location);
	}
	if (!nic->model->rules)
		return -EOPNOTSUPP;
	switch (request->cmd) {
	case ETHTOOL_GRXCLSRLCNT:
		request->rule_cnt = nic->n_rules;
		request->data = nic->model->rules;
		return 0;
	case ETHTOOL_GRXCLSRULE:
		return get_rule(nic, request);
	default:
		return get_rules(nic, request);
	}
}

int model_ethtool(struct model_nic *nic, void *request)
{
	struct ethtool_rxnfc *rxnfc = request;

	switch (*(uint32_t *)request) {
	case ETHTOOL_GDRVINFO:
		return get_driver(nic, request);
	case ETHTOOL_GCHANNELS:
		return get_channels(nic, request);
	case ETHTOOL_SCHANNELS:
		return set_channels(nic, request);
	case ETHTOOL_GRXFH:
		return get_fields(nic, rxnfc);
	case ETHTOOL_SRXFH:
		return set_fields(nic, rxnfc);
	case ETHTOOL_GRXRINGS:
		rxnfc->data = nic->queues;
		return 0;
	case ETHTOOL_GRXFHINDIR:
		return get_table(nic, request);
	case ETHTOOL_SRXFHINDIR:
		return set_table(nic, request);
	case ETHTOOL_GRSSH:
		return get_rss(nic, request);
	case ETHTOOL_SRSSH:
		return set_rss(nic, request);
	case ETHTOOL_SRXCLSRLINS:
	case ETHTOOL_SRXCLSRLDEL:
	case ETHTOOL_GRXCLSRLCNT:
	case ETHTOOL_GRXCLSRULE:
	case ETHTOOL_GRXCLSRLALL:
		return on_rules(nic, rxnfc);
	default:
		return -EOPNOTSUPP;
	}
}
