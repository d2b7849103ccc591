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
	PENDING_LINKS = 1 << 2,	    /* interfaces that are named may be there now; one a turn is tried */
	PENDING_SYNC = 1 << 3,	    /* all of the kernel's SAs are to be read again */
	PENDING_CHANGED = 1 << 4,   /* SAs, CPUs, or what stays where: the next round should not wait */
	PENDING_ROUND = 1 << 5,	    /* a round is due */
	PENDING_RULES = 1 << 6,	    /* SAs came, went or moved: the methods are to follow */
	PENDING_DRAIN = 1 << 7,	    /* SAs may be on CPUs that are no longer used; once a second */
	PENDING_END = 1 << 8,	    /* told to end: it stays, and nothing else is done any more */
	PENDING_TAKEDOWN = 1 << 9,  /* on the way out everything is put back */
};

#endif
