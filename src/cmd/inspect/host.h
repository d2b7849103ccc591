/* SPDX-License-Identifier: GPL-2.0-only */
/* What of this machine decides how ESP is received on an interface, beside the NIC's hash. */
#ifndef CMD_INSPECT_HOST_H
#define CMD_INSPECT_HOST_H

#include "nic/encap_gro.h"
#include "nic/irqs.h"
#include "nic/kernel.h"
#include "steer/needs.h"
#include "view/out.h"

#define INSPECT_IRQS 256

/* Switches that matter, in the order of inspect_host.c's names. */
enum { INSPECT_SWITCHES = 8 };

struct inspect_host {
	int numa_node; /* -1: none or unknown */
	int irqs;      /* in irq[], or more than it holds */
	struct nic_irq irq[INSPECT_IRQS];
	bool irqbalance;
	int contexts; /* RSS contexts beside the main one; a negative errno: the driver has none */
	enum nic_switch feature[INSPECT_SWITCHES];
	struct encap_gro encap;
	struct kernel_facts kernel;
};

/* What cannot be read stays unknown. */
void inspect_host_gather(const char *name, struct inspect_host *host);

/* A few sentences, or the object "host". @needs are the facts of the same interface. */
void inspect_host_print(struct out *out, const struct inspect_host *host,
			const struct nic_facts *needs);

/* @udp: there are SAs of ESP in UDP. */
void inspect_host_warn(struct out *out, const struct inspect_host *host, bool udp);

#endif
