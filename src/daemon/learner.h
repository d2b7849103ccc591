/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions of the steering programs about strays: is there such an SA, and with --learn: may it be
 * taken for one? */
#ifndef DAEMON_LEARNER_H
#define DAEMON_LEARNER_H

#include <event2/event.h>
#include "daemon/settings.h"
#include "sad/learn.h"
#include "sad/sad.h"
#include "sas/sas.h"

struct learner {
	/* What it needs: */
	struct event_base *base;
	const struct sas *sas;
	struct sad *sad;
	struct learn *learn; /* NULL: nothing is learned */
	const struct run_options *options;
	/* Its own, as learner_open() leaves them: */
	struct ring_buffer *asks;
	struct event *event;
};

/* 0 or a negative errno, said. */
int learner_open(struct learner *learner);
void learner_close(struct learner *learner);

/* Forgets learned SAs that are idle. */
void learner_expire(struct learner *learner);

#endif
