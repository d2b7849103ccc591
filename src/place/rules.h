/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rules a NIC should hold, given those that it holds: few changes, in places of our own. Pure. */
#ifndef PLACE_RULES_H
#define PLACE_RULES_H

#include <stddef.h>
#include <stdint.h>

/* What the rule is about, and where it leads: compared, never looked into. */
#define RULES_ABOUT 48

struct rules_entry {
	uint8_t about[RULES_ABOUT];
	uint32_t queue;
	uint32_t location; /* of one that the NIC holds */
};

struct rules_plan {
	size_t drop, add; /* in front of what is kept of @have; of @wanted */
	size_t left_out;  /* of @wanted, because the NIC is full */
};

/*
 * Puts those of @have that must go to its front, and those of @wanted that must be added, with
 * their locations, to its front; all else is there already or left out. A rule that leads
 * elsewhere now is dropped and added. Locations are the highest that are free: where they
 * are an order, the operator's own rules come first. @taken are @n_taken locations of others, in
 * any order; @most is how many the NIC holds in all. 0 or -ENOMEM.
 */
int rules_plan(struct rules_plan *plan, struct rules_entry *have, size_t n_have,
	       struct rules_entry *wanted, size_t n_wanted, const uint32_t *taken, size_t n_taken,
	       uint32_t most);

#endif
