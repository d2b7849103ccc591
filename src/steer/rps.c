// SPDX-License-Identifier: GPL-2.0-only
// The method rps: the kernel's own software steering, by the hash of each packet (net/core/dev.c
// get_rps_cpu). The kernel hashes the SPI of plain ESP where a flow has its ports
// (net/core/flow_dissector.c skb_flow_get_ports), and of ESP in UDP its ports. So: masks of CPUs,
// and no hash that the kernel would take for its own.
#include "steer/method.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "nic/cpulist.h"

extern const struct method method_rps;

static const char caveat[] =
	"method rps spreads plain ESP by its SPI, but not ESP in UDP: all of a pair of "
	"gateways stays on one CPU";

/* Of a queue, as undo reads it: without leading zeros. */
static void mask_of(const struct nic_facts *facts, unsigned int queue, char mask[CPUMASK_LEN])
{
	cpu_set_t cpus;

	strcpy(mask, "0");
	for (unsigned int i = 0; i < facts->queues; i++)
		if (facts->queue[i].queue == queue &&
		    !cpumask_parse(facts->queue[i].rps_cpus, &cpus))
			cpumask_format(&cpus, mask, CPUMASK_LEN);
}

static void check_masks(const struct nic_facts *facts, const char *wanted,
			struct needs_report *report)
{
	char mask[CPUMASK_LEN], knob[UNDO_KNOB_LEN];

	for (unsigned int queue = 0; queue < facts->link.num_rx_queues; queue++) {
		mask_of(facts, queue, mask);
		if (!strcmp(mask, wanted))
			continue;
		snprintf(knob, sizeof(knob), "rx-%u/rps_cpus", queue);
		needs_change(report, NEEDS_METHOD, UNDO_QUEUE, knob, mask, wanted,
			     "the kernel spreads what this queue receives");
	}
}

/* Nothing keeps the kernel from the hash that this driver gives. */
static bool is_blind(const struct nic_facts *facts)
{
	return facts->model && facts->model->l4_regardless;
}

/* A hash that the driver calls one of L4 is taken as it is (include/linux/skbuff.h skb_get_hash). */
static void check_hash(const struct nic_facts *facts, struct needs_report *report)
{
	const char *driver = facts->driver[0] ? facts->driver : "(unknown)";

	if (is_blind(facts)) {
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "driver %s calls its hash of ESP one of L4, with rxhash off too, so the "
			  "kernel spreads nothing; use --method auto, or --generic if it must be",
			  driver);
		return;
	}
	if (facts->rxhash != SWITCH_ON && facts->rxhash != SWITCH_FIXED_ON)
		return;
	if (!facts->model)
		needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			  "whether driver %s calls its hash of ESP one of L4 is not known: "
			  "the kernel would then take it instead of its own; if one CPU gets "
			  "all, use `ethtool -K %s rxhash off`",
			  driver, facts->link.name);
	else if (facts->model->claims_l4 && facts->rxhash == SWITCH_ON)
		needs_change(report, NEEDS_METHOD, UNDO_FEATURE, "rx-hashing", "on", "off",
			     "the driver calls its hash of ESP one of L4, and the kernel would "
			     "take it instead of its own");
	else if (facts->model->claims_l4)
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "driver %s calls its hash of ESP one of L4 and cannot stop hashing, so "
			  "the kernel spreads nothing; use --method auto",
			  driver);
}

static int check(const struct nic_facts *facts, const cpu_set_t *cpus, struct needs_report *report)
{
	char wanted[CPUMASK_LEN];

	*report = (struct needs_report){0};
	cpumask_format(cpus, wanted, sizeof(wanted));
	if (facts->rps_err) {
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "its RPS masks cannot be read: %s; the kernel needs CONFIG_RPS",
			  strerror(-facts->rps_err));
		return needs_end(report);
	}
	check_hash(facts, report);
	check_masks(facts, wanted, report);
	needs_say(report, NEEDS_WARN, NEEDS_METHOD,
		  "%s; which CPU an SA is on only the kernel knows", caveat);
	return needs_end(report);
}

/* It is there for every interface whose driver does not blind it. */
static bool fits(const struct nic_facts *facts, const struct demand *demand, char *why, size_t size)
{
	bool blind = is_blind(facts);

	snprintf(why, size, "%s",
		 blind ? "the driver's hash of ESP hides the SPI from the kernel" : "");
	return !blind;
}

const struct method method_rps = {
	.name = "rps",
	.traits = METHOD_ANY_DRIVER,
	.caveat = caveat,
	.fits = fits,
	.check = check,
};
