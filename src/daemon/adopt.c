// SPDX-License-Identifier: GPL-2.0-only
// The interfaces that an earlier daemon left steered: taken over, or put back.
#include "daemon/interfaces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "daemon/steered.h"
#include "steer/meet.h"

static unsigned int place_of(const struct host *host, unsigned int ifindex)
{
	for (unsigned int i = 0; i < HOST_INTERFACES; i++)
		if (host->interface[i].ifindex == ifindex)
			return i;
	return NO_INDEX;
}

/* By what we know of this one alone; never by another's place or name. False: it is gone. */
static bool fill_interface(const struct host *host, unsigned int ifindex,
			   struct interface *interface)
{
	interface->ifindex = ifindex;
	interface->index = place_of(host, ifindex);
	interface->fresh = false;
	interface->ends = ENDS_NOT;
	if (if_indextoname(ifindex, interface->name))
		return true;
	if (interface->index == NO_INDEX)
		snprintf(interface->name, sizeof(interface->name), "interface %u", ifindex);
	else
		snprintf(interface->name, sizeof(interface->name), "%s",
			 host->interface[interface->index].name);
	return false;
}

/* Settings are seen to by settle_records(). */
static void take_back(struct interfaces *all, struct interface *interface)
{
	undo_before_detach(all->undo, (int)interface->ifindex);
	interfaces_release(all, interface);
}

static void adopt_one(struct interfaces *all, unsigned int ifindex, struct interface *interface)
{
	const struct host *host = all->sas->maps.host;
	struct meeting meeting = {.method = method_with(METHOD_PINNED),
				  .roles = &all->sas->roles,
				  .sysfs = all->sysfs,
				  .ours = true};
	bool there = fill_interface(host, ifindex, interface);
	int err;

	steered_set(all, interface, meeting.method);
	if (!there) {
		say("%s (interface %u) is gone since the last run; its pins are removed",
		    interface->name, ifindex);
		take_back(all, interface);
		return;
	}
	err = steered_find(interface);
	/* Its place is what its program counts in, so nothing can be adopted without it. */
	if (err || interface->index == NO_INDEX) {
		say("%s: the last run left it %s; taken back first", interface->name,
		    err ? "without its program" : "half attached");
		take_back(all, interface);
		return;
	}
	steered_note(all->sas);
	if (!meet_needs(all->undo, interface->name, &meeting))
		(void)steered_start(all, interface, &meeting);
	say("%s: adopted; steering went on meanwhile", interface->name);
}

/*
 * An interface that the NIC or the kernel steers goes on with its settings, which undo knows: it is
 * attached anew like any other, and finds them; by its method then, unless it is not wanted any
 * more. A place of our program's without a program is what a crash left.
 */
static void forget_place(struct interfaces *all, struct host_interface *place)
{
	if (!place->ifindex || interfaces_find(all, place->ifindex))
		return;
	if (method_has(method_find(place->method), METHOD_PINNED) ||
	    !interfaces_is_named(all, place->ifindex))
		memset(place->method, 0, sizeof(place->method));
	SHARED(place->ifindex) = 0;
}

/*
 * Nothing of ours is on the interfaces that were not adopted: what the driver changed is put back,
 * and what we changed too, unless we are about to attach to it again.
 */
static void settle_records(struct interfaces *all)
{
	int *ifindexes;
	int count = undo_interfaces(all->undo, &ifindexes);

	for (int i = 0; i < count; i++) {
		if (!ifindexes[i] || interfaces_find(all, (unsigned int)ifindexes[i]))
			continue;
		undo_after_detach(all->undo, ifindexes[i]);
		if (!interfaces_is_named(all, (unsigned int)ifindexes[i]))
			undo_restore(all->undo, ifindexes[i]);
	}
	free(ifindexes);
}

static bool other_method_asked(const struct interfaces *all)
{
	return run_method(all->options) && !method_has(run_method(all->options), METHOD_PINNED);
}

int interfaces_adopt(struct interfaces *all)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(&all->sas->pins, &ifindexes);

	for (int i = 0; i < count; i++) {
		struct interface *interface = interfaces_find(all, 0);

		if (interface)
			adopt_one(all, ifindexes[i], interface);
		if (interface && interface->ifindex && other_method_asked(all)) {
			say("%s: another method is asked for now: put back first", interface->name);
			(void)interfaces_detach(all, interface);
		}
	}
	free(ifindexes);
	for (int i = 0; i < HOST_INTERFACES; i++)
		forget_place(all, &all->sas->maps.host->interface[i]);
	steered_note(all->sas);
	settle_records(all);
	return count < 0 ? count : 0;
}
