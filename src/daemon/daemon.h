/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's state, shared by the files of this folder and by nobody else. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <event2/event.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include "client/leavings.h"
#include "daemon/encap_users.h"
#include "daemon/listener.h"
#include "daemon/losses.h"
#include "daemon/metrics.h"
#include "daemon/pending.h"
#include "daemon/run.h"
#include "nic/addrs.h"
#include "nic/watch.h"
#include "sad/sad.h"
#include "steer/method.h"
#include "undo/undo.h"
#include "sas/sas.h"

#define DAEMON_INTERFACES HOST_INTERFACES

/* An interface that is steered now. */
struct daemon_interface {
	unsigned int ifindex; /* 0: free */
	unsigned int index;   /* in host->interface */
	char name[IFNAMSIZ];
	bool fresh; /* attached by this daemon, not adopted */
	struct steered steered; /* without a method: a pinned program steers it */
};

/* The CPUs that were asked for or chosen, whether or not they are online now. */
struct wanted_cpus {
	cpu_set_t cpus, strays; /* strays empty: any */
	int ike;		/* -1: any */
	cpu_set_t online;	/* when last looked */
	cpu_set_t astray;	/* of those: rings of theirs run elsewhere, until made anew */
	cpu_set_t receiving;	/* CPUs that the interrupts go to, when last looked */
	char why[512];		/* "": they were asked for */
};

struct learner; /* daemon/learner.c */
struct control; /* daemon/control.c */
struct rounds;	/* daemon/rounds.c */
struct loop;	/* daemon/loop.c */
struct candidate; /* daemon/candidates.c */

struct daemon {
	struct settings *settings;
	const struct run_options *options; /* of them: those of now */
	struct event_base *base;
	struct loop *loop;
	int sysfs; /* kept for sysfs_take(), since CAP_SYS_ADMIN is given up; 0: none */
	struct sas sas;
	struct sad *sad;
	struct addrs *addrs;
	struct watch *watch;
	struct undo *undo;
	struct learner *learner;
	struct control *control;
	struct rounds *rounds;
	struct metrics *metrics;
	struct ring_buffer *asks;
	struct losses losses;
	struct daemon_interface interface[DAEMON_INTERFACES];
	struct candidate *candidates;
	char *stopped[DAEMON_INTERFACES]; /* named by `stop IF`: not to be attached again */
	struct encap_users encap_users;
	struct event *retry_timer, *peers_timer;
	struct wanted_cpus wanted;
	struct cpu_roles roles; /* of the CPUs that are online; sas.roles are limited to queues */
	unsigned int pending; /* enum pending: what is still to be done */
	bool table_full_said;
	bool homeless; /* some SA found no place in the table */
	bool starting; /* not ready yet: any refusal is an error */
	struct leavings leavings; /* what of it was left as it is */
	int lock;
	struct listener beacon; /* lit: no other daemon starts in this network namespace */
	uint64_t cookie; /* of the network namespace */
};

/* loop.c */

/* Follows links and addresses; those that are there are told of before it returns. */
int loop_open_watch(struct daemon *d);
/* What the loop waits for. 0, or -ENOMEM. */
int loop_open(struct daemon *d);
void loop_close(struct daemon *d);
/* One turn: waits, takes what happens, and does what is pending. 0, or as interfaces_attach(). */
int loop_turn(struct daemon *d);

/* dry_run.c: prints what `run` would do. 0, or a negative errno, said. */
int dry_run(const struct run_options *options);

/* interfaces.c */

/*
 * Attaches to every interface that the named ones mean and that is not attached yet; those that are
 * measured first come later (daemon/candidates.h). While starting any refusal is an error; later it
 * is only said, once, and one is tried in a call, as that takes its time: PENDING_LINKS is posted as
 * long as there may be more. 0 or a negative errno, said; -EINTR: told to end.
 */
int interfaces_attach(struct daemon *d);

/*
 * By `stop`: this interface is not to be attached again. True if it was to be, as soon as it can be:
 * it is being measured, or was refused, or is down.
 */
bool interfaces_forgo(struct daemon *d, const char *name);

/* Detaches from those that nothing named means any more. */
void interfaces_detach_unnamed(struct daemon *d);

/*
 * adopt.c: takes over the interfaces whose pins an earlier daemon left. What is gone is taken down,
 * and what is written down of interfaces that are not steered any more is put back.
 */
int interfaces_adopt(struct daemon *d);

/* Detaches one and puts its settings back. 0, or the negative errno of what was left. */
int interfaces_detach(struct daemon *d, struct daemon_interface *interface);

/* The link of an attached interface is gone, renamed, or its state changed. */
void interfaces_link_changed(struct daemon *d, unsigned int changes, const struct link *was,
			     const struct link *now);

/* roles.c */

/* Chooses the CPUs and their roles; @rx_busy as of pick_cpus(). 0, or a negative errno, said. */
int roles_choose(int sysfs, const struct run_options *options, const uint16_t *rx_busy,
		 struct wanted_cpus *wanted, struct cpu_roles *roles);
/* With the maps that were adopted: no roles for CPUs whose rings are astray, until they are made
 * anew. */
void roles_adopt(struct daemon *d);
/* Says which they are, and why. */
void roles_say(const struct wanted_cpus *wanted, const struct cpu_roles *roles);
/* From now on these; SAs of other CPUs move away. 0, or a negative errno, said. */
int roles_apply(struct daemon *d, const struct cpu_roles *roles);
/* Once a second: follows CPUs that come and go. */
void roles_look(struct daemon *d);
/* Every few seconds: where we chose the CPUs, interrupts that moved may mean others. */
void roles_recheck(struct daemon *d);

/*
 * reload.c: on SIGHUP. What cannot be read or done is said, and then nothing has changed. True: the options
 * may be others now.
 */
bool reload(struct daemon *d);

/* sas.c */

/* Opens the follower, with the file's SAs; the first sync fills the table. */
int follow_open(struct daemon *d);
void follow_close(struct daemon *d);
int follow_sync(struct daemon *d);
/* Tries again for SAs that found no place in the table. */
void follow_retry(struct daemon *d);
/* Reads --sas FILE again. */
int follow_reload(struct daemon *d);
/* Takes the counters of SAs from the kernel's, where no method counts. */
void follow_count(struct daemon *d);
/* Our addresses, for the steering programs and for the follower. */
void follow_set_addresses(struct daemon *d);

/* learner.c: questions of the steering programs, and --learn */
int learner_open(struct daemon *d);
void learner_close(struct daemon *d);
/* With --learn: an SA that an earlier daemon learned is still known; an SA is gone. */
void learner_adopted(struct daemon *d, const struct sa *sa);
void learner_removed(struct daemon *d, const struct sa *sa);
/* Forgets learned SAs that are idle. */
void learner_expire(struct daemon *d);

/* rounds.c: follows the load, and moves SAs */
int rounds_open(struct daemon *d);
void rounds_close(struct daemon *d);
/* How busy each CPU was with receiving in the last round, in permille. */
void rounds_receiving(const struct daemon *d, uint16_t busy[CPU_SETSIZE]);
/* The interval may be another one. */
void rounds_restart(struct daemon *d);
/* The next round comes soon: PENDING_CHANGED. */
void rounds_soon(struct daemon *d);
/* A round: PENDING_ROUND, which its timer posts. */
void rounds_run(struct daemon *d);

/* control.c: requests of `move` and `stop` */
int control_open(struct daemon *d);
/* Everything is taken down, with that error: tells whoever asked for it, if anybody did. */
void control_stopped(struct daemon *d, int err, const char *why);
void control_close(struct daemon *d);

#endif
