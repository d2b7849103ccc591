/* SPDX-License-Identifier: GPL-2.0-only */
/* IPsec that an interface's program could not steer, in a sentence: for the log, `show` and `inspect`. */
#ifndef SHOW_BEYOND_WORDS_H
#define SHOW_BEYOND_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include "show/snapshot.h"

/* How much, why, and who says what to do, without a full stop. False: there was none. */
bool beyond_words(const struct snapshot_interface *interface, char *buf, size_t size);

#endif
