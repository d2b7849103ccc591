/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is still to be done. The parts of the daemon post it in one set that they share, and so need not
 * know who does it: the loop, at the end of each turn and in one order (daemon/loop.c).
 */
#ifndef DAEMON_PENDING_H
#define DAEMON_PENDING_H

enum pending {
	PENDING_RELOAD = 1 << 0,    /* settings and --sas FILE are to be read again */
	PENDING_ADDRESSES = 1 << 1, /* ours are others now */
	PENDING_LEAVE = 1 << 2,	    /* interfaces are gone or no longer named: one a turn */
	PENDING_LINKS = 1 << 3,	    /* some that are named may be there now: one a turn */
	PENDING_SYNC = 1 << 4,	    /* all of the kernel's SAs are to be read again */
	PENDING_CHANGED = 1 << 5,   /* SAs, CPUs, what stays where: the next round comes soon */
	PENDING_ROUND = 1 << 6,	    /* a round is due */
	PENDING_RULES = 1 << 7,	    /* SAs came, went or moved: the methods are to follow */
	PENDING_DRAIN = 1 << 8,	    /* SAs may be on CPUs that are no longer used: once a second */
	PENDING_END = 1 << 9,	    /* told to end: it stays, and nothing else is done any more */
	PENDING_TAKEDOWN = 1 << 10, /* on the way out everything is put back */
};

#endif
