/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Switches of the test build, from $ESPALIER_TEST, separated by commas:
 *	no-headroom	as where a driver leaves no room in front of frames, for the tickets of moves
 *	no-pull-data	as on a kernel without bpf_xdp_pull_data()
 *	no-handover	moves switch at once; the tests of order must then fail
 *	xdp-refused	as where a driver refuses our program, unforeseen
 *	uncounted	as on a kernel that does not tell what rings drop
 *	report-N	the report that `show` reads is of version N (in sas/report_map.c)
 *	end-at-N, hup-at-N	SIGTERM or SIGHUP comes before step N of the start
 *	die-WHERE-IF	the daemon kills itself where with an interface, as in die-pinned-eb, its program
 *			is on and what the driver changed is noted, or it is pinned too, or it is
 *			detached and nothing is put back yet: noted, pinned, detached
 * In the product there are none.
 */
#ifndef SAS_SWITCHES_H
#define SAS_SWITCHES_H

#include "sas/sas.h"

#ifdef ESPALIER_TEST
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void switches_apply(struct sas *sas)
{
	const char *text = getenv("ESPALIER_TEST");

	sas->maps.host->no_headroom = text && strstr(text, "no-headroom");
}

static inline bool switches_no_handover(void)
{
	const char *text = getenv("ESPALIER_TEST");

	return text && strstr(text, "no-handover");
}

static inline int switches_xdp_refused(void)
{
	const char *text = getenv("ESPALIER_TEST");

	return text && strstr(text, "xdp-refused") ? -EINVAL : 0;
}

static inline bool switches_uncounted(void)
{
	const char *text = getenv("ESPALIER_TEST");

	return text && strstr(text, "uncounted");
}

static inline void switches_step(size_t step)
{
	const char *text = getenv("ESPALIER_TEST");
	size_t n;

	if (text && sscanf(text, "end-at-%zu", &n) == 1 && n == step)
		raise(SIGTERM);
	if (text && sscanf(text, "hup-at-%zu", &n) == 1 && n == step)
		raise(SIGHUP);
}

static inline void switches_die(const char *where, const char *interface)
{
	const char *text = getenv("ESPALIER_TEST");
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "die-%s-%s", where, interface);
	if (text && !strcmp(text, wanted))
		kill(getpid(), SIGKILL);
}
#else
static inline void switches_apply(struct sas *sas)
{
}

static inline bool switches_no_handover(void)
{
	return false;
}

static inline int switches_xdp_refused(void)
{
	return 0;
}

static inline bool switches_uncounted(void)
{
	return false;
}

static inline void switches_step(size_t step)
{
}

static inline void switches_die(const char *where, const char *interface)
{
}
#endif

#endif
