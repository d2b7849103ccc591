// SPDX-License-Identifier: GPL-2.0-only
// The method xdp: our program on the interface, and cpumaps. What it needs is in steer/needs.c.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/say.h"
#include "nic/xdp_drivers.h"
#include "sas/sas.h"
#include "sas/switches.h"
#include "steer/method.h"
#include "steer/sees.h"
#include "steer/xdp.h"
#include "undo/undo.h"

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

static int check(const struct nic_facts *facts, const struct cpu_roles *roles,
		 struct needs_report *report)
{
	return needs_check(facts, report);
}

/*
 * What the driver changed is written down before the program may outlive us: so of every program
 * that is found pinned it is known.
 */
static int put_program_on(const struct steered *s, const struct program_target *target, char *log,
			  size_t size)
{
	struct xdp_link link = {.link = -1, .program = -1};
	int err = undo_before_attach(s->undo, (int)s->ifindex);

	if (!err)
		err = switches_xdp_refused();
	if (!err)
		err = xdp_attach(&s->sas->maps, target, &link, log, size);
	if (!err)
		err = undo_after_attach(s->undo, (int)s->ifindex);
	switches_die("noted", s->name);
	if (!err)
		err = xdp_pin(&s->sas->pins, s->ifindex, &link);
	switches_die("pinned", s->name);
	if (err)
		undo_before_detach(s->undo, (int)s->ifindex);
	xdp_close(&link, err != 0);
	return err;
}

static int attach(const struct steered *s, const struct program_target *target)
{
	char log[8192] = "";
	int err = put_program_on(s, target, log, sizeof(log));

	if (err == -EEXIST || err == -EBUSY)
		say_error("attaching to %s: another XDP program is there; it was not touched",
			  s->name);
	else if (err)
		say_error("attaching to %s: %s%s%.600s", s->name, strerror(-err),
			  log[0] ? ": " : "", log);
	return err;
}

/* The newer program takes the older one's place where that disturbs nothing. False: it does not. */
static bool refresh(const struct steered *s, const struct program_target *target)
{
	const struct xdp_driver *driver = xdp_driver_find(s->driver);
	char log[4096] = "";
	int err;

	if (!driver || driver->restarts_on_replace) {
		say_warning(
			"%s: keeps the program of the earlier version, since replacing it would "
			"restart the interface",
			s->name);
		return false;
	}
	err = xdp_replace(&s->sas->maps, &s->sas->pins, target, log, sizeof(log));
	if (err)
		say_warning("%s: keeps the program of the earlier version: %s", s->name,
			    strerror(-err));
	return !err;
}

static int put_on(struct steered *s)
{
	const struct program_target target = {
		.ifindex = s->ifindex,
		.index = s->index,
	};
	struct host_interface *place = &s->sas->maps.host->interface[s->index];
	int err = 0;

	if (!s->left)
		err = attach(s, &target);
	else if (place->program == program_hash() || !refresh(s, &target))
		return 0;
	if (!err)
		place->program = program_hash();
	return err;
}

static int start(struct steered *s)
{
	s->state = sees_begin();
	return put_on(s);
}

static void tick(struct steered *s)
{
	sees_look(s->state, s);
}

static void end(struct steered *s)
{
	sees_end(s->state);
	s->state = NULL;
}

static int find(const struct steered *s)
{
	__u32 id;

	return xdp_attached(&s->sas->pins, s->ifindex, &id);
}

static void take_off(struct steered *s)
{
	xdp_detach(&s->sas->pins, s->ifindex);
	pins_remove_interface(&s->sas->pins, s->ifindex);
}

const struct method method_xdp = {
	.name = "xdp",
	.traits = METHOD_PLACES | METHOD_COUNTS | METHOD_IN_ORDER | METHOD_CONFINES | METHOD_UDP | METHOD_BARE |
		  METHOD_PINNED,
	.fits = fits,
	.check = check,
	.start = start,
	.tick = tick,
	.end = end,
	.find = find,
	.take_off = take_off,
};
