/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of the verbs, and the way to them. */
#ifndef CMD_VERBS_H
#define CMD_VERBS_H

#include "cli/verb.h"
#include "cmd/verb_rows.h"

/* verb_show and so on, each in a file of its own; the rows: src/cmd/meson.build. */
#define VERB_DECLARE(name) extern const struct verb verb_##name;
VERB_ROWS(VERB_DECLARE)

/* In the order in which the help lists them; NULL ends. */
const struct verb *const *verbs(void);

/* NULL: there is none of that name. */
const struct verb *verb_find(const char *name);

/* The program: argv[1] is a verb or an interface; without one it is `show`. */
enum status dispatch(int argc, char **argv);

#endif
