// SPDX-License-Identifier: GPL-2.0-only
// What a steered interface needs, judged from its facts. Pure.
#include <stdio.h>
#include <string.h>
#include "steer/needs_impl.h"
#include "steer/unseen.h"

static bool is_ours(const struct nic_facts *facts)
{
	for (size_t i = 0; facts->own_prog_id && i < 3; i++)
		if (facts->link.xdp_id[i] == facts->own_prog_id)
			return true;
	return false;
}

/* Native first: where several are attached, that one stands in our way. */
static void check_program(const struct needs_judging *j)
{
	static const char *const mode[] = {"native", "generic", "offloaded"};
	static const char *const word[] = {"xdpdrv", "xdpgeneric", "xdpoffload"};
	const struct nic_facts *facts = j->facts;
	char name[NIC_PROG_LEN + 16] = "";
	size_t i;

	if (!link_has_xdp(&facts->link))
		return;
	for (i = 0; i < 3; i++)
		if (facts->link.xdp_id[i] && facts->link.xdp_id[i] != facts->own_prog_id)
			break;
	if (i == 3 && j->ours) {
		needs_say(j->report, NEEDS_OK, NEEDS_PROGRAM, "our program %u is on it",
			  facts->own_prog_id);
		return;
	}
	if (i == 3)
		i = 0;
	if (!strcmp(facts->prog_name, STEER_PROGRAM)) {
		needs_say(j->report, NEEDS_REFUSE, NEEDS_PROGRAM,
			  "espalier steers it already (%s, program %u), by pins that cannot be "
			  "seen from here; run 'espalier stop' where it was started",
			  mode[i], facts->link.xdp_id[i]);
		return;
	}
	if (facts->prog_name[0])
		snprintf(name, sizeof(name), " named %s", facts->prog_name);
	needs_say(j->report, NEEDS_REFUSE, NEEDS_PROGRAM,
		  "an XDP program is on it already (%s, id %u%s) and is not replaced; stop what "
		  "put it there, or take it away with `ip link set dev %s %s off`",
		  mode[i], facts->link.xdp_id[i], name, facts->link.name, word[i]);
}

/* net/core/dev.c dev_xdp_attach refuses with EEXIST, whatever the modes. */
static void check_upper(const struct needs_judging *j)
{
	const char *upper = j->facts->xdp_upper;

	if (*upper)
		needs_say(j->report, NEEDS_REFUSE, NEEDS_UPPER,
			  "%s, which sits on it, has an XDP program, and the kernel then takes "
			  "none below; take that away with `ip link set dev %s xdp off`",
			  upper, upper);
}

static void check_link(const struct needs_judging *j)
{
	if (!(j->facts->link.flags & IFF_UP))
		needs_say(j->report, NEEDS_WARN, NEEDS_LINK,
			  "it is down; nothing comes in until `ip link set dev %s up`",
			  j->facts->link.name);
}

static void check_driver(const struct needs_judging *j)
{
	/* In the order in which they are told. */
	static needs_fn *const checks[] = {
		needs_driver,  needs_channels, needs_legacy_rx, needs_lro,
		needs_gro_hw,  needs_sriov,    needs_virtio,	needs_mtu,
		needs_headers, needs_vlan,     needs_reset,	needs_rest,
		needs_rps,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		checks[i](j);
}

/* Nothing is won by not attaching what is attached: steering goes on, and the operator knows. */
static void soften(struct needs_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->finding[i].verdict == NEEDS_REFUSE)
			report->finding[i].verdict = NEEDS_WARN;
}

int needs_check(const struct nic_facts *facts, struct needs_report *report)
{
	static const struct xdp_driver nothing = {.name = "", .native = XDP_NATIVE_YES};
	const struct xdp_driver *driver = xdp_driver_find(facts->driver);
	const struct needs_judging j = {
		.facts = facts,
		.driver = driver ? driver : &nothing,
		.known = driver,
		.ours = is_ours(facts),
		.report = report,
	};

	*report = (struct needs_report){0};
	check_program(&j);
	check_upper(&j);
	check_driver(&j);
	needs_no_spray(facts, report);
	check_link(&j);
	if (j.ours)
		soften(report);
	return needs_end(report);
}
