// SPDX-License-Identifier: GPL-2.0-only
// The daemon's calls to the methods of the interfaces that it steers.
#include "daemon/steered.h"

#include <string.h>
#include "cli/say.h"
#include "daemon/switches.h"

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

void steered_note(struct daemon *d)
{
	const struct host *host = d->sas.maps.host;
	int all;

	d->sas.generic = false;
	for (int i = 0; i < HOST_INTERFACES; i++)
		d->sas.generic |= host->interface[i].ifindex && host->interface[i].generic;
	d->sas.placed_elsewhere = count_trait(host, METHOD_PLACES, &all) < all;
	d->sas.counted_elsewhere = !count_trait(host, METHOD_COUNTS, &all) && all;
	d->sas.moves.unprotected = switches_no_handover() ||
				   (!count_trait(host, METHOD_IN_ORDER, &all) && all);
}

int steered_start(struct daemon *d, struct daemon_interface *interface,
		  const struct meeting *meeting)
{
	struct steered *steered = &interface->steered;
	int err;

	*steered = (struct steered){
		.method = meeting->method,
		.sas = &d->sas,
		.undo = d->undo,
		.sysfs = d->sysfs,
		.ifindex = interface->ifindex,
		.index = interface->index,
		.name = interface->name,
		.queues = meeting->queues,
		.model = meeting->model,
	};
	err = meeting->method->start ? meeting->method->start(steered) : 0;
	if (err)
		steered_end(interface);
	d->pending |= PENDING_RULES;
	return err;
}

void steered_end(struct daemon_interface *interface)
{
	struct steered *steered = &interface->steered;

	if (steered->method && steered->method->end)
		steered->method->end(steered);
	steered->method = NULL;
}

/* The interface in that place, if it is steered by a method that was begun; else NULL. */
static struct steered *at(struct daemon *d, int place)
{
	return d->interface[place].steered.method ? &d->interface[place].steered : NULL;
}

void steered_limit(struct daemon *d)
{
	struct steered *s;

	for (int i = 0; i < DAEMON_INTERFACES; i++)
		if ((s = at(d, i)) && s->method->roles_changed)
			(void)s->method->roles_changed(s);
}

bool steered_queues_moved(struct daemon *d)
{
	bool any = false;
	struct steered *s;

	for (int i = 0; i < DAEMON_INTERFACES; i++) {
		s = at(d, i);
		if (!s || !s->method->queues_moved || !s->method->queues_moved(s))
			continue;
		say("%s: interrupts of its queues went to other CPUs; SAs follow them", s->name);
		any = true;
	}
	return any;
}

void steered_settle(struct daemon *d)
{
	struct steered *s;

	for (int i = 0; i < DAEMON_INTERFACES; i++)
		if ((s = at(d, i)) && s->method->sas_changed)
			s->method->sas_changed(s);
}

void steered_look(struct daemon *d)
{
	struct steered *s;

	for (int i = 0; i < DAEMON_INTERFACES; i++)
		if ((s = at(d, i)) && s->method->tick)
			s->method->tick(s);
}
