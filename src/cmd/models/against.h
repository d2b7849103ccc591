/* SPDX-License-Identifier: GPL-2.0-only */
/* espalier models --against: a model held against what a NIC showed. */
#ifndef CMD_MODELS_AGAINST_H
#define CMD_MODELS_AGAINST_H

#include "cli/verb.h"
#include "nic/model.h"

/*
 * Prints where the model (NULL: the one that answers most like the NIC) is right about the report
 * of that path, and where not; then it is STATUS_FAILED.
 */
enum status models_against(const struct model *model, const char *path, bool json);

#endif
