// SPDX-License-Identifier: GPL-2.0-only
// A list that knows the place of each member: both changes take one step.
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

void slots_add(struct slots *slots, __u32 slot)
{
	if (slots->place[slot])
		return;
	slots->changes++;
	slots->slot[slots->count++] = slot;
	slots->place[slot] = slots->count;
}

void slots_remove(struct slots *slots, __u32 slot)
{
	__u32 place = slots->place[slot], last;

	if (!place)
		return;
	slots->changes++;
	last = slots->slot[--slots->count];
	slots->slot[place - 1] = last;
	slots->place[last] = place;
	slots->place[slot] = 0;
}
