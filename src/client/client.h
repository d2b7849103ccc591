/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verbs ask of a running daemon, and how to undo everything without one. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include "client/leavings.h"
#include "client/messages.h"

/* -1: no CPU. */
struct move_answer {
	char said[DAEMON_WHY_LEN];
	int from; /* where the SA was */
	int to;	  /* where it goes and stays, which may be the same; -1: wherever the load says */
};

/*
 * Asks the running daemon to move one SA. 0, and @answer->said is the sentence that tells what was
 * done; or a negative errno, and it is "why not; what to do".
 */
int daemon_move(const struct move_request *request, struct move_answer *answer);

struct stop_answer {
	char said[DAEMON_WHY_LEN];
	bool stopped;		  /* something was steered, and is not any more */
	struct leavings leavings; /* to be cleared */
};

/*
 * Puts everything back as it was, of one interface or of all (@interface NULL; the last interface is
 * all): by the running daemon, or without one from the pins and the state file. 0 and @answer->said
 * as above (nothing steered is no error); or a negative errno and why.
 */
int daemon_stop(const char *interface, struct stop_answer *answer);

#endif
