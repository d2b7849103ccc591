// SPDX-License-Identifier: GPL-2.0-only
// What is known of interfaces that are named and not steered yet.
#include "daemon/candidates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "daemon/method.h"

enum state { MEASURING, MEASURED, REFUSED };

struct candidate {
	struct candidate *next;
	struct candidates *all;
	struct link link; /* as it was refused, or when it was measured */
	enum state state;
	struct event *timer;	  /* MEASURING: its end */
	struct measure *measure;  /* MEASURING; NULL: it could not be begun */
	struct nic_seen seen;	  /* MEASURED */
};

static struct candidate *find(const struct candidates *all, int ifindex)
{
	struct candidate *c = all->first;

	while (c && c->link.ifindex != ifindex)
		c = c->next;
	return c;
}

static struct candidate *find_or_add(struct candidates *all, const struct link *link)
{
	struct candidate *c = find(all, link->ifindex);

	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->all = all;
	c->link = *link;
	c->next = all->first;
	all->first = c;
	return c;
}

static void end_measuring(struct candidate *c)
{
	if (c->timer)
		event_free(c->timer);
	c->timer = NULL;
	if (c->measure)
		method_measured(c->all->sysfs, c->measure, &c->link, &c->seen);
	c->measure = NULL;
}

/*
 * What may turn a refusal into another answer. That it is down now is nothing new to try, and coming
 * back up as it was is not either: our own try may have reset the link.
 */
static bool other_ground(const struct link *was, const struct link *now)
{
	const unsigned int up = IFF_UP | IFF_RUNNING;

	return strcmp(was->name, now->name) || was->mtu != now->mtu || was->master != now->master ||
	       memcmp(was->xdp_id, now->xdp_id, sizeof(now->xdp_id)) ||
	       ((was->flags & up) != up && (now->flags & up) == up);
}

bool candidates_wait(const struct candidates *all, const struct link *link)
{
	const struct candidate *c = find(all, link->ifindex);

	return c && (c->state == MEASURING ||
		     (c->state == REFUSED && !other_ground(&c->link, link)));
}

bool candidates_measuring(const struct candidates *all)
{
	for (const struct candidate *c = all->first; c; c = c->next)
		if (c->state == MEASURING)
			return true;
	return false;
}

static void on_measured(evutil_socket_t fd, short what, void *arg)
{
	struct candidate *c = arg;
	struct candidates *all = c->all;

	end_measuring(c);
	c->state = MEASURED;
	*all->pending |= PENDING_LINKS;
}

static int measure(struct candidates *all, const struct link *link)
{
	const struct timeval wait = {.tv_sec = METHOD_SECONDS};
	struct candidate *c = find_or_add(all, link);

	if (!c)
		return -ENOMEM;
	c->state = MEASURED;
	c->seen = (struct nic_seen){.measured = true};
	if (method_measure(link, &c->measure)) {
		c->measure = NULL;
		return 0; /* nothing was seen, then */
	}
	c->timer = evtimer_new(all->base, on_measured, c);
	if (!c->timer || event_add(c->timer, &wait)) {
		end_measuring(c);
		return -ENOMEM;
	}
	c->state = MEASURING;
	return -EINPROGRESS;
}

int candidates_method(struct candidates *all, const struct link *link, const struct method **method)
{
	const struct candidate *c = find(all, link->ifindex);
	const struct nic_seen *seen = c && c->state == MEASURED ? &c->seen : NULL;
	const struct nic_seen nothing = {.measured = true};
	struct sad_reading sas = {0};
	struct method_choice choice;
	int err;

	*method = run_method(all->options) ? run_method(all->options) : method_default();
	if (sad_reading_take(all->sad, &sas))
		return 0;
	err = method_choose(all->sysfs, all->options, &sas, &all->sas->roles, link, seen, &choice);
	if (err > 0) {
		err = measure(all, link);
		if (err != -EINPROGRESS)
			err = method_choose(all->sysfs, all->options, &sas, &all->sas->roles, link,
					    &nothing, &choice);
	}
	if (!err) {
		*method = choice.method;
		if (*choice.why)
			say("%s: method %s, since %s", link->name, (*method)->name, choice.why);
	}
	sad_reading_free(&sas);
	return err;
}

void candidates_refused(struct candidates *all, const struct link *link)
{
	struct candidate *c = find_or_add(all, link);

	if (!c)
		return;
	c->state = REFUSED;
	/* As it is by now, with what our try has left of it. */
	if (link_get_index(link->ifindex, &c->link))
		c->link = *link;
}

void candidates_failed(struct candidates *all, int ifindex, const struct method *method,
		       const char *why)
{
	struct candidate *c;
	struct link link;

	if (link_get_index(ifindex, &link))
		return;
	c = find_or_add(all, &link);
	if (!c)
		return;
	c->state = MEASURED;
	c->seen = (struct nic_seen){.measured = true};
	snprintf(c->seen.failed, sizeof(c->seen.failed), "%s", method->name);
	snprintf(c->seen.why, sizeof(c->seen.why), "%s", why);
}

bool candidates_has_failed(const struct candidates *all, int ifindex)
{
	const struct candidate *c = find(all, ifindex);

	return c && c->state == MEASURED && c->seen.failed[0];
}

void candidates_forget(struct candidates *all, int ifindex)
{
	for (struct candidate **at = &all->first; *at; at = &(*at)->next) {
		struct candidate *c = *at;

		if (c->link.ifindex != ifindex)
			continue;
		*at = c->next;
		end_measuring(c);
		free(c);
		return;
	}
}

void candidates_forget_all(struct candidates *all)
{
	while (all->first)
		candidates_forget(all, all->first->link.ifindex);
}

bool candidates_touched(const struct candidates *all, unsigned int changes, int ifindex)
{
	return changes & (WATCH_UP | WATCH_MTU | WATCH_XDP) && find(all, ifindex);
}
