/* SPDX-License-Identifier: GPL-2.0-only */
/* The models as a table in Markdown. */
#ifndef CMD_MODELS_MARKDOWN_H
#define CMD_MODELS_MARKDOWN_H

#include <stdio.h>

/*
 * A row for each model: what it does with ESP as its driver leaves it, the command that helps, and
 * the method that `run` would choose by what is known. 0 or a negative number: no memory.
 */
int models_markdown(FILE *file);

#endif
