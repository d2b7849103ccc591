/* SPDX-License-Identifier: GPL-2.0-only */
/* `run --dry-run`: what each interface would be steered by, what would be changed, and by which commands. */
#ifndef DAEMON_DRY_RUN_INTERFACES_H
#define DAEMON_DRY_RUN_INTERFACES_H

#include "daemon/settings.h"
#include "place/first.h"
#include "sad/reading.h"
#include "view/out.h"

struct dry_interfaces {
	const struct run_options *options;
	const struct cpu_roles *roles;
	const struct sad_reading *sas; /* those of now */
	bool refused; /* for another reason than the interfaces: none would be steered */
};

/*
 * Prints what steering the named interfaces would need and do, and the commands that would do it by
 * hand; changes nothing. 0, or a negative errno if any of them cannot be steered.
 */
int dry_run_interfaces(const struct dry_interfaces *dry, struct out *out);

#endif
