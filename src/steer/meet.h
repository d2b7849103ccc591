/* SPDX-License-Identifier: GPL-2.0-only */
/* What an interface needs before it is steered (needs.h): seen to, or refused with the reason. */
#ifndef STEER_MEET_H
#define STEER_MEET_H

#include "nic/facts.h"
#include "steer/method.h"
#include "steer/needs.h"

struct undo;

/* What meet_other_method() names is told so. */
#define MEET_OTHER_METHOD "--method %s needs nothing of the driver"

struct meeting {
	/* Asked for: */
	const struct method *method;
	const struct cpu_roles *roles;
	bool ours;	      /* a program of ours may be on it already */
	int sysfs;	      /* kept for sysfs_take(), 0: none */
	/* Found out: */
	char driver[32];	   /* as struct nic_facts has it */
	const struct model *model; /* that is taken for the NIC; NULL: none */
	unsigned int queues;	   /* that receive */
};

/* An interface, and what a method makes of it. */
struct judged {
	struct nic_facts facts;
	struct needs_report report;
};

/* Looks, and changes nothing. 0, or a negative errno, said. Free it in both cases. */
int meet_judge(struct judged *judged, const char *name, const struct meeting *meeting);
void judged_free(struct judged *judged);

/* What steers a refused interface all the same; NULL: nothing, or its refusal says what helps. */
const char *meet_other_method(const struct judged *judged, const struct meeting *meeting);

/*
 * Looks at an interface, changes what must be changed (recorded first), and looks again, since some
 * drivers tell what they can only then. What is changed, warned of or refused is said. 0, or a
 * negative errno: it cannot be steered.
 */
int meet_needs(struct undo *undo, const char *name, struct meeting *meeting);

#endif
