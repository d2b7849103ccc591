/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of `simulate` share. */
#ifndef CMD_SIMULATE_SIMULATE_H
#define CMD_SIMULATE_SIMULATE_H

#include "cmd/simulate/wish.h"
#include "predict/simulation.h"
#include "view/out.h"

/* What was read, and how far. */
struct simulate_input {
	const char *name;  /* of the file */
	uint64_t outgoing; /* packets that the capturing host had sent: left out */
	bool damaged;
	char damage[600]; /* where, and why */
};

struct simulate_view {
	const struct simulation *simulation;
	const struct simulate_input *input;
	size_t inputs;
	const char *made;	/* NULL: packets of files */
	const uint32_t *queues; /* the numbers that were asked for */
	size_t numbers;
	const struct wish *wish;
};

/* Prints it all. 0 or a negative errno. */
int simulate_print(const struct simulate_view *view, bool json);

/* Writes the page with pictures. 0 or a negative errno. */
int simulate_write_html(const struct simulate_view *view, const char *path);

/* Text: the results, of NICs that do the same one only. 0 or -ENOMEM. */
int simulate_print_text(struct out *out, const struct simulate_view *view);

/* A queue, in both forms. */
void simulate_print_queue(struct out *out, const struct spread *spread, uint32_t queue);

/* Of the NICs that are no models only: what was taken over of them; and what could not be. */
void simulate_say_real(struct out *out, const struct wish *wish);
void simulate_warn_real(struct out *out, const struct wish *wish);

#endif
