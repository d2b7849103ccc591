/* SPDX-License-Identifier: GPL-2.0-only */
/* A NIC made of a model, and what its driver answers of hash fields. */
#ifndef TESTS_UNIT_MODEL_FIXTURE_H
#define TESTS_UNIT_MODEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "nic/model_ask.h"

/* To be freed with model_nic_free(). */
static inline void init_nic(struct model_nic *nic, const char *name, uint32_t queues)
{
	const struct model *model = model_find(name);

	if (!model)
		fail_msg("no model %s", name);
	assert_int_equal(model_nic_init(nic, model, queues), 0);
}

/* To be freed with close_nic(). */
static inline struct model_nic *open_nic(const char *name, uint32_t queues)
{
	struct model_nic *nic = malloc(sizeof(*nic));

	assert_non_null(nic);
	init_nic(nic, name, queues);
	return nic;
}

static inline void close_nic(struct model_nic *nic)
{
	model_nic_free(nic);
	free(nic);
}

/* The hash fields of a flow type, or the negative errno. */
static inline int64_t get_fields(struct model_nic *nic, uint32_t type)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_GRXFH, .flow_type = type};
	int err = model_ethtool(nic, &request);

	return err ? err : (int64_t)request.data;
}

static inline int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_SRXFH, .flow_type = type, .data = fields};

	return model_ethtool(nic, &request);
}

#endif
