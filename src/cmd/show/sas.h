/* SPDX-License-Identifier: GPL-2.0-only */
/* The SAs of a snapshot, and how much of it is shown. */
#ifndef CMD_SHOW_SAS_H
#define CMD_SHOW_SAS_H

#include "show/snapshot.h"
#include "view/out.h"

struct show_view {
	const char *only;     /* the interface that was asked for, NULL: all; for the sentence */
	size_t interfaces;    /* that are steered, shown or not */
	bool all;	      /* every SA, not the heaviest only */
	bool wide;	      /* all that is known of an SA, and of how steering goes */
	bool picked;	      /* the SAs are those that were asked for: only they are of interest */
	snapshot_order *sort; /* of the SAs; NULL: as the form wants it */
};

/* The fields that name an SA: alike wherever one is printed. */
void show_sa_name(struct out *out, const struct snapshot_sa *sa);

/* "packets" and "bytes". */
void show_count(struct out *out, const struct count *count);

/* The table "sas"; sorts them as the form wants it. */
void show_sas(struct out *out, struct snapshot *snapshot, const struct show_view *view);

#endif
