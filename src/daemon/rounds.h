/* SPDX-License-Identifier: GPL-2.0-only */
/* Follows the load, and moves SAs, in rounds. */
#ifndef DAEMON_ROUNDS_H
#define DAEMON_ROUNDS_H

#include <event2/event.h>
#include "daemon/kept.h"
#include "daemon/pending.h"
#include "daemon/settings.h"
#include "sas/loads.h"
#include "sas/sas.h"

struct rounds;

/* Posts PENDING_ROUND at the interval of the options from now on. NULL: no memory, said. */
struct rounds *rounds_new(struct event_base *base, struct sas *sas,
			  const struct run_options *options, unsigned int *pending);
void rounds_free(struct rounds *rounds);

/* One round: PENDING_ROUND. */
void rounds_run(struct rounds *rounds);

/* The next one comes soon: PENDING_CHANGED. */
void rounds_soon(struct rounds *rounds);

/* The interval may be another one. */
void rounds_restart(struct rounds *rounds);

/* The CPU that is kept for a heavy SA, as of the last round; and the loads then. */
struct kept *rounds_kept(struct rounds *rounds);
const struct sas_loads *rounds_loads(const struct rounds *rounds);

#endif
