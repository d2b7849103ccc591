// SPDX-License-Identifier: GPL-2.0-only
// Which method --method auto means on an interface, and why.
#include "steer/choose.h"

#include <stdio.h>
#include <string.h>
#include "steer/needs.h"
#include "steer/program.h"

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

struct demand demand_of(const struct sad_reading *sas, const struct cpu_roles *roles)
{
	struct demand demand = {.sas = sas->count, .cpus = (unsigned int)CPU_COUNT(&roles->sas)};

	for (size_t i = 0; i < sas->count; i++)
		demand.sas_udp += sas->sa[i].encap;
	return demand;
}

int choose_facts(int sysfs, const char *ifname, bool generic, uint32_t own, struct nic_facts *facts)
{
	facts->generic = generic;
	facts->frags = program_frags(generic);
	facts->own_prog_id = own;
	facts->sysfs = sysfs;
	return nic_facts_gather(ifname, facts);
}

static bool rss_will_do(const struct nic_facts *facts, const struct demand *demand)
{
	if (!facts->seen.plain || nic_facts_queues(facts) < demand->cpus)
		return false;
	return !demand->sas_udp || facts->seen.udp;
}

static bool ntuple_will_do(const struct nic_facts *facts, const struct demand *demand)
{
	unsigned int rules = nic_facts_rules(facts);

	if (!rules || demand->sas > rules / 2)
		return false;
	return !demand->sas_udp || facts->model->rules_by_udp_spi;
}

/* What the NIC itself cannot do, for the sentence. */
static const char *nic_lacks(const struct nic_facts *facts, const struct demand *demand)
{
	unsigned int rules = nic_facts_rules(facts);

	if (facts->seen.plain && nic_facts_queues(facts) < demand->cpus)
		return "the NIC separates SAs by SPI, but has fewer queues than there are CPUs";
	if (facts->seen.plain)
		return "the NIC separates SAs by SPI, but not those of ESP-in-UDP";
	if (rules && demand->sas > rules / 2)
		return "the NIC takes rules by SPI, but too few to hold all SAs twice over";
	if (rules)
		return "the NIC takes rules by SPI, but none that match ESP-in-UDP";
	if (!facts->seen.measured && nic_facts_may_separate(facts))
		return "the NIC may separate SAs by SPI, which only a measurement shows";
	return "nothing shows that the NIC separates SAs by SPI";
}

/* May our program sit on it natively? If not, @why not. */
static bool xdp_will_do(const struct nic_facts *facts, char why[NEEDS_TEXT_LEN])
{
	const struct needs_finding *refusal;
	struct needs_report report;
	bool will;

	strcpy(why, "it could not be looked at");
	if (needs_check(facts, &report))
		return false;
	refusal = needs_first(&report, NEEDS_REFUSE);
	will = !refusal;
	if (refusal)
		strcpy(why, refusal->text);
	needs_report_free(&report);
	return will;
}

enum method_kind choose_method(const struct nic_facts *facts, const struct demand *demand,
			       char *why, size_t size)
{
	const char *driver = *facts->driver ? facts->driver : "this driver";
	char refusal[NEEDS_TEXT_LEN];

	if (rss_will_do(facts, demand)) {
		snprintf(why, size, "the NIC separates SAs by SPI and has %u queues for %u CPUs",
			 nic_facts_queues(facts), demand->cpus);
		return METHOD_RSS;
	}
	if (ntuple_will_do(facts, demand)) {
		snprintf(why, size, "the NIC holds %u rules by SPI, enough for %zu SAs twice over",
			 nic_facts_rules(facts), demand->sas);
		return METHOD_NTUPLE;
	}
	if (xdp_will_do(facts, refusal)) {
		snprintf(why, size, "%s, and %s redirects in native XDP", nic_lacks(facts, demand),
			 driver);
		return METHOD_XDP;
	}
	snprintf(why, size, "%s, and method xdp will not do: %s", nic_lacks(facts, demand),
		 refusal);
	return METHOD_RPS;
}
