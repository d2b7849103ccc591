/* SPDX-License-Identifier: GPL-2.0-only */
/* Models by the names that operators type. */
#ifndef CLI_MODEL_NAMED_H
#define CLI_MODEL_NAMED_H

#include <stddef.h>
#include "nic/model.h"

/* The model of that name, in any letters, or of that driver if it has one; NULL: there is none, and
 * a line on stderr says which are near. */
const struct model *model_named(const char *verb, const char *name);

/* The same, without a word where there is none; and why there is none: "no such model; did you
 * ...". */
const struct model *model_known(const char *name);
void model_why_not(const char *name, char *why, size_t size);

#endif
