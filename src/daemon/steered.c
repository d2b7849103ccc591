// SPDX-License-Identifier: GPL-2.0-only
// The daemon's calls to the methods of the interfaces that it steers.
#include "daemon/steered.h"

#include <string.h>
#include "cli/say.h"

/* How many interfaces are steered now, of these by methods that have the trait. */
static int count_trait(const struct daemon *d, enum method_trait trait, int *all)
{
	const struct host *host = d->sas.maps.host;
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

bool steered_all(const struct daemon *d, enum method_trait trait)
{
	int all;

	return count_trait(d, trait, &all) == all;
}

bool steered_none(const struct daemon *d, enum method_trait trait)
{
	int all;

	return !count_trait(d, trait, &all) && all;
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

void steered_recheck(struct daemon *d)
{
	struct steered *s;

	for (int i = 0; i < DAEMON_INTERFACES; i++) {
		s = at(d, i);
		if (!s || !s->method->queues_moved || !s->method->queues_moved(s))
			continue;
		say("%s: interrupts of its queues went to other CPUs; SAs follow them", s->name);
		(void)roles_apply(d, &d->roles);
	}
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

static int count_one(void *arg, const struct sa *sa)
{
	struct sas *sas = arg;
	int slot = sas_find(sas, &sa->id);

	if (slot >= 0 && sa->source == SA_KERNEL)
		sas_count(sas, (__u32)slot, sa->packets, sa->bytes);
	return 0;
}

void steered_count(struct daemon *d)
{
	if (!d->sas.counted_elsewhere || follow_sync(d))
		return;
	sad_each(d->sad, count_one, &d->sas);
}
