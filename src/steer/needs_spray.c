// SPDX-License-Identifier: GPL-2.0-only
// A NIC that sprays each SA over its queues is told to hash what its driver has it hash at first.
#include <stdlib.h>
#include <string.h>
#include "nic/model_ask.h"
#include "nic/model_claimed.h"
#include "steer/needs.h"

/* By what is known of the NIC, with the hash fields that its driver tells. */
static bool sprays(struct model_nic *nic, const struct nic_facts *facts)
{
	bool does;

	if (model_nic_init(nic, facts->model, model_queues_of(facts->model, 2)))
		return false;
	model_claimed_fields(nic, &facts->claims);
	does = model_esp_by(nic, 4, FLOW_ESP) == MODEL_ESP_SPRAYS ||
	       model_esp_by(nic, 4, FLOW_ESP_UDP) == MODEL_ESP_SPRAYS;
	model_nic_free(nic);
	return does;
}

/* The fields of a flow type as its driver leaves them after loading. */
static bool at_first(struct model_nic *nic, const struct model *model, uint32_t type,
		     struct claims_fields *fields)
{
	struct ethtool_rxnfc get = {.cmd = ETHTOOL_GRXFH, .flow_type = type};

	if (model_nic_init(nic, model, model_queues_of(model, 2)))
		return false;
	fields->err = model_ethtool(nic, &get);
	fields->fields = get.data;
	model_nic_free(nic);
	return !fields->err;
}

/* ethtool's esp4 is AH_ESP, which stands for IPv6 and ESP in UDP too where a NIC sprays. */
static void change(struct model_nic *nic, const struct nic_facts *facts,
		   struct needs_report *report)
{
	const struct claims_fields *now = claims_fields_of(&facts->claims, "ah_esp4");
	struct claims_fields first;
	struct needs_finding *finding;
	char old[32], new[32];

	if (now->err || !sprays(nic, facts) || !at_first(nic, facts->model, now->type, &first) ||
	    first.fields == now->fields)
		return;
	finding = needs_change(report, NEEDS_SPRAY, UNDO_FIELDS, "esp4",
			       claims_fields_words(now, old), claims_fields_words(&first, new),
			       "its hash takes the sequence number too, which spreads one SA over "
			       "all queues, out of order");
	if (finding)
		finding->optional = true;
}

void needs_no_spray(const struct nic_facts *facts, struct needs_report *report)
{
	struct model_nic *nic = facts->model ? malloc(sizeof(*nic)) : NULL;

	if (nic)
		change(nic, facts, report);
	free(nic);
}
