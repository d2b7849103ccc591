/* SPDX-License-Identifier: GPL-2.0-only */
/* The lifetime counters of all inbound SAs at one time, and what they carried between two. */
#ifndef SAD_READING_H
#define SAD_READING_H

#include "sad/sad.h"

struct sad_reading {
	struct sa *sa; /* ordered by id, mark and interface id */
	size_t count;
};

/* Copies what @sad knows now: sync it first. -ENOMEM. Free with sad_reading_free(). */
int sad_reading_take(const struct sad *sad, struct sad_reading *out);
void sad_reading_free(struct sad_reading *reading);

/*
 * Turns the counters of @now into what was carried since @then: of an SA that @then does not hold,
 * or that was made anew since (its counters went back), all that it has. What an SA that is gone by
 * now carried is lost. Pure.
 */
void sad_reading_since(struct sad_reading *now, const struct sad_reading *then);

#endif
