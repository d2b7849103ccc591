/* SPDX-License-Identifier: GPL-2.0-only */
/* In the test build the steering program writes down what it decided; otherwise nothing of this. */
#ifndef BPF_DECISION_H
#define BPF_DECISION_H

#include "core/decision.h"

#ifdef ESPALIER_TEST
ARRAY(decisions, struct decision, 1);

#define decide_field(FIELD, VALUE)                                                                 \
	do {                                                                                       \
		struct decision *decision_ = element(decisions, 0);                                \
		if (decision_)                                                                     \
			decision_->FIELD = (VALUE);                                                \
	} while (0)
#define decide_flow(FLOW)                                                                          \
	do {                                                                                       \
		decide_field(flow, *(FLOW));                                                       \
		decide_field(way, WAY_NONE);                                                       \
		decide_field(ring, 0);                                                             \
		decide_field(slot, NO_SLOT);                                                       \
		decide_field(quick, 0);                                                            \
	} while (0)
/* The flow of a frame that the short cut steered without the parser. */
#define decide_quick(CTX, SLOT)                                                                    \
	do {                                                                                       \
		struct flow flow_;                                                                 \
		flow_parse(&flow_, (void *)(long)(CTX)->data, (void *)(long)(CTX)->data_end, NULL); \
		decide_flow(&flow_);                                                               \
		decide_field(way, WAY_SA);                                                         \
		decide_field(slot, SLOT);                                                          \
		decide_field(quick, 1);                                                            \
	} while (0)
#else
#define decide_quick(CTX, SLOT) decide_field(slot, SLOT)
#define decide_field(FIELD, VALUE)                                                                 \
	do {                                                                                       \
	} while (0)
#define decide_flow(FLOW) decide_field(flow, FLOW)
#endif

#define decide(WAY)        decide_field(way, WAY)
#define decide_ring(RING)  decide_field(ring, RING)
#define decide_slot(SLOT)  decide_field(slot, SLOT)

#endif
