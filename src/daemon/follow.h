/* SPDX-License-Identifier: GPL-2.0-only */
/* From the follower of the kernel's SAs to the entries of the SA table. */
#ifndef DAEMON_FOLLOW_H
#define DAEMON_FOLLOW_H

#include <event2/event.h>
#include <stdbool.h>
#include "daemon/encap_users.h"
#include "daemon/pending.h"
#include "daemon/settings.h"
#include "nic/addrs.h"
#include "sad/learn.h"
#include "sad/sad.h"
#include "sas/sas.h"

struct follow {
	/* What it needs: */
	struct event_base *base; /* NULL: nothing is done later */
	struct sas *sas;
	const struct addrs *addrs; /* ours */
	const struct run_options *options;
	unsigned int *pending;
	/* Its own, as follow_open() leaves them: */
	struct sad *sad;
	struct learn *learn; /* NULL without --learn */
	struct encap_users encap_users;
	struct event *retry_timer, *peers_timer;
	bool synced;   /* else all SAs are to be read again, in a second */
	bool homeless; /* some SA found no place in the table */
	bool table_full_said;
};

/* With the file's SAs; the first sync fills the table. 0 or a negative errno, said. */
int follow_open(struct follow *follow);
void follow_close(struct follow *follow);

/* Reads all of the kernel's SAs: PENDING_SYNC. 0, or a negative errno, said: not synced then. */
int follow_sync(struct follow *follow);

/* The same, a slice of 2 ms at a time: PENDING_SYNC stays set until the last one. */
void follow_sync_slice(struct follow *follow);

/* Lets the programs know whose IKE is not a stranger's (bpf/ike.h). For a timer. */
void follow_on_peers(evutil_socket_t fd, short what, void *follow);

/* Tries again for SAs that found no place in the table. */
void follow_retry(struct follow *follow);

/* Reads --sas FILE again. 0 or a negative errno, said. */
int follow_reload(struct follow *follow);

/* Takes the counters of SAs from the kernel's, where no method counts. */
void follow_count(struct follow *follow);

/* Our addresses, for the steering programs and for the follower, if it is open. */
void follow_set_addresses(struct follow *follow);

#endif
