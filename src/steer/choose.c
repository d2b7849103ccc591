// SPDX-License-Identifier: GPL-2.0-only
// Which method --method auto means on an interface, and why.
#include "steer/choose.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "steer/dissector.h"
#include "steer/needs.h"
#include "sas/program.h"
#include "steer/xdp.h"

struct demand demand_of(const struct sad_reading *sas, const struct cpu_roles *roles)
{
	struct demand demand = {.sas = sas->count, .cpus = (unsigned int)CPU_COUNT(&roles->sas)};

	for (size_t i = 0; i < sas->count; i++)
		demand.sas_udp += sas->sa[i].encap;
	return demand;
}

int choose_facts(int sysfs, const char *ifname, bool ours, struct nic_facts *facts)
{
	int err;

	facts->frags = program_frags();
	facts->own_prog_id = ours ? xdp_ours(if_nametoindex(ifname)) : 0;
	facts->sysfs = sysfs;
	err = nic_facts_gather(ifname, facts);
	if (!err)
		dissector_lacks(facts->no_dissector, sizeof(facts->no_dissector));
	return err;
}

enum { PART_LEN = NEEDS_TEXT_LEN + 64 };

static void say_part(char *why, size_t size, const char *before, const char *part)
{
	size_t n = strlen(why);

	if (*part)
		snprintf(why + n, size - n, "%s%s", n ? before : "", part);
}

/* One that was tried here and did not do is not chosen again. */
static bool fits(const struct method *m, const struct nic_facts *facts, const struct demand *demand,
		 char *why)
{
	if (strcmp(m->name, facts->seen.failed))
		return m->fits(facts, demand, why, PART_LEN);
	snprintf(why, PART_LEN, "%s", facts->seen.why);
	return false;
}

const struct method *choose_asked(const struct method *asked, const struct nic_facts *facts,
				  const struct demand *demand, char *why, size_t size)
{
	char none[PART_LEN];

	if (!asked->fits(facts, demand, why, size) &&
	    asked->instead->fits(facts, demand, none, PART_LEN))
		return asked->instead;
	*why = '\0';
	return asked;
}

const struct method *choose_method(const struct nic_facts *facts, const struct demand *demand,
				   char *why, size_t size)
{
	char part[2][PART_LEN] = {"", ""}; /* of this method, and of the last one that had any */
	const struct method *const *m = methods;

	for (*why = '\0'; *m && !fits(*m, facts, demand, part[0]); m++) {
		if (!*part[0])
			continue;
		say_part(why, size, ", ", part[1]);
		memcpy(part[1], part[0], PART_LEN);
	}
	if (!*m || !*part[0]) {
		say_part(why, size, ", and ", part[1]);
	} else {
		say_part(why, size, ", ", part[1]);
		say_part(why, size, ", and ", part[0]);
	}
	return *m ? *m : method_default();
}
