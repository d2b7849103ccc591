/* SPDX-License-Identifier: GPL-2.0-only */
/* What an interface needs before it is steered (steer/needs.h): seen to, or refused with the
 * reason. */
#ifndef DAEMON_MEET_H
#define DAEMON_MEET_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include "daemon/settings.h"
#include "nic/model.h"
#include "place/first.h"
#include "sad/reading.h"
#include "steer/choose.h"
#include "view/out.h"

struct undo;

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

/*
 * Looks at an interface, changes what must be changed (recorded first), and looks again, since some
 * drivers tell what they can only then. What is changed, warned of or refused is said. 0, or a
 * negative errno: it cannot be steered.
 */
int meet_needs(struct undo *undo, const char *name, struct meeting *meeting);

struct meet_dry {
	const struct run_options *options;
	const struct cpu_roles *roles;
	const struct sad_reading *sas; /* those of now */
	bool refused; /* for another reason than the interfaces: none would be steered */
};

/*
 * Prints what steering the named interfaces would need and do, and the commands that would do it by
 * hand; changes nothing. 0, or a negative errno if any of them cannot be steered.
 */
int meet_dry_run(const struct meet_dry *dry, struct out *out);

#endif
