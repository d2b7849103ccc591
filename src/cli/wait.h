/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting while something is counted. */
#ifndef CLI_WAIT_H
#define CLI_WAIT_H

/*
 * Sleeps; meanwhile, if stderr is a terminal, a line there says what for and how long it will be.
 * Returns the seconds that really passed (CLOCK_MONOTONIC). A caller that must clean up blocks
 * SIGINT, SIGTERM and SIGHUP: one of them then ends the waiting and stays pending.
 */
double wait_seconds(unsigned int seconds, const char *doing);

#endif
