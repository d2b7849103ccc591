// SPDX-License-Identifier: GPL-2.0-only
// A list that knows the place of each member: every change takes one step or two.
#include "sas/slots.h"

#include <errno.h>
#include <stdlib.h>

int slots_init(struct slots *slots, __u32 size)
{
	*slots = (struct slots){0};
	slots->slot = calloc(size, sizeof(*slots->slot));
	slots->place = calloc(size, sizeof(*slots->place));
	if (slots->slot && slots->place)
		return 0;
	slots_free(slots);
	return -ENOMEM;
}

void slots_free(struct slots *slots)
{
	free(slots->slot);
	free(slots->place);
	*slots = (struct slots){0};
}

static void put(struct slots *slots, __u32 at, __u32 slot)
{
	slots->slot[at] = slot;
	slots->place[slot] = at + 1;
}

/* Changes places with the one that is at @at. */
static void go_to(struct slots *slots, __u32 slot, __u32 at)
{
	__u32 was = slots->place[slot] - 1;

	put(slots, was, slots->slot[at]);
	put(slots, at, slot);
}

void slots_rest(struct slots *slots, __u32 slot)
{
	__u32 place = slots->place[slot];

	if (place && place <= slots->busy)
		go_to(slots, slot, --slots->busy);
}

void slots_wake(struct slots *slots, __u32 slot)
{
	if (slots->place[slot] > slots->busy)
		go_to(slots, slot, slots->busy++);
}

void slots_add(struct slots *slots, __u32 slot)
{
	if (slots->place[slot])
		return;
	slots->changes++;
	put(slots, slots->count++, slot);
	slots_wake(slots, slot);
}

void slots_remove(struct slots *slots, __u32 slot)
{
	if (!slots->place[slot])
		return;
	slots->changes++;
	slots_rest(slots, slot);
	go_to(slots, slot, --slots->count);
	slots->place[slot] = 0;
}
