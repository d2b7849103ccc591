// SPDX-License-Identifier: GPL-2.0-only
// Which method an interface is steered by: as it was asked for, or chosen and said.
#include "daemon/method.h"

#include "cli/say.h"
#include "nic/verdict.h"

int method_measure(const struct link *link, struct measure **measure)
{
	const struct measure_how how = {.ifindex = (unsigned int)link->ifindex, .at = MEASURE_TC};

	say("%s: its NIC may separate SAs by itself: looking for %d s", link->name, METHOD_SECONDS);
	return measure_start(measure, &how);
}

void method_measured(int sysfs, struct measure *measure, const struct link *link,
		     struct nic_seen *seen)
{
	struct measured measured = {0};
	struct verdict_part plain, udp;
	struct nic_facts facts;
	uint64_t lost;

	*seen = (struct nic_seen){.measured = true};
	if (!measure_stop(measure, &measured, &lost) &&
	    !choose_facts(sysfs, link->name, true, &facts)) {
		nic_facts_see(&facts, &measured, nic_facts_own_hashes(&facts), &plain, &udp);
		*seen = facts.seen;
		nic_facts_free(&facts);
	}
	measured_free(&measured);
}

int method_choose(int sysfs, const struct run_options *options, const struct sad_reading *sas,
		  const struct cpu_roles *roles, const struct link *link,
		  const struct nic_seen *seen, struct method_choice *choice)
{
	const struct method *asked = run_method(options);
	const struct demand demand = demand_of(sas, roles);
	struct nic_facts facts;
	int wait;

	choice->method = asked ? asked : method_default();
	choice->why[0] = '\0';
	if (asked && !asked->instead)
		return 0;
	if (choose_facts(sysfs, link->name, true, &facts))
		return 0; /* that method will say what is wrong */
	wait = !asked && !seen && nic_facts_may_separate(&facts);
	if (seen)
		facts.seen = *seen;
	if (asked)
		choice->method =
			choose_asked(asked, &facts, &demand, choice->why, sizeof(choice->why));
	else if (!wait)
		choice->method = choose_method(&facts, &demand, choice->why, sizeof(choice->why));
	nic_facts_free(&facts);
	return wait;
}
