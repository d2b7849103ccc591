// SPDX-License-Identifier: GPL-2.0-only
// The interfaces that an earlier daemon left steered: taken over, or put back.
#include "daemon/interfaces_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/meet.h"
#include "daemon/say.h"

/* The newer program takes the older one's place where that disturbs nothing. */
static void refresh_program(struct daemon *d, const struct daemon_interface *interface,
			    const struct meeting *meeting)
{
	struct host_interface *place = &d->xdp.maps.host->interface[interface->index];
	struct program_target target = {
		.ifindex = interface->ifindex,
		.index = interface->index,
		.generic = place->mode == MODE_GENERIC,
		.no_metadata = !meeting->has_meta,
	};
	char log[4096] = "";
	int err;

	if (place->program == program_hash())
		return;
	if (meeting->restarts_on_replace) {
		say("%s: keeps the program of the earlier version, since replacing it would "
		    "restart the interface",
		    interface->name);
		return;
	}
	err = program_attach(&d->xdp.maps, &d->xdp.pins, &target, true, log, sizeof(log));
	if (err)
		say("%s: keeps the program of the earlier version: %s", interface->name,
		    strerror(-err));
	else
		place->program = program_hash();
}

static void adopt_one(struct daemon *d, unsigned int ifindex, struct daemon_interface *interface)
{
	struct host *host = d->xdp.maps.host;
	struct meeting meeting = {.method = METHOD_XDP};
	char name[IF_NAMESIZE];
	__u32 id;
	int err;

	for (int i = 0; i < HOST_INTERFACES; i++)
		if (host->interface[i].ifindex == ifindex)
			interface->index = i;
	interface->ifindex = ifindex;
	interface->fresh = false;
	snprintf(interface->name, sizeof(interface->name), "%s",
		 host->interface[interface->index].name);
	err = program_attached(&d->xdp.pins, ifindex, &id);
	if (err || host->interface[interface->index].ifindex != ifindex) {
		say("%s (interface %u) is gone since the last run; its pins are removed",
		    interface->name, ifindex);
		undo_after_detach(d->undo, interface->name);
		undo_restore(d->undo, ifindex);
		interfaces_release(d, interface);
		return;
	}
	if (if_indextoname(ifindex, name))
		snprintf(interface->name, sizeof(interface->name), "%s", name);
	interfaces_note_modes(d);
	meeting.generic = host->interface[interface->index].mode == MODE_GENERIC;
	meeting.frags = host->frags;
	meeting.own_prog_id = id;
	if (!meet_needs(d, interface->name, &meeting))
		refresh_program(d, interface, &meeting);
	say("%s: adopted; steering went on meanwhile", interface->name);
}

/*
 * An interface that the NIC or the kernel steers goes on with its settings, which undo knows: it is
 * attached anew like any other, and finds them. Only one that is gone, or not wanted any more, is
 * put back now.
 */
static void forget_hardware(struct daemon *d, struct host_interface *place)
{
	if (!place->ifindex)
		return;
	if (!interfaces_is_named(d, place->ifindex)) {
		undo_restore(d->undo, (int)place->ifindex);
		place->mode = MODE_NATIVE;
	}
	SHARED(place->ifindex) = 0;
}

static bool other_method_asked(const struct daemon *d)
{
	return d->options->method && d->options->method != RUN_METHOD(METHOD_XDP);
}

int interfaces_adopt(struct daemon *d)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(&d->xdp.pins, &ifindexes);

	for (int i = 0; i < count; i++) {
		struct daemon_interface *interface = interfaces_find(d, 0);

		if (interface)
			adopt_one(d, ifindexes[i], interface);
		if (interface && interface->ifindex && other_method_asked(d)) {
			say("%s: another method is asked for now: put back first", interface->name);
			(void)interfaces_detach(d, interface);
		}
	}
	free(ifindexes);
	for (int i = 0; i < HOST_INTERFACES; i++)
		if (d->xdp.maps.host->interface[i].mode >= MODE_RSS)
			forget_hardware(d, &d->xdp.maps.host->interface[i]);
	return count < 0 ? count : 0;
}
