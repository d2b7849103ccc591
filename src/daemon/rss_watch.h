/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Method rss at work: looks where the NIC puts SAs, tells the table of SAs, writes a better table to
 * the NIC if what was seen allows it, and puts the old one back if it does not do as expected.
 */
#ifndef DAEMON_RSS_WATCH_H
#define DAEMON_RSS_WATCH_H

#include "daemon/daemon.h"
#include "steer/queues.h"

struct rss_watch;

/* 0 or a negative errno, said. */
int rss_watch_start(struct rss_watch **watch, struct daemon *d,
		    const struct daemon_interface *interface, const struct queues *queues);
void rss_watch_end(struct rss_watch *watch); /* NULL is fine */

/* Once a second. */
void rss_watch_look(struct rss_watch *watch, struct daemon *d,
		    const struct daemon_interface *interface);

#endif
