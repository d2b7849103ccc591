// SPDX-License-Identifier: GPL-2.0-only
// Inner spreading: sets and puts back the masks.
#include "daemon/spread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "host/cpuset.h"
#include "nic/cpulist.h"
#include "nic/cpus.h"
#include "steer/method.h"

#define KNOB \
	"rx-0/rps_cpus" /* packets off a cpumap bear no queue number: the first queue's holds */

struct spread_place {
	int ifindex;
	char name[IFNAMSIZ]; /* under which it is written down */
	cpu_set_t set, next; /* the mask that we set; what it should be, as of the last look */
	int failed;	     /* it could not be set, with this negative errno */
};

int spread_choose(const struct run_options *options, const struct cpu_roles *roles,
		  cpu_set_t *given)
{
	cpu_set_t online, left;
	int only = CPU_COUNT(&roles->sas) == 1 ? cpuset_first(&roles->sas) : -1, err;

	CPU_ZERO(given);
	if (inner_how(options) != INNER_LIST)
		return 0;
	err = cpus_online_read("/sys", &online);
	if (!err)
		err = cpulist_parse(options->inner, given);
	if (err) {
		say_error("--inner %s: %s", options->inner, strerror(-err));
		return err;
	}
	cpuset_each (cpu, given) {
		if (CPU_ISSET(cpu, &online))
			continue;
		say_error("--inner %s: this machine has no CPU %d online; 'lscpu --extended' shows "
			  "those it has",
			  options->inner, cpu);
		return -ENODEV;
	}
	inner_cpus(given, &online, only, &left);
	if (CPU_COUNT(&left))
		return 0;
	say_error(
		"--inner %s: none is left for inner flows, for all SAs are decrypted on CPU %d; name "
		"others",
		options->inner, only);
	return -EINVAL;
}

void spread_prepare(struct spread *s, const struct run_options *options)
{
	struct after *after = &s->by_load.after;

	if (inner_how(options) != INNER_AUTO)
		after_close(after);
	else if (!after->stages)
		after_open(after);
}

static void say_trouble(const struct spread *s, const struct spread_wants *wants)
{
	const struct spread_sa *sa = &wants->sa;

	switch (wants->state) {
	case INNER_POLICY:
		say_warning(
			"SA 0x%08x comes out of no interface, for its tunnel is policy-based: its inner "
			"flows cannot be spread. Give it one: 'ip link add ipsec0 type xfrm if_id "
			"42', with if_id_in = 42 and if_id_out = 42 in strongSwan's connection; in "
			"Libreswan's ipsec-interface=yes makes it",
			sa->spi);
		break;
	case INNER_ELSEWHERE:
		say_warning(
			"the interface with if_id %u, out of which SA 0x%08x comes, is down or not in this "
			"network namespace: its inner flows are not spread, for an interface elsewhere "
			"is not reached from here",
			sa->if_id, sa->spi);
		break;
	case INNER_METHOD:
		say_warning(
			"inner flows are not spread, for not all interfaces are steered by method %s: "
			"elsewhere a packet keeps the queue number or the hash of its outer packet, and "
			"the kernel goes by these",
			method_with(METHOD_BARE)->name);
		break;
	case INNER_NO_CPU:
		say_warning(
			"inner flows of SA 0x%08x are not spread: no CPU is left for them beside CPU %d, "
			"which decrypts it",
			sa->spi, sa->cpu);
		break;
	default:
		break;
	}
}

static struct spread_place *place_of(struct spread *s, int ifindex)
{
	for (size_t i = 0; i < s->places; i++)
		if (s->place[i].ifindex == ifindex)
			return &s->place[i];
	return NULL;
}

static struct spread_place *add_place(struct spread *s, int ifindex)
{
	struct spread_place *grown = realloc(s->place, (s->places + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	s->place = grown;
	grown[s->places] = (struct spread_place){.ifindex = ifindex};
	return &grown[s->places++];
}

/* Writes the mask down, and sets it. */
static int set_mask(struct spread *s, const struct spread_want *want)
{
	char mask[CPUMASK_LEN], reason[192], measured[64] = "", *was;
	struct undo_entry entry = {
		.kind = UNDO_QUEUE,
		.ifindex = want->ifindex,
		.knob = KNOB,
		.new_value = mask,
		.reason = reason,
	};
	int err;

	memcpy(entry.ifname, want->name, sizeof(entry.ifname));
	cpumask_format(&want->cpus, mask, sizeof(mask));
	if (want->after_ns > 0)
		snprintf(measured, sizeof(measured), "; it had %.1f us a packet to do with them",
			 want->after_ns / 1e3);
	snprintf(reason, sizeof(reason),
		 "inner flows go to other CPUs than %d, which decrypts SA 0x%08x%s", want->sa.cpu,
		 want->sa.spi, measured);
	err = undo_read(s->undo, &entry, &was);
	if (err)
		return err;
	entry.old_value = was;
	err = undo_set(s->undo, &entry);
	free(was);
	return err;
}

/*
 * Another mask puts inner flows on other CPUs, and what waits on the old ones may be overtaken: so
 * it follows an SA only when it stayed where it is from one look to the next.
 */
static void follow(struct spread *s, const struct spread_want *want)
{
	struct spread_place *place = place_of(s, want->ifindex);
	bool fresh = !place, same, steady;
	int err;

	if (!place)
		place = add_place(s, want->ifindex);
	if (!place)
		return;
	same = CPU_EQUAL(&place->set, &want->cpus) && !strcmp(place->name, want->name);
	steady = fresh || CPU_EQUAL(&place->next, &want->cpus);
	place->next = want->cpus;
	if (same || !steady)
		return;
	err = set_mask(s, want);
	if (err == -ENODEV)
		return; /* gone or renamed just now: the links will tell */
	place->set = want->cpus;
	place->failed = err;
	memcpy(place->name, want->name, sizeof(place->name));
	if (err)
		say_warning(
			"%s: spreading inner flows: %s; the kernel needs CONFIG_RPS, and CPUs that "
			"are not set apart (isolcpus, nohz_full)",
			want->name, strerror(-err));
}

static bool is_wanted(const struct spread *s, const struct spread_wants *wants, int ifindex)
{
	const struct link *link = watch_link(s->needs.watch, ifindex);

	for (size_t i = 0; i < wants->count; i++)
		if (wants->want[i].ifindex == ifindex)
			return true;
	return wants->hold && link && link->flags & IFF_UP;
}

/* Why an interface is no longer wanted that still is there. */
static const char *why_not(const struct spread *s, enum inner_state state)
{
	static const char *const whys[INNER_STATES] = {
		[INNER_OFF] = "--inner is off",
		[INNER_METHOD] = "not all interfaces are steered by a method for which that works",
		[INNER_NO_CPU] = "no CPU is left for them",
	};

	if (whys[state])
		return whys[state];
	return inner_how(s->needs.options) == INNER_AUTO
		       ? "no SA that comes out of it is heavy enough any more"
		       : "no SA comes out of it any more, or it is down";
}

static void leave(struct spread *s, size_t at, enum inner_state state)
{
	struct spread_place *place = &s->place[at];

	if (watch_link(s->needs.watch, place->ifindex))
		say("%s: inner flows are no longer spread: %s", place->name, why_not(s, state));
	(void)undo_restore(s->undo, place->ifindex);
	*place = s->place[--s->places];
}

/* Of what is wanted: that which is set, or nothing. */
static const struct spread_want *first_set(struct spread *s, const struct spread_wants *wants,
					   __u32 *count)
{
	const struct spread_want *first = NULL;

	for (size_t i = 0; i < wants->count; i++) {
		const struct spread_place *place = place_of(s, wants->want[i].ifindex);

		if (!place || place->failed)
			continue;
		first = first ? first : &wants->want[i];
		++*count;
	}
	return first;
}

static void report(struct spread *s, const struct spread_wants *wants)
{
	struct report_inner to = {.state = wants->state};
	const struct spread_want *first = first_set(s, wants, &to.interfaces);
	const struct spread_sa *sa = first ? &first->sa : &wants->sa;

	if (wants->count && !first)
		to.state = INNER_FAILED;
	to.spi = sa->spi;
	to.if_id = sa->if_id;
	if (first) {
		memcpy(to.name, first->name, sizeof(to.name));
		cpuset_each (cpu, &first->cpus)
			to.cpus[cpu / 64] |= 1ull << cpu % 64;
	}
	s->report->inner = to;
}

void spread_tick(struct spread *s, uint64_t now_ns)
{
	struct spread_wants wants;

	if (inner_how(s->needs.options) == INNER_NEVER && !s->places && s->said == INNER_OFF)
		return;
	if (spread_wants(&s->needs, &s->given, &s->by_load, now_ns, &wants))
		return;
	for (size_t i = s->places; i-- > 0;)
		if (!is_wanted(s, &wants, s->place[i].ifindex))
			leave(s, i, wants.state);
	for (size_t i = 0; i < wants.count; i++)
		follow(s, &wants.want[i]);
	if (!wants.hold) {
		if (wants.state != s->said)
			say_trouble(s, &wants);
		s->said = wants.state;
		report(s, &wants);
	}
	free(wants.want);
}

void spread_close(struct spread *s)
{
	after_close(&s->by_load.after);
	free(s->place);
	s->place = NULL;
	s->places = 0;
}
