/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon has to say while it runs: one line each on stderr. */
#ifndef DAEMON_SAY_H
#define DAEMON_SAY_H

#include "steer/undo.h"

/* Prints "espalier: " and the sentence, with '?' for what is not printable ASCII. Adds the newline. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for steer/undo.h: undo_say_fn. */
void say_line(void *arg, enum undo_outcome outcome, const char *line);

#endif
