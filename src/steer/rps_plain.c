// SPDX-License-Identifier: GPL-2.0-only
// The method rps-plain: the kernel's own software steering, by the hash that it makes of each
// packet. It hashes the SPI of plain ESP where a flow has its ports (net/core/flow_dissector.c
// skb_flow_get_ports), and of ESP in UDP its ports. For where no flow dissector of ours can be had.
#include <stdio.h>
#include <string.h>
#include "cli/say.h"
#include "sas/sas.h"
#include "steer/rps_needs.h"

extern const struct method method_rps_plain;

static const char caveat[] =
	"method rps-plain spreads plain ESP by its SPI, but not ESP in UDP: all of a pair of "
	"gateways stays on one CPU";

static int check(const struct nic_facts *facts, const struct cpu_roles *roles,
		 struct needs_report *report)
{
	*report = (struct needs_report){0};
	if (rps_check(facts, &roles->sas, report))
		needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			  "%s; which CPU an SA is on only the kernel knows", caveat);
	return needs_end(report);
}

/* It is there for every interface whose driver does not blind it. */
static bool fits(const struct nic_facts *facts, const struct demand *demand, char *why, size_t size)
{
	bool blind = rps_is_blind(facts);

	snprintf(why, size, "%s",
		 blind ? "the driver's hash of ESP hides the SPI from the kernel" : "");
	return !blind;
}

static int roles_changed(struct steered *s)
{
	int err = rps_masks_set(s, &s->sas->roles.sas);

	if (err)
		say_error("%s: setting its RPS masks: %s", s->name, strerror(-err));
	return err;
}

const struct method method_rps_plain = {
	.name = "rps-plain",
	.traits = METHOD_BACKLOG | METHOD_ANY_DRIVER,
	.caveat = caveat,
	.fits = fits,
	.check = check,
	.roles_changed = roles_changed,
};
