/* SPDX-License-Identifier: GPL-2.0-only */
/* What a measurement of made-up traffic shows on a model. */
#ifndef NIC_MODEL_MEASURE_H
#define NIC_MODEL_MEASURE_H

#include "nic/measured.h"
#include "nic/model.h"

/*
 * Sends IPv4 packets of 32 SAs between each of two pairs of addresses, as ESP and as ESP in UDP,
 * 32 of each SA, and sorts what came. -ENOMEM. Free with measured_free().
 */
int model_measure(const struct model_nic *nic, struct measured *out);

#endif
