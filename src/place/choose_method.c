// SPDX-License-Identifier: GPL-2.0-only
// Which method --method auto means on an interface, and why.
#include "place/choose_method.h"

#include <stdio.h>

const char *method_name(enum method_kind method)
{
	static const char *const names[METHODS] = {
		[METHOD_RSS] = "rss",
		[METHOD_NTUPLE] = "ntuple",
		[METHOD_XDP] = "xdp",
		[METHOD_RPS] = "rps",
	};

	return names[method];
}

static bool rss_will_do(const struct choose_method_facts *facts)
{
	if (!facts->separates || facts->queues < facts->cpus)
		return false;
	return !facts->sas_udp || facts->separates_udp;
}

static bool ntuple_will_do(const struct choose_method_facts *facts)
{
	if (!facts->rules || facts->sas > facts->rules / 2)
		return false;
	return !facts->sas_udp || facts->rules_udp;
}

/* What the NIC itself cannot do, for the sentence. */
static const char *nic_lacks(const struct choose_method_facts *facts)
{
	if (facts->separates && facts->queues < facts->cpus)
		return "the NIC separates SAs by SPI, but has fewer queues than there are CPUs";
	if (facts->separates)
		return "the NIC separates SAs by SPI, but not those of ESP-in-UDP";
	if (facts->rules && facts->sas > facts->rules / 2)
		return "the NIC takes rules by SPI, but too few to hold all SAs twice over";
	if (facts->rules)
		return "the NIC takes rules by SPI, but none that match ESP-in-UDP";
	return "nothing shows that the NIC separates SAs by SPI";
}

enum method_kind choose_method(const struct choose_method_facts *facts, char *why, size_t size)
{
	const char *driver = *facts->driver ? facts->driver : "this driver";

	if (rss_will_do(facts)) {
		snprintf(why, size, "the NIC separates SAs by SPI and has %u queues for %u CPUs",
			 facts->queues, facts->cpus);
		return METHOD_RSS;
	}
	if (ntuple_will_do(facts)) {
		snprintf(why, size, "the NIC holds %u rules by SPI, enough for %zu SAs twice over",
			 facts->rules, facts->sas);
		return METHOD_NTUPLE;
	}
	if (facts->xdp) {
		snprintf(why, size, "%s, and %s redirects in native XDP", nic_lacks(facts), driver);
		return METHOD_XDP;
	}
	snprintf(why, size, "%s, and method xdp will not do: %s", nic_lacks(facts),
		 facts->xdp_why ? facts->xdp_why : "it was not looked at");
	return METHOD_RPS;
}
