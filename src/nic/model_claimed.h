/* SPDX-License-Identifier: GPL-2.0-only */
/* A NIC of a model, set as a real one is by what that one's driver claims. Pure. */
#ifndef NIC_MODEL_CLAIMED_H
#define NIC_MODEL_CLAIMED_H

#include "nic/claims.h"

/* Sets the hash fields; what the model refuses stays as it is. */
void model_claimed_fields(struct model_nic *nic, const struct claims *claims);

/* Sets key and hash function, as far as they are told. False: the key is not. */
bool model_claimed_hash(struct model_nic *nic, const struct claims *claims);

/*
 * Receive queues: as many as the driver tells, or, if it tells none, as its table names. 0: it
 * cannot be told.
 */
uint32_t model_claimed_queues(const struct claims *claims);

/* Queues that the table names: the last of them and one; 0: there is no table. */
uint32_t model_claimed_named(const struct claims *claims);

/*
 * A NIC with that many queues, fields, hash function and key as claimed; and with the table as
 * claimed if the real one has as many queues, else as its driver fills it. -EINVAL: no such number
 * of queues, or a table that names others.
 */
int model_claimed_init(struct model_nic *nic, const struct model *model,
		       const struct claims *claims, uint32_t queues);

/*
 * The model of this driver whose package is not another, and that answers most like it, once set as it
 * is; the number of answers that
 * differ and the first of them; NULL: there is no model of the driver.
 */
const struct model *claims_model(const struct claims *claims, unsigned int *differ,
				 const char **which);

#endif
