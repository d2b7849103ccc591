/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Method rss at work: looks where the NIC puts SAs, tells the table of SAs, writes a better table
 * to the NIC if what was seen allows it, and puts the old one back if it does not do as expected.
 */
#ifndef STEER_RSS_WATCH_H
#define STEER_RSS_WATCH_H

#include "steer/method.h"
#include "steer/queues.h"

struct rss_watch;

/* 0 or a negative errno, said. */
int rss_watch_start(struct rss_watch **watch, struct steered *steered, const struct queues *queues);
void rss_watch_end(struct rss_watch *watch); /* NULL is fine */

/* Once a second. */
void rss_watch_tick(struct rss_watch *watch, struct steered *steered);

#endif
