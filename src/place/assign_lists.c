// SPDX-License-Identifier: GPL-2.0-only
// The lists of a round: the SAs of each CPU by load.
#include "place/assign_impl.h"

static void unlist(struct assign *a, uint32_t i)
{
	struct assign_slot *sa = &a->sa[i];
	struct assign_bin *cpu = &a->cpu[sa->now];

	if (sa->prev == ASSIGN_NONE)
		cpu->head = sa->next;
	else
		a->sa[sa->prev].next = sa->next;
	if (sa->next == ASSIGN_NONE)
		cpu->tail = sa->prev;
	else
		a->sa[sa->next].prev = sa->prev;
	cpu->load -= sa->load;
	cpu->doubt -= sa->doubt;
	cpu->sas--;
	cpu->stuck = false;
	sa->listed = false;
}

/* Before `next`, which is ASSIGN_NONE for the end of the list. */
static void list(struct assign *a, uint32_t i, int to, uint32_t next)
{
	struct assign_slot *sa = &a->sa[i];
	struct assign_bin *cpu = &a->cpu[to];

	sa->next = next;
	sa->prev = next == ASSIGN_NONE ? cpu->tail : a->sa[next].prev;
	if (sa->prev == ASSIGN_NONE)
		cpu->head = i;
	else
		a->sa[sa->prev].next = i;
	if (next == ASSIGN_NONE)
		cpu->tail = i;
	else
		a->sa[next].prev = i;
	cpu->load += sa->load;
	cpu->doubt += sa->doubt;
	cpu->sas++;
	cpu->stuck = false;
	sa->now = to;
	sa->listed = true;
}

void assign_put(struct assign *a, uint32_t i, int to)
{
	struct assign_slot *sa = &a->sa[i];
	uint32_t next = a->cpu[to].head;

	if (sa->start >= 0)
		a->changed = a->changed + (to != sa->start) - (sa->now != sa->start);
	if (sa->listed)
		unlist(a, i);
	while (next != ASSIGN_NONE && a->sa[next].load < sa->load)
		next = a->sa[next].next;
	list(a, i, to, next);
}

void assign_append(struct assign *a, uint32_t i, int cpu)
{
	list(a, i, cpu, ASSIGN_NONE);
}
