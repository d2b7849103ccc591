/* SPDX-License-Identifier: GPL-2.0-only */
/* The NIC that is planned for, as the options describe it. */
#ifndef CMD_PLAN_NIC_H
#define CMD_PLAN_NIC_H

#include "cmd/nic_named.h"
#include "cmd/plan/plan.h"
#include "nic/model.h"

struct plan_nic {
	struct nic_named named; /* what --nic names; model NULL: it was not given */
	const char *interface;	/* in commands: its name, or "IF" */
	struct model_nic nic;
	uint32_t key_known; /* bytes of the key as it is; 0: nobody told it */
	char commands[256]; /* of ethtool that make it hash what it must; "": none is needed */
};

/* What a form needs of the NIC. */
enum plan_needs {
	PLAN_KEY = 1,	/* its key as it is */
	PLAN_POWER = 2, /* a table of which the hash's last bits pick the entry */
};

/* NULL: something is wrong with the options, *status is it and it was said. */
struct plan_nic *plan_nic_new(const struct plan_options *o, unsigned int needs,
			      enum status *status);
void plan_nic_free(struct plan_nic *nic);

/* How far a NIC tells SAs apart. */
enum plan_separation {
	PLAN_BY_SA,	   /* by SPI, or by ports */
	PLAN_BY_ADDRESSES, /* not those of the same two addresses */
	PLAN_NOT_AT_ALL,   /* each SA is on all queues, or the key is too short: that was said */
};

/*
 * Makes the NIC hash the SPI (of ESP and AH) or the ports (of ESP in UDP) of packets like this one,
 * as an operator would by ethtool, and adds how to nic->commands.
 */
enum plan_separation plan_nic_separate(struct plan_nic *nic, const struct flow *flow);

/* "SPI of esp4", "ports of udp6": what such packets differ in, and ethtool's word for them. */
const char *plan_nic_differ(const struct flow *flow);

/* The packets of an SA: @udp: ESP in UDP. Addresses as in struct flow. */
struct flow plan_flow(uint8_t protocol, bool udp, int af, const void *src, const void *dst);

#endif
