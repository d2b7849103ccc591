// SPDX-License-Identifier: GPL-2.0-only
// The daemon's calls to the methods of the interfaces that it steers.
#include "daemon/steered.h"

#include <errno.h>
#include <string.h>
#include "cli/say.h"
#include "nic/backlog.h"
#include "sas/switches.h"

/* How many interfaces are steered now, of these by methods that have the trait. */
static int count_trait(const struct host *host, enum method_trait trait, int *all)
{
	int n = 0;

	*all = 0;
	for (int i = 0; i < HOST_INTERFACES; i++) {
		const struct host_interface *its = &host->interface[i];

		if (!its->ifindex)
			continue;
		++*all;
		n += method_has(method_find(its->method), trait);
	}
	return n;
}

void steered_note(struct sas *sas)
{
	const struct host *host = sas->maps.host;
	int steered;

	sas->placed_elsewhere = count_trait(host, METHOD_PLACES, &steered) < steered;
	sas->counted_by_rings = count_trait(host, METHOD_COUNTS, &steered);
	sas->counted_elsewhere = count_trait(host, METHOD_COUNTS, &steered) < steered;
	sas->moves.unprotected = switches_no_handover() ||
				 (!count_trait(host, METHOD_IN_ORDER, &steered) && steered);
	sas->gap_ns = count_trait(host, METHOD_IN_GAPS, &steered) && !sas->reorder &&
				      !switches_no_handover()
			      ? backlog_drain_ns()
			      : 0;
}

void steered_set(struct interfaces *all, struct interface *interface, const struct method *method)
{
	interface->steered = (struct steered){
		.method = method,
		.sas = all->sas,
		.undo = all->undo,
		.sysfs = all->sysfs,
		.ifindex = interface->ifindex,
		.index = interface->index,
		.name = interface->name,
	};
}

int steered_start(struct interfaces *all, struct interface *interface,
		  const struct meeting *meeting)
{
	struct steered *steered = &interface->steered;
	int err;

	steered->left = meeting->ours;
	memcpy(steered->driver, meeting->driver, sizeof(steered->driver));
	steered->queues = meeting->queues;
	steered->model = meeting->model;
	err = steered->method->start ? steered->method->start(steered) : 0;
	if (err)
		steered_end(interface);
	*all->pending |= PENDING_RULES;
	return err;
}

int steered_find(const struct interface *interface)
{
	const struct steered *steered = &interface->steered;

	return steered->method->find ? steered->method->find(steered) : -ENOENT;
}

void steered_take_off(struct interface *interface)
{
	struct steered *steered = &interface->steered;

	if (steered->method && steered->method->take_off)
		steered->method->take_off(steered);
}

void steered_end(struct interface *interface)
{
	struct steered *steered = &interface->steered;

	if (steered->method && steered->method->end)
		steered->method->end(steered);
	steered->method = NULL;
}

/* The interface in that place, if it is there and steered by a method that was begun; else NULL. */
static struct steered *at(struct interfaces *all, int place)
{
	struct interface *interface = &all->at[place];

	if (!interface->steered.method || interface->ends == ENDS_GONE)
		return NULL;
	return &interface->steered;
}

void steered_limit(struct interfaces *all)
{
	struct steered *s;

	for (int i = 0; i < HOST_INTERFACES; i++)
		if ((s = at(all, i)) && s->method->roles_changed)
			(void)s->method->roles_changed(s);
}

bool steered_queues_moved(struct interfaces *all)
{
	bool any = false;
	struct steered *s;

	for (int i = 0; i < HOST_INTERFACES; i++) {
		s = at(all, i);
		if (!s || !s->method->queues_moved || !s->method->queues_moved(s))
			continue;
		say("%s: interrupts of its queues went to other CPUs; SAs follow them", s->name);
		any = true;
	}
	return any;
}

void steered_settle(struct interfaces *all)
{
	struct steered *s;

	for (int i = 0; i < HOST_INTERFACES; i++)
		if ((s = at(all, i)) && s->method->sas_changed)
			s->method->sas_changed(s);
}

/* A method that was asked for stays: it has said what is wrong. */
static void look_at_failed(struct interfaces *all, struct interface *interface)
{
	if (!interface->steered.failed[0] || interface->ends || run_method(all->options))
		return;
	interface->ends = ENDS_FAILED;
	*all->pending |= PENDING_LEAVE;
}

void steered_tick(struct interfaces *all)
{
	struct steered *s;

	for (int i = 0; i < HOST_INTERFACES; i++) {
		if (!(s = at(all, i)) || !s->method->tick)
			continue;
		s->method->tick(s);
		look_at_failed(all, &all->at[i]);
	}
}
