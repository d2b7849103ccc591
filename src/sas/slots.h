/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slots of the SA table that are in use, as a list: so that nobody has to look at all of them.
 * Those that are not known to be idle (sas/loads.h) come first.
 */
#ifndef SAS_SLOTS_H
#define SAS_SLOTS_H

#include <linux/types.h>

struct slots {
	__u32 *slot; /* those in use, in no order; they change places when one goes */
	__u32 count, busy; /* all; of these the first ones, that are not known to be idle */
	__u32 changes; /* of the list so far */
	__u32 *place;  /* of each slot of the table: its index in the list and one; 0: not in use */
};

/* For a table of so many slots. 0 or -ENOMEM. */
int slots_init(struct slots *slots, __u32 size);
void slots_free(struct slots *slots);

/* A slot is in use, and busy; or no longer in use. Neither minds if it is so already. */
void slots_add(struct slots *slots, __u32 slot);
void slots_remove(struct slots *slots, __u32 slot);

/* One that is in use falls idle, or is busy again. Nor do these. */
void slots_rest(struct slots *slots, __u32 slot);
void slots_wake(struct slots *slots, __u32 slot);

#endif
