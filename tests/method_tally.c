// SPDX-License-Identifier: GPL-2.0-only
// Of the test build alone: a method that steers nothing and says what it is told. It shows how
// little a method must be (tests/net/test_methods.py).
#include <stdio.h>
#include <stdlib.h>
#include "cli/say.h"
#include "steer/method.h"
#include "sas/sas.h"

extern const struct method method_tally;

/* Never by itself: who wants it asks for it. */
static bool fits(const struct nic_facts *facts, const struct demand *demand, char *why, size_t size)
{
	*why = '\0';
	return false;
}

static int check(const struct nic_facts *facts, const struct cpu_roles *roles,
		 struct needs_report *report)
{
	*report = (struct needs_report){0};
	return 0;
}

static void sas_changed(struct steered *s)
{
	say("%s: tally of SAs: %u", s->name, s->sas->known.count);
}

static void end(struct steered *s)
{
	say("%s: tally ends", s->name);
}

const struct method method_tally = {
	.name = "tally",
	.traits = METHOD_PLACES,
	.fits = fits,
	.check = check,
	.sas_changed = sas_changed,
	.end = end,
};
