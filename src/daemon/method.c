// SPDX-License-Identifier: GPL-2.0-only
// Which method an interface is steered by: as it was asked for, or chosen and said.
#include "daemon/method.h"

#include <string.h>
#include "daemon/say.h"
#include "nic/claims.h"
#include "nic/verdict.h"
#include "steer/method_facts.h"

int method_measure(const struct link *link, struct measure **measure)
{
	const struct measure_how how = {.ifindex = (unsigned int)link->ifindex, .at = MEASURE_TC};

	say("%s: its NIC may separate SAs by itself: looking for %d s", link->name, METHOD_SECONDS);
	return measure_start(measure, &how);
}

void method_measured(struct measure *measure, const struct link *link, struct method_seen *seen)
{
	struct measured measured = {0};
	struct verdict_facts facts = {.measured = &measured};
	struct verdict_part plain, udp;
	struct claims claims;
	uint64_t lost;

	*seen = (struct method_seen){0};
	if (!measure_stop(measure, &measured, &lost) && !claims_read(link->name, &claims)) {
		facts.queues = claims_queues(&claims);
		verdict_of(&facts, false, &plain);
		verdict_of(&facts, true, &udp);
		seen->plain = plain.verdict == VERDICT_SPI;
		seen->udp = udp.verdict == VERDICT_SPI;
	}
	measured_free(&measured);
}

int method_choose(int sysfs, const struct run_options *options, const struct sad_reading *sas,
		  const cpu_set_t *cpus, const struct link *link, const struct method_seen *seen,
		  struct method_choice *choice)
{
	struct method_facts facts;

	choice->method = options->method ? (enum method_kind)(options->method - 1) : METHOD_XDP;
	choice->why[0] = '\0';
	if (options->generic || options->method)
		return 0;
	if (method_facts_gather(sysfs, link->name, &facts))
		return 0; /* method xdp will say what is wrong */
	if (facts.may_separate && !seen)
		return 1;
	facts.facts.separates = seen && seen->plain;
	facts.facts.separates_udp = seen && seen->udp;
	facts.facts.cpus = (unsigned int)CPU_COUNT(cpus);
	facts.facts.sas = sas->count;
	for (size_t i = 0; i < sas->count; i++)
		facts.facts.sas_udp += sas->sa[i].encap;
	choice->method = choose_method(&facts.facts, choice->why, sizeof(choice->why));
	return 0;
}
