/* SPDX-License-Identifier: GPL-2.0-only */
/* The NIC that is planned for, as the options describe it. */
#ifndef CMD_PLAN_NIC_H
#define CMD_PLAN_NIC_H

#include "cmd/plan.h"
#include "nic/model.h"

struct plan_nic {
	struct model_nic nic;
	char commands[256]; /* of ethtool that make it hash what it must; "": none is needed */
};

/* NULL: something is wrong with the options, *status is it and it was said. */
struct plan_nic *plan_nic_new(const struct plan_options *o, enum status *status);
void plan_nic_free(struct plan_nic *nic);

/*
 * Makes the NIC hash the SPI (of ESP and AH) or the ports (of ESP in UDP) of packets like this one,
 * as an operator would by ethtool. False: it cannot; that was said, with what helps.
 */
bool plan_nic_separates(struct plan_nic *nic, const struct flow *flow);

/* The packets of an SA: @udp: ESP in UDP. Addresses as in struct flow. */
struct flow plan_flow(uint8_t protocol, bool udp, int af, const void *src, const void *dst);

#endif
