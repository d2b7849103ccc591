// SPDX-License-Identifier: GPL-2.0-only
// The method xdp: our program on the interface, and cpumaps. What it needs is in steer/needs.c.
#include <stdio.h>
#include "steer/method.h"

extern const struct method method_xdp;

static bool fits(const struct nic_facts *facts, const struct demand *demand, char *why, size_t size)
{
	const struct needs_finding *refusal;
	struct needs_report report;
	bool does;

	if (needs_check(facts, &report)) {
		snprintf(why, size, "there is no memory to look at method xdp");
		return false;
	}
	refusal = needs_first(&report, NEEDS_REFUSE);
	does = !refusal;
	if (does)
		snprintf(why, size, "%s redirects in native XDP",
			 *facts->driver ? facts->driver : "this driver");
	else
		snprintf(why, size, "method xdp will not do: %s", refusal->text);
	needs_report_free(&report);
	return does;
}

static int check(const struct nic_facts *facts, const cpu_set_t *cpus, struct needs_report *report)
{
	return needs_check(facts, report);
}

const struct method method_xdp = {
	.name = "xdp",
	.mode = {"native", "generic"},
	.traits = METHOD_PLACES | METHOD_COUNTS | METHOD_IN_ORDER | METHOD_CONFINES | METHOD_UDP |
		  METHOD_PINNED,
	.fits = fits,
	.check = check,
};
