/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPUs do what. */
#ifndef DAEMON_ROLES_H
#define DAEMON_ROLES_H

#include "daemon/interfaces.h"
#include "daemon/pending.h"
#include "daemon/settings.h"
#include "place/first.h"
#include "sas/sas.h"

/* The CPUs that were asked for or chosen, whether or not they are online now. */
struct wanted_cpus {
	cpu_set_t cpus, strays; /* strays empty: any */
	int ike;		/* -1: any */
	cpu_set_t online;	/* when last looked */
	cpu_set_t astray;	/* of those: rings of theirs run elsewhere, until made anew */
	cpu_set_t receiving;	/* CPUs that the interrupts go to, when last looked */
	char why[512];		/* "": they were asked for */
};

struct roles {
	/* What they need: */
	struct sas *sas;
	struct interfaces *interfaces; /* their methods hear of it */
	int sysfs;		       /* for sysfs_take() */
	const struct run_options *options;
	unsigned int *pending;
	/* Their own, as roles_choose() fills them: */
	struct wanted_cpus wanted;
	int kept;	      /* the CPU of a heavy SA; -1: none */
	struct cpu_roles now; /* of the CPUs that are online; sas->roles are limited to queues */
};

/* Chooses the CPUs and their roles; @rx_busy as of pick_cpus(). 0, or a negative errno, said. */
int roles_choose(int sysfs, const struct run_options *options, const uint16_t *rx_busy,
		 struct wanted_cpus *wanted, struct cpu_roles *roles);

/* Says which they are, and why. */
void roles_say(const struct wanted_cpus *wanted, const struct cpu_roles *roles);

/* With the maps that were adopted: no roles for CPUs whose rings are astray, until they are made
 * anew. */
void roles_adopt(struct roles *roles);

/* From now on these; SAs of other CPUs move away. 0, or a negative errno, said. */
int roles_apply(struct roles *roles, const struct cpu_roles *now);

/* Strays and IKE leave this CPU, that of a heavy SA (place/heavy.h); -1: there is none. */
void roles_keep(struct roles *roles, int cpu);

/* Once a second: follows CPUs that come and go. */
void roles_tick(struct roles *roles);

/*
 * Every few seconds: where we chose the CPUs, interrupts that moved may mean others; @rx_busy as of
 * pick_cpus().
 */
void roles_recheck(struct roles *roles, const uint16_t *rx_busy);

#endif
