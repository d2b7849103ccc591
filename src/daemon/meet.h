/* SPDX-License-Identifier: GPL-2.0-only */
/* What an interface needs before it is steered (steer/needs.h): seen to, or refused with the
 * reason. */
#ifndef DAEMON_MEET_H
#define DAEMON_MEET_H

#include <stdbool.h>
#include <stdint.h>
#include "daemon/run.h"
#include "view/out.h"

struct daemon;

struct meeting {
	/* Asked for: */
	bool generic;
	bool frags;	      /* our programs take frames in several buffers */
	uint32_t own_prog_id; /* a program of ours that is on it already, 0: none */
	/* Found out: */
	bool has_meta;		  /* tickets may use XDP metadata */
	bool restarts_on_replace; /* replacing the program would restart the interface */
};

/*
 * Looks at an interface, changes what must be changed (recorded first), and looks again, since some
 * drivers tell what they can only then. What is changed, warned of or refused is said. 0, or a
 * negative errno: it cannot be steered.
 */
int meet_needs(struct daemon *d, const char *name, struct meeting *meeting);

/* Prints what attaching to the named interfaces would need and do; changes nothing. 0, or a
 * negative errno if any of them cannot be steered. */
int meet_dry_run(const struct run_options *options, struct out *out);

#endif
