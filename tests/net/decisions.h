/* SPDX-License-Identifier: GPL-2.0-only */
/* What the steering program of the test build decided about its last frame. */
#ifndef TESTS_NET_DECISIONS_H
#define TESTS_NET_DECISIONS_H

#include "core/decision.h"

/* Where the program of this descriptor writes it, or NULL, and errno says why. */
const struct decision *decisions_of(int program);

#endif
