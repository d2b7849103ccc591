/* SPDX-License-Identifier: GPL-2.0-only */
/* What a stop says, whether the daemon did it or not. */
#ifndef CLIENT_STOP_WORDS_H
#define CLIENT_STOP_WORDS_H

#include <stddef.h>
#include "client/leavings.h"

/*
 * What came of stopping @interface (NULL or "": all): "eth0 is no longer steered, and every setting
 * is as it was", or what is not; with an error that is not about settings, @why.
 */
void stop_sentence(const char *interface, const struct leavings *leavings, int err,
		   const char *why, char *said, size_t size);

/* There was nothing to stop: not on @interface, or with NULL nowhere in the namespace. */
void stop_nothing(const char *interface, char *said, size_t size);

#endif
