// SPDX-License-Identifier: GPL-2.0-only
// What of this machine decides how ESP is received on an interface.
#include "cmd/inspect/host.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "nic/cpulist.h"
#include "nic/ethtool.h"
#include "nic/kernel.h"
#include "nic/sysfs.h"

/* As the kernel names them, and as ethtool(8) and people do. */
static const struct {
	const char *kernel, *word;
} switches[INSPECT_SWITCHES] = {
	{"rx-ntuple-filter", "ntuple"},
	{"rx-hashing", "rxhash"},
	{"rx-vlan-hw-parse", "rxvlan"},
	{"rx-gro", "gro"},
	{"rx-lro", "lro"},
	{"rx-gro-hw", "rx-gro-hw"},
	{"rx-udp-gro-forwarding", "rx-udp-gro-forwarding"},
	{"esp-hw-offload", "esp-hw-offload"},
};

enum { CONTEXTS_MOST = 32 }; /* more than any driver of Linux 6.12 has */

static void gather_switches(const char *name, struct inspect_host *host)
{
	uint32_t contexts[CONTEXTS_MOST];
	struct nic_features features;
	int fd = ethtool_open();

	host->contexts = fd;
	if (fd < 0)
		return;
	if (!ethtool_features(fd, name, &features))
		for (int i = 0; i < INSPECT_SWITCHES; i++)
			host->feature[i] = nic_switch_of(&features, switches[i].kernel);
	ethtool_features_free(&features);
	host->contexts = ethtool_rss_contexts(fd, name, CONTEXTS_MOST, contexts);
	close(fd);
}

void inspect_host_gather(const char *name, struct inspect_host *host)
{
	int sysfs = sysfs_open(-1);

	host->numa_node = -1;
	kernel_probe(&host->kernel);
	host->irqbalance = nic_irqbalance_runs("/proc");
	if (sysfs >= 0) {
		host->numa_node = sysfs_numa_node(sysfs, name);
		host->irqs = nic_irqs(sysfs, name, host->irq, INSPECT_IRQS);
		close(sysfs);
	}
	gather_switches(name, host);
	(void)encap_gro_read(&host->encap);
}

static const char *switch_word(enum nic_switch state)
{
	static const char *const words[] = {
		[SWITCH_UNKNOWN] = NULL,
		[SWITCH_OFF] = "off",
		[SWITCH_ON] = "on",
		[SWITCH_FIXED_ON] = "on [fixed]",
	};

	return words[state];
}

static void print_irqs(struct out *out, const struct inspect_host *host)
{
	char list[CPULIST_LEN];

	out_array(out, "irqs");
	for (int i = 0; i < host->irqs && i < INSPECT_IRQS; i++) {
		const struct nic_irq *irq = &host->irq[i];

		out_object(out, NULL);
		out_number(out, "irq", irq->irq);
		out_number_or_null(out, "queue", irq->queue);
		cpulist_format(&irq->cpus, list, sizeof(list));
		out_string(out, "cpus", *list ? list : NULL);
		out_up(out);
	}
	out_up(out);
}

static void print_rps(struct out *out, const struct nic_facts *needs)
{
	out_array(out, "rps");
	for (unsigned int i = 0; i < needs->queues; i++) {
		out_object(out, NULL);
		out_number(out, "queue", needs->queue[i].queue);
		out_string(out, "cpus", needs->queue[i].rps_cpus);
		out_number(out, "flows", (int64_t)needs->queue[i].rps_flow_cnt);
		out_up(out);
	}
	out_up(out);
}

static void print_xdp(struct out *out, const struct nic_facts *needs)
{
	out_object(out, "xdp");
	if (needs->xdp.err)
		out_null(out, "features");
	else
		out_number(out, "features", (int64_t)needs->xdp.features);
	out_array(out, "programs");
	for (int i = 0; i < 3; i++)
		if (needs->link.xdp_id[i])
			out_number(out, NULL, needs->link.xdp_id[i]);
	out_up(out);
	out_string(out, "program_name", needs->prog_name[0] ? needs->prog_name : NULL);
	out_up(out);
}

static void print_kernel(struct out *out, const struct inspect_host *host)
{
	out_object(out, "kernel");
	for (int i = 0; i < KERNEL_ITEMS; i++)
		if (host->kernel.item[i] == KERNEL_UNKNOWN)
			out_null(out, kernel_item_name(i));
		else
			out_bool(out, kernel_item_name(i), host->kernel.item[i] == KERNEL_HAS);
	if (host->encap.err) {
		out_null(out, "encap_sockets");
		out_null(out, "encap_sockets_gro");
	} else {
		out_number(out, "encap_sockets", host->encap.sockets);
		out_number(out, "encap_sockets_gro", host->encap.gro);
	}
	out_up(out);
}

static void print_json(struct out *out, const struct inspect_host *host,
		       const struct nic_facts *needs)
{
	out_object(out, "host");
	out_number_or_null(out, "numa_node", host->numa_node);
	out_object(out, "features");
	for (int i = 0; i < INSPECT_SWITCHES; i++)
		out_string(out, switches[i].word, switch_word(host->feature[i]));
	out_up(out);
	print_irqs(out, host);
	out_bool(out, "irqbalance", host->irqbalance);
	out_number_or_null(out, "rss_contexts", host->contexts);
	print_rps(out, needs);
	print_xdp(out, needs);
	print_kernel(out, host);
	out_up(out);
}

static void say_irqs(struct out *out, const struct inspect_host *host)
{
	char text[1024] = "", list[CPULIST_LEN];
	size_t n = 0;
	int told = 0;

	for (int i = 0; i < host->irqs && i < INSPECT_IRQS && n < sizeof(text) - 64; i++) {
		if (host->irq[i].queue < 0)
			continue;
		cpulist_format(&host->irq[i].cpus, list, sizeof(list));
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d on %.24s", told++ ? ", " : "",
				      host->irq[i].queue, list);
	}
	if (told)
		out_say(out, "Interrupts, by queue and CPU: %s%s.", text,
			host->irqbalance ? "; irqbalance runs, and may move them" : "");
	else
		out_say(out, "Interrupts: none that can be seen%s.",
			host->irqbalance ? "; irqbalance runs" : "");
}

static void say_switches(struct out *out, const struct inspect_host *host,
			 const struct nic_facts *needs)
{
	char text[320] = "none told", rps[48];
	size_t n = 0;

	for (int i = 0; i < INSPECT_SWITCHES; i++)
		if (host->feature[i] != SWITCH_UNKNOWN && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %s", n ? ", " : "",
					      switches[i].word, switch_word(host->feature[i]));
	snprintf(rps, sizeof(rps), "on for %u of its %u queues", needs->queues,
		 needs->link.num_rx_queues);
	out_say(out, "Switches: %s; RPS is %s.", text, needs->queues ? rps : "off");
}

void inspect_host_print(struct out *out, const struct inspect_host *host,
			const struct nic_facts *needs)
{
	if (out_is_json(out)) {
		print_json(out, host, needs);
		return;
	}
	say_irqs(out, host);
	say_switches(out, host, needs);
}

void inspect_host_warn(struct out *out, const struct inspect_host *host, bool udp)
{
	const struct encap_gro *encap = &host->encap;

	if (!udp || encap->err || !encap->sockets || encap->gro == encap->sockets)
		return;
	if (host->kernel.item[KERNEL_ENCAP_GRO] == KERNEL_LACKS)
		out_warn(out, "ESP in UDP is not merged by GRO: the kernel cannot; that came with "
			      "Linux 6.7");
	else
		out_warn(out,
			 "GRO of ESP in UDP is off for %u of %u encapsulation sockets: the IKE daemon "
			 "alone can turn it on, by the socket option UDP_GRO of its port 4500; look "
			 "for a version of it that does",
			 encap->sockets - encap->gro, encap->sockets);
}
