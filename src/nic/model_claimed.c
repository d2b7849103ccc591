// SPDX-License-Identifier: GPL-2.0-only
// A NIC of a model, set as a real one is.
#include "nic/model_claimed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void set_fields(struct model_nic *nic, const struct claims_fields *wanted)
{
	struct ethtool_rxnfc get = {.cmd = ETHTOOL_GRXFH, .flow_type = wanted->type};
	struct ethtool_rxnfc set = {
		.cmd = ETHTOOL_SRXFH, .flow_type = wanted->type, .data = wanted->fields};

	if (wanted->err || model_ethtool(nic, &get) || get.data == wanted->fields)
		return;
	if (!model_ethtool(nic, &set) || wanted->fields)
		return;
	set.data = MODEL_DISCARD; /* virtio is told "none" so */
	model_ethtool(nic, &set);
}

void model_claimed_fields(struct model_nic *nic, const struct claims *claims)
{
	for (int i = 0; i < CLAIMS_FLOWS; i++)
		set_fields(nic, &claims->fields[i]);
}

bool model_claimed_hash(struct model_nic *nic, const struct claims *claims)
{
	if (claims->hfunc)
		nic->hfunc = claims->hfunc;
	return claims->key_known && !model_set_key(nic, claims->key, claims->key_size);
}

uint32_t model_claimed_named(const struct claims *claims)
{
	uint32_t named = 0;

	for (uint32_t i = 0; i < claims->table.size; i++)
		if (claims->table.entry[i] >= named)
			named = claims->table.entry[i] + 1u;
	return named;
}

uint32_t model_claimed_queues(const struct claims *claims)
{
	return claims->channels ? claims->channels : model_claimed_named(claims);
}

int model_claimed_init(struct model_nic *nic, const struct model *model,
		       const struct claims *claims, uint32_t queues)
{
	int err = model_nic_init(nic, model, queues);

	if (err)
		return err;
	model_take_sizes(nic, claims->table_size, claims->key_size);
	model_claimed_fields(nic, claims);
	(void)model_claimed_hash(nic, claims);
	if (queues != model_claimed_queues(claims) || !claims->table.size)
		return 0;
	if (model_claimed_named(claims) > queues) {
		model_nic_free(nic);
		return -EINVAL;
	}
	nic->table = claims->table;
	return 0;
}

const struct model *claims_model(const struct claims *claims, unsigned int *differ,
				 const char **which)
{
	struct model_nic *nic = malloc(sizeof(*nic));
	struct claims *its = malloc(sizeof(*its));
	const struct model *best = NULL;
	unsigned int least = 0;

	*differ = 0;
	*which = NULL;
	for (const struct model *const *m = models(); nic && its && *m; m++) {
		const char *names[CLAIMS_ANSWERS];
		unsigned int n, rank;

		if (strcmp((*m)->driver->name, claims->driver))
			continue;
		if (model_nic_init(nic, *m, model_queues_of(*m, claims->channels)))
			continue;
		model_take_sizes(nic, claims->table_size, claims->key_size);
		model_claimed_fields(nic, claims);
		claims_gather(claims_ask_model, nic, its);
		model_nic_free(nic);
		n = claims_differ(claims, its, names);
		rank = n + (model_other_package(*m, claims->package) ? CLAIMS_ANSWERS + 1 : 0);
		if (!best || rank < least) {
			best = *m;
			least = rank;
			*differ = n;
			*which = n ? names[0] : NULL;
		}
	}
	free(its);
	free(nic);
	return best;
}
