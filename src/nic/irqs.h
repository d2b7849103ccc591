/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interrupt serves a receive queue, which CPUs it may go to, and who else moves it. */
#ifndef NIC_IRQS_H
#define NIC_IRQS_H

#include <sched.h>
#include <stdbool.h>

struct nic_irq {
	int irq;
	int queue;	/* receive queue that its name tells; -1: none, or it cannot be told */
	char name[64];	/* as /proc/irq/N/ names it: "eth0-TxRx-3", "virtio0-input.0" */
	cpu_set_t cpus; /* that it may go to; empty: unknown */
};

/*
 * The interrupts of an interface, from a mount of sysfs_open(); at most MAX are stored, the number
 * there are is returned. 0: it has none that can be seen (veth, a NIC of a paravirtual bus).
 */
int nic_irqs(int sysfs, const char *ifname, struct nic_irq *out, int max);

/*
 * The receive queue that an interrupt's name tells, -1: none. Drivers write it in their own way:
 * "i40e-eth0-TxRx-5", "mlx5_comp3@pci:0000:01:00.0", "virtio0-input.1", "eth0-rxtx-0",
 * "eth0-Tx-Rx-2", "mana_q7@pci:...". Names of output, control and asynchronous events tell none.
 */
int nic_irq_queue(const char *name);

/* Is irqbalance running, which moves interrupts on its own? Looks below PROC, normally "/proc". */
bool nic_irqbalance_runs(const char *proc);

#endif
