// SPDX-License-Identifier: GPL-2.0-only
// Asks a model what it does with ESP.
#include "nic/model_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include "nic/models/families.h"

const char *model_esp_name(enum model_esp esp)
{
	static const char *const names[] = {"addresses", "spi", "sprays", "unhashed"};

	return names[esp];
}

enum model_esp model_esp_by(const struct model_nic *nic, uint8_t family, uint8_t kind)
{
	struct flow f = {
		.kind = kind,
		.family = family,
		.protocol = kind == FLOW_ESP_UDP ? IPPROTO_UDP : IPPROTO_ESP,
		.sport = kind == FLOW_ESP_UDP ? 4500 : 0,
		.dport = kind == FLOW_ESP_UDP ? 4500 : 0,
	};
	unsigned int inputs = model_inputs(nic, &f);

	if (inputs & MODEL_SEQ)
		return MODEL_ESP_SPRAYS;
	if (inputs & MODEL_SPI)
		return MODEL_ESP_SPI;
	return inputs ? MODEL_ESP_ADDRESSES : MODEL_ESP_UNHASHED;
}

static void set(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_SRXFH, .flow_type = type, .data = fields};

	model_ethtool(nic, &request); /* a refusal shows in what follows */
}

bool model_repair_v6(struct model_nic *nic)
{
	struct flow plain = {.family = 6, .protocol = IPPROTO_ICMPV6};

	if (!nic->model->sdfn_breaks_v6 || model_inputs(nic, &plain))
		return false;
	set(nic, SCTP_V6_FLOW, MODEL_SD);
	return true;
}

void model_ask_for_spi(struct model_nic *nic)
{
	/* ethtool's words esp4 and esp6 mean AH_ESP (ethtool.c rxflow_str_to_type). */
	set(nic, AH_ESP_V4_FLOW, MODEL_SDFN);
	set(nic, AH_ESP_V6_FLOW, MODEL_SDFN);
	model_repair_v6(nic);
}

int model_ask(const struct model *model, struct model_answer *answer)
{
	struct model_nic *nic = malloc(sizeof(*nic));
	int err = nic ? model_nic_init(nic, model, model->max_queues) : -ENOMEM;

	if (err) {
		free(nic);
		return err;
	}
	*answer = (struct model_answer){
		.plain = model_esp_by(nic, 4, FLOW_ESP),
		.udp = model_esp_by(nic, 4, FLOW_ESP_UDP),
		.native = model->driver->native,
		.sdfn_breaks_v6 = model->sdfn_breaks_v6,
	};
	model_ask_for_spi(nic);
	answer->set_v4 = model_esp_by(nic, 4, FLOW_ESP);
	answer->set_v6 = model_esp_by(nic, 6, FLOW_ESP);
	answer->settable_v4 = answer->set_v4 != answer->plain;
	answer->settable_v6 = answer->set_v6 != answer->plain;
	model_nic_free(nic);
	free(nic);
	return 0;
}

const char *model_command(const struct model_answer *answer, char buf[MODEL_COMMAND_LEN])
{
	static const char one[] = "ethtool -N IF";
	bool v6 = answer->set_v6 == MODEL_ESP_SPI;
	int n;

	if (answer->plain == MODEL_ESP_SPI || answer->set_v4 != MODEL_ESP_SPI)
		return NULL;
	n = snprintf(buf, MODEL_COMMAND_LEN, "%s rx-flow-hash esp4 sdfn", one);
	if (v6)
		n += snprintf(buf + n, MODEL_COMMAND_LEN - n, "; %s rx-flow-hash esp6 sdfn", one);
	if (v6 && answer->sdfn_breaks_v6)
		snprintf(buf + n, MODEL_COMMAND_LEN - n, "; %s " MODEL_REPAIR_V6, one);
	return buf;
}
