// SPDX-License-Identifier: GPL-2.0-only
// The interfaces that are steered: attaching, detaching, and surviving what happens to them.
#include "daemon/interfaces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/say.h"
#include "cli/signals.h"
#include "daemon/steered.h"
#include "sas/switches.h"
#include "steer/meet.h"

struct interface *interfaces_find(struct interfaces *all, unsigned int ifindex)
{
	for (int i = 0; i < HOST_INTERFACES; i++)
		if (all->at[i].ifindex == ifindex)
			return &all->at[i];
	return NULL;
}

static bool was_stopped(const struct interfaces *all, const char *name)
{
	for (int i = 0; i < HOST_INTERFACES; i++)
		if (all->stopped[i] && !strcmp(all->stopped[i], name))
			return true;
	return false;
}

/* A place in host->interface, with its counters at zero. */
static int take_index(struct interfaces *all)
{
	struct host *host = all->sas->maps.host;

	for (int i = 0; i < HOST_INTERFACES; i++)
		if (!host->interface[i].ifindex && maps_clear_counts(&all->sas->maps, i) == 0)
			return i;
	return -ENOSPC;
}

static void fill_index(struct interfaces *all, const struct interface *interface,
		       const struct meeting *meeting)
{
	struct host_interface *place = &all->sas->maps.host->interface[interface->index];

	snprintf(place->method, sizeof(place->method), "%s", meeting->method->name);
	all->sas->maps.report->interface[interface->index] = (struct report_interface){0};
	snprintf(place->name, sizeof(place->name), "%s", interface->name);
	SHARED(place->ifindex) = interface->ifindex;
	steered_note(all->sas);
}

/* A method of our own choice that could not be started is not chosen again. */
static void note_failed(struct interfaces *all, const struct link *link,
			const struct method *method, int err)
{
	char why[96];

	snprintf(why, sizeof(why), "method %s could not be started (%s)", method->name,
		 strerror(-err));
	if (!run_method(all->options))
		candidates_failed(all->candidates, link->ifindex, method, why);
}

/* What it needs is set by now; from here on it is to be kept up. */
static int begin(struct interfaces *all, const struct link *link, const struct meeting *meeting,
		 struct interface *interface)
{
	int index = take_index(all);
	int err;

	if (index < 0) {
		say_error("attaching to %s: %s", link->name, strerror(-index));
		return index;
	}
	interface->index = (unsigned int)index;
	interface->ifindex = (unsigned int)link->ifindex;
	snprintf(interface->name, sizeof(interface->name), "%s", link->name);
	steered_set(all, interface, meeting->method);
	err = steered_start(all, interface, meeting);
	if (err) {
		interface->ifindex = 0;
		note_failed(all, link, meeting->method, err);
		return err;
	}
	interface->fresh = true;
	interface->ends = ENDS_NOT;
	fill_index(all, interface, meeting);
	*all->pending |= PENDING_CHANGED;
	return 0;
}

static void say_steering(const struct link *link, const struct meeting *meeting)
{
	say("%s: steering (%s)", link->name, meeting->method->name);
}

/* Where an earlier daemon left word of an interface that is not steered now; NULL: nowhere. */
static struct host_interface *earlier(const struct interfaces *all, const struct link *link)
{
	for (int i = 0; i < HOST_INTERFACES; i++) {
		struct host_interface *place = &all->sas->maps.host->interface[i];
		const struct method *method = method_find(place->method);

		if (!place->ifindex && method && !method_has(method, METHOD_PINNED) &&
		    !strncmp(place->name, link->name, sizeof(place->name)))
			return place;
	}
	return NULL;
}

/*
 * How an earlier daemon steered it, if not by our program; else as it is asked for or chosen. 0, or
 * -EINPROGRESS: it is measured first.
 */
static int method_of(struct interfaces *all, const struct link *link, const struct method **method)
{
	struct host_interface *place = earlier(all, link);
	const struct method *before = place ? method_find(place->method) : NULL;
	int err = 0;

	if (place && !run_method(all->options))
		*method = before;
	else
		err = candidates_method(all->candidates, link, method);
	if (err || !place)
		return err;
	memset(place->method, 0, sizeof(place->method));
	if (before != *method)
		undo_restore(all->undo, link->ifindex);
	return 0;
}

/* 0, or a negative errno; -EINPROGRESS: not yet, it is measured first. */
static int attach_one(struct interfaces *all, const struct link *link)
{
	struct interface *interface = interfaces_find(all, 0);
	struct meeting meeting = {
		.sysfs = all->sysfs,
		.roles = &all->sas->roles,
	};
	int err;

	if (!interface) {
		say_error("attaching to %s: %d interfaces are steered already, which is the most",
			  link->name, HOST_INTERFACES);
		return -ENOSPC;
	}
	err = method_of(all, link, &meeting.method);
	if (err)
		return err;
	err = meet_needs(all->undo, link->name, &meeting);
	if (!err)
		err = begin(all, link, &meeting, interface);
	if (err) {
		undo_after_detach(all->undo, link->ifindex);
		undo_restore(all->undo, link->ifindex);
		return err;
	}
	say_steering(link, &meeting);
	return 0;
}

/* The same, unless there is nothing to be done or tried now. @tried: it took its time. */
static int attach_candidate(struct interfaces *all, const struct link *link, bool starting,
			    bool *tried)
{
	bool failed;
	int err;

	if (was_stopped(all, link->name) || interfaces_find(all, link->ifindex) ||
	    candidates_wait(all->candidates, link))
		return 0;
	failed = candidates_has_failed(all->candidates, link->ifindex);
	err = attach_one(all, link);
	if (err && !failed && candidates_has_failed(all->candidates, link->ifindex))
		err = attach_one(all, link); /* by the next best, once */
	*tried = true;
	if (err == -EINPROGRESS)
		return 0;
	if (!err) {
		candidates_forget(all->candidates, link->ifindex);
		return 0;
	}
	candidates_refused(all->candidates, link);
	if (!starting)
		say("%s: not steered; tried again when the interface changes, or on SIGHUP "
		    "(systemctl reload espalier)",
		    link->name);
	return err;
}

static int attach_named(struct interfaces *all, const char *name, bool starting, bool *tried)
{
	struct link_list links = {0};
	char why[LINK_WHY_LEN];
	int err = link_attachable(name, &links, why, sizeof(why));

	if (err) {
		if (starting)
			say_error("steering %s: %s", name, why);
		return err;
	}
	for (size_t i = 0; i < links.count && (starting ? !err : !*tried); i++)
		err = attach_candidate(all, &links.link[i], starting, tried);
	link_list_free(&links);
	return err;
}

void interfaces_tidy(const struct interfaces *all)
{
	methods_tidy(all->sas->maps.host, &all->sas->pins);
}

int interfaces_attach(struct interfaces *all, bool starting)
{
	bool tried = false;
	int err = 0;

	for (size_t i = 0; i < all->options->n_interfaces && (starting ? !err : !tried); i++)
		err = signals_end()
			      ? -EINTR
			      : attach_named(all, all->options->interfaces[i], starting, &tried);
	if (!starting && tried) {
		interfaces_tidy(all);
		*all->pending |= PENDING_LINKS; /* there may be more of them */
	}
	return starting ? err : 0;
}

bool interfaces_is_named(const struct interfaces *all, unsigned int ifindex)
{
	struct link_list links;
	char why[LINK_WHY_LEN];
	bool found = false;

	for (size_t i = 0; i < all->options->n_interfaces && !found; i++) {
		links = (struct link_list){0};
		if (link_attachable(all->options->interfaces[i], &links, why, sizeof(why)))
			continue;
		for (size_t k = 0; k < links.count; k++)
			found |= links.link[k].ifindex == (int)ifindex;
		link_list_free(&links);
	}
	return found;
}

bool interfaces_forgo(struct interfaces *all, const char *name)
{
	struct link link;
	bool there = !link_get(name, &link);

	if (was_stopped(all, name) || !there || !interfaces_is_named(all, link.ifindex))
		return false;
	candidates_forget(all->candidates, link.ifindex);
	for (int i = 0; i < HOST_INTERFACES; i++) {
		if (all->stopped[i])
			continue;
		all->stopped[i] = strdup(name);
		break;
	}
	return true;
}

void interfaces_release(struct interfaces *all, struct interface *interface)
{
	steered_take_off(interface);
	if (interface->index != NO_INDEX)
		SHARED(all->sas->maps.host->interface[interface->index].ifindex) = 0;
	interface->ifindex = 0;
	steered_end(interface);
	interfaces_tidy(all);
	steered_note(all->sas);
}

int interfaces_detach(struct interfaces *all, struct interface *interface)
{
	int ifindex = (int)interface->ifindex, left, err;

	undo_before_detach(all->undo, ifindex);
	interfaces_release(all, interface);
	switches_die("detached", interface->name);
	left = undo_after_detach(all->undo, ifindex);
	err = undo_restore(all->undo, ifindex);
	return left || err ? -EIO : 0;
}

void interfaces_leave_unnamed(struct interfaces *all)
{
	for (int i = 0; i < HOST_INTERFACES; i++) {
		struct interface *interface = &all->at[i];

		if (!interface->ifindex || interface->ends == ENDS_GONE)
			continue;
		interface->ends =
			interfaces_is_named(all, interface->ifindex) ? ENDS_NOT : ENDS_UNNAMED;
		if (interface->ends)
			*all->pending |= PENDING_LEAVE;
	}
}

/* Its method was seen not to do: it is put back, and steered by the next best. */
static void choose_again(struct interfaces *all, struct interface *interface)
{
	const struct steered *steered = &interface->steered;
	struct host_interface *place = &all->sas->maps.host->interface[interface->index];
	const struct method *method = steered->method;

	say("%s: method %s will not do, since %s: another one is chosen", interface->name,
	    method->name, steered->failed);
	candidates_failed(all->candidates, (int)interface->ifindex, method, steered->failed);
	(void)interfaces_detach(all, interface);
	memset(place->method, 0, sizeof(place->method)); /* it is not to go on by it */
	*all->pending |= PENDING_LINKS;
}

static void let_go(struct interfaces *all, struct interface *interface)
{
	int ifindex = (int)interface->ifindex;

	if (interface->ends == ENDS_FAILED) {
		choose_again(all, interface);
	} else if (interface->ends == ENDS_UNNAMED) {
		say("%s is no longer named: put back as it was", interface->name);
		(void)interfaces_detach(all, interface);
	} else {
		interfaces_release(all, interface);
		say("%s was deleted; steering of the other interfaces goes on", interface->name);
		undo_restore(all->undo, ifindex);
	}
}

static struct interface *find_ending(struct interfaces *all)
{
	for (int i = 0; i < HOST_INTERFACES; i++)
		if (all->at[i].ifindex && all->at[i].ends)
			return &all->at[i];
	return NULL;
}

void interfaces_leave_one(struct interfaces *all)
{
	struct interface *interface = find_ending(all);

	if (interface)
		let_go(all, interface);
	if (find_ending(all))
		*all->pending |= PENDING_LEAVE;
}

void interfaces_link_changed(struct interfaces *all, unsigned int changes, const struct link *now)
{
	struct interface *interface = interfaces_find(all, now->ifindex);

	if (changes & (WATCH_NEW | WATCH_RENAMED | WATCH_MASTER) ||
	    candidates_touched(all->candidates, changes, now->ifindex))
		*all->pending |= PENDING_LINKS;
	if (changes & WATCH_GONE)
		candidates_forget(all->candidates, now->ifindex);
	if (!interface || !now->ifindex || interface->ends == ENDS_GONE)
		return;
	if (changes & WATCH_GONE) {
		interface->ends = ENDS_GONE;
		*all->pending |= PENDING_LEAVE;
		return;
	}
	if (changes & WATCH_RENAMED) {
		say("%s is now %s; steering goes on", interface->name, now->name);
		snprintf(interface->name, sizeof(interface->name), "%s", now->name);
		memcpy(all->sas->maps.host->interface[interface->index].name, now->name,
		       sizeof(all->sas->maps.host->interface[0].name));
	}
	if (changes & WATCH_DOWN)
		say("%s is down; it is steered again as soon as it is up", interface->name);
	if (changes & WATCH_UP)
		say("%s is up", interface->name);
	if (changes & WATCH_XDP && !link_has_xdp(now) &&
	    method_has(interface->steered.method, METHOD_PINNED))
		say_warning("%s: somebody took our XDP program off; run 'espalier stop %s' and start again",
		    interface->name, interface->name);
}

void interfaces_detach_fresh(struct interfaces *all)
{
	for (int i = 0; i < HOST_INTERFACES; i++)
		if (all->at[i].ifindex && all->at[i].fresh)
			(void)interfaces_detach(all, &all->at[i]);
}

void interfaces_close(struct interfaces *all)
{
	for (int i = 0; i < HOST_INTERFACES; i++) {
		steered_end(&all->at[i]);
		free(all->stopped[i]);
	}
}
