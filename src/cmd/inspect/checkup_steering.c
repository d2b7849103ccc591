// SPDX-License-Identifier: GPL-2.0-only
// Of the check-up: what is steered, and what each interface would be.
#include "cmd/inspect/checkup.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "cmd/inspect/gather.h"
#include "nic/link.h"
#include "sad/sa_interface.h"
#include "show/beyond_words.h"
#include "show/lately_words.h"
#include "steer/sees.h"

enum { INTERFACES_MOST = 64 }; /* a host of containers has hundreds that matter to nobody */

static void check_lately(struct checkup *c)
{
	const struct snapshot *s = &c->snapshot;
	char words[640];

	if (lately_unknown_words(s, words, sizeof(words))) {
		checkup_add(c, "strays", NULL, "most of the IPsec that arrives is of no SA that is "
					       "known here");
		checkup_todo(c, "see the warning of 'espalier show'");
	}
	for (int i = 0; i < LOSSES; i++) {
		if (!lately_lost(&s->lately.lost[i]) ||
		    !lately_loss_words(s, (enum loss)i, words, sizeof(words)))
			continue;
		checkup_add(c, "losses", NULL, "packets were lost");
		checkup_todo(c, "%.500s", words);
	}
}

void checkup_steering(struct checkup *c)
{
	const struct snapshot *s = &c->snapshot;

	if (!s->interfaces) {
		checkup_add(c, "steering", NULL, "nothing is steered in this network namespace");
		if (c->sas.count)
			checkup_todo(c, "espalier run IF, with the interface where IPsec comes in");
		return;
	}
	checkup_add(c, "steering", NULL, "%zu SAs on %zu CPUs", s->used, s->cpus);
	if (!s->alive)
		checkup_todo(c, "no daemon follows the SAs: start 'espalier run' again");
	check_lately(c);
}

static const struct snapshot_interface *steered(const struct checkup *c, int ifindex)
{
	for (size_t i = 0; i < c->snapshot.interfaces; i++)
		if (c->snapshot.interface[i].ifindex == (unsigned int)ifindex)
			return &c->snapshot.interface[i];
	return NULL;
}

/* The SAs whose packets come in there, as far as routing tells. */
static size_t count_sas(const struct checkup *c, const char *name, size_t *udp)
{
	char in[IFNAMSIZ];
	size_t n = 0;

	*udp = 0;
	for (size_t i = 0; i < c->sas.count; i++) {
		in[0] = '\0';
		sa_interface(&c->sas.sa[i], in);
		if (strcmp(in, name) != 0)
			continue;
		n++;
		*udp += c->sas.sa[i].encap;
	}
	return n;
}

/* What `run` would do: judged as `inspect IF` does, without a measurement. */
static void add_interface(struct checkup *c, const struct link *link, size_t sas, size_t udp)
{
	const struct inspect_how how = {0};
	const struct needs_finding *refusal;
	struct inspection in;

	if (inspect_gather(link->name, &how, &in) != STATUS_DONE)
		return;
	refusal = needs_first(&in.findings, NEEDS_REFUSE);
	checkup_add(c, "interface", link->name,
		    "%zu SAs come in there; 'espalier run' would steer it "
		    "by %s, because %s",
		    sas, in.method->name, in.why);
	if (sas && refusal && !method_has(in.method, METHOD_UDP) && udp)
		checkup_todo(c, "method %s does not spread ESP in UDP; for method %s: %s",
			     in.method->name, method_default()->name, refusal->text);
	else if (sas)
		checkup_todo(c, "espalier run %s", link->name);
	inspection_free(&in);
}

static void check_interface(struct checkup *c, const struct link_list *all, const struct link *link)
{
	const struct snapshot_interface *is = steered(c, link->ifindex);
	char why[LINK_WHY_LEN], words[320];
	struct link_list lower = {0};
	size_t sas, udp;
	bool itself;

	if (is) {
		checkup_add(c, "interface", link->name, "is steered by %s", is->method_name);
		if (beyond_words(is, words, sizeof(words)))
			checkup_todo(c, "%s", words);
		if (sees_words(is->name, is->unseen, words, sizeof(words)))
			checkup_todo(c, "%s", words);
		return;
	}
	if (link_attachable_of(all, link, &lower, why, sizeof(why)))
		return;
	itself = lower.count == 1 && lower.link[0].ifindex == link->ifindex;
	link_list_free(&lower);
	if (!itself || !(link->flags & IFF_UP))
		return;
	sas = count_sas(c, link->name, &udp);
	add_interface(c, link, sas, udp);
}

void checkup_interfaces(struct checkup *c)
{
	struct link_list all = {0};

	if (link_list_read(&all)) {
		checkup_add(c, "interfaces", NULL, "cannot be read");
		checkup_todo(c, "see ip link");
		return;
	}
	for (size_t i = 0; i < all.count && i < INTERFACES_MOST; i++)
		check_interface(c, &all, &all.link[i]);
	link_list_free(&all);
}
