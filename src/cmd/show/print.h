/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot for an operator, or as JSON. */
#ifndef CMD_SHOW_PRINT_H
#define CMD_SHOW_PRINT_H

#include "steer/snapshot.h"
#include "view/out.h"

struct show_view {
	const char *only;  /* the interface that was asked for, NULL: all; for the sentence */
	size_t interfaces; /* that are steered, shown or not */
	bool all;	   /* every SA, not the heaviest only */
	bool wide;	   /* all that is known of an SA, and of how steering goes */
	bool picked;	   /* the SAs are those that were asked for: only they are of interest */
	snapshot_order *sort; /* of the SAs; NULL: as the form wants it */
};

/* The fields that name an SA, and an interface: alike wherever one is printed. */
void show_sa_name(struct out *out, const struct snapshot_sa *sa);
void show_interface_name(struct out *out, const struct snapshot_interface *interface);

/* Prints it; sorts its SAs as the form wants it. A zeroed snapshot is that of nothing steered. */
void show_print(struct out *out, struct snapshot *snapshot, const struct show_view *view);

#endif
