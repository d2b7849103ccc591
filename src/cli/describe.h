/* SPDX-License-Identifier: GPL-2.0-only */
/* Man pages and completions, as far as they follow from the tables of verbs and options. */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include <stdio.h>
#include "cli/verb.h"

/*
 * Copies @in to @out; a line that is one of these words is replaced by what it stands for:
 *
 *	@SYNOPSIS@  @OPTIONS@	of @verb, for scdoc; it must be given
 *	@KEYS@			of @verb, as keys of a file of settings, for scdoc
 *	@VERBS@			all @verbs with their briefs, for scdoc
 *	@BASH-VERBS@  @BASH@	a list of verbs, and the arms of a case over them, for
 *				completion/espalier.bash
 *	@ZSH-VERBS@  @ZSH@	the same for completion/espalier.zsh
 *	@BASH-MODELS@  @ZSH-MODELS@	the names of the models
 *
 * Returns how many words were replaced; -EINVAL: one needs a verb; -EIO.
 */
int describe(const struct verb *const *verbs, const struct verb *verb, FILE *in, FILE *out);

#endif
