// SPDX-License-Identifier: GPL-2.0-only
// The hash fields of a flow type, as more than one family answers and sets them.
#include "nic/models/families.h"

int model_get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (!model_is_known(type))
		return -EINVAL;
	*fields = nic->fields[type];
	return 0;
}

int model_set_subset(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (fields & ~(uint64_t)MODEL_SDFN)
		return -EINVAL;
	nic->fields[type] = fields;
	return 0;
}

int model_set_sd_or_sdfn(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (fields != MODEL_SD && fields != MODEL_SDFN)
		return -EINVAL;
	nic->fields[type] = fields;
	return 0;
}

static int get_constant(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	const struct model_answers *answers = &nic->model->answers;

	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW) {
		*fields = answers->ah_esp;
		return answers->ah_esp_err;
	}
	if (model_is_ipsec(type)) {
		*fields = answers->esp;
		return answers->esp_err;
	}
	*fields = nic->fields[type];
	return answers->udp_err;
}

static int set_constant(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	const struct model_answers *answers = &nic->model->answers;

	if (model_is_ipsec(type))
		return answers->set_nothing && !fields ? 0 : answers->set_err;
	if (answers->set_udp_err || !model_is_udp(type))
		return answers->set_udp_err ? answers->set_udp_err : -EINVAL;
	return model_set_sd_or_sdfn(nic, type, fields);
}

const struct model_ops model_constant = {.get_fields = get_constant, .set_fields = set_constant};

static unsigned int nothing(const struct model_nic *nic, const struct flow *flow)
{
	(void)nic;
	(void)flow;
	return 0;
}

const struct model_ops model_unhashed = {.inputs = nothing};
