/* SPDX-License-Identifier: GPL-2.0-only */
/* What the steering program decided about a frame; written by the test build only. */
#ifndef CORE_DECISION_H
#define CORE_DECISION_H

#include "core/flow.h"
#include "core/layout.h"

struct decision {
	struct flow flow;
	__u32 way;   /* enum way */
	__u32 ring;  /* 0: passed */
	__u32 slot;  /* of a known SA, else NO_SLOT */
	__u32 quick; /* 1: by the short cut */
};

#endif
