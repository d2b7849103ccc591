/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces that are steered: attaching, detaching, and surviving what happens to them. */
#ifndef DAEMON_INTERFACES_H
#define DAEMON_INTERFACES_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include "daemon/candidates.h"
#include "daemon/pending.h"
#include "daemon/settings.h"
#include "nic/watch.h"
#include "sas/sas.h"
#include "steer/method.h"
#include "undo/undo.h"

#define NO_INDEX UINT_MAX /* it has no place in host->interface */

/* Why one is to be let go of. */
enum ends { ENDS_NOT, ENDS_GONE, ENDS_UNNAMED, ENDS_FAILED };

/* One that is steered now. */
struct interface {
	unsigned int ifindex; /* 0: free */
	unsigned int index;   /* in host->interface */
	char name[IFNAMSIZ];
	bool fresh;		/* attached by this daemon, not adopted */
	enum ends ends;
	struct steered steered;
};

/* Is one there, and will it be steered after the next turns of the loop too? */
static inline bool interface_stays(const struct interface *interface)
{
	return interface->ifindex && !interface->ends;
}

struct interfaces {
	/* What they need: */
	struct sas *sas;
	struct undo *undo;
	int sysfs; /* for sysfs_take() */
	const struct run_options *options;
	unsigned int *pending;
	struct candidates *candidates; /* those that are not steered yet */
	/* Their own: */
	struct interface at[HOST_INTERFACES];
	char *stopped[HOST_INTERFACES]; /* named by `stop IF`: not to be attached again */
};

/*
 * Attaches to every interface that the named ones mean and that is not attached yet; those that are
 * measured first come later (daemon/candidates.h). While @starting any refusal is an error; later
 * it is only said, once, and one is tried in a call, as that takes its time: PENDING_LINKS is
 * posted as long as there may be more. 0 or a negative errno, said; -EINTR: told to end.
 */
int interfaces_attach(struct interfaces *all, bool starting);

/*
 * What methods pinned for all their interfaces, and an earlier daemon left, goes where none of
 * these is steered by now. Once all are attached that were to be at the start.
 */
void interfaces_tidy(const struct interfaces *all);

/*
 * adopt.c: takes over the interfaces whose pins an earlier daemon left. What is gone is taken down,
 * and what is written down of interfaces that are not steered any more is put back.
 */
int interfaces_adopt(struct interfaces *all);

/* The interface of that index, or with 0 a free place; NULL: there is none. */
struct interface *interfaces_find(struct interfaces *all, unsigned int ifindex);

/* Do the names of the command line or file mean this interface (a bond means its slaves)? */
bool interfaces_is_named(const struct interfaces *all, unsigned int ifindex);

/*
 * By `stop`: this interface is not to be attached again. True if it was to be, as soon as it can
 * be: it is being measured, or was refused, or is down.
 */
bool interfaces_forgo(struct interfaces *all, const char *name);

/*
 * The link of an attached interface is gone, renamed, or its state changed. Of what is gone we let
 * go later: however many go at once, each takes its time.
 */
void interfaces_link_changed(struct interfaces *all, unsigned int changes, const struct link *now);

/* Detaches one and puts its settings back. 0, or the negative errno of what was left. */
int interfaces_detach(struct interfaces *all, struct interface *interface);

/* Those that nothing named means any more are to be let go of, and no others but what is gone. */
void interfaces_leave_unnamed(struct interfaces *all);

/* Lets go of one; PENDING_LEAVE is posted as long as there are more. */
void interfaces_leave_one(struct interfaces *all);

/* Detaches from those that this daemon attached to. */
void interfaces_detach_fresh(struct interfaces *all);

/* It is no longer steered: its program, pins, place in the shared maps. Settings are undo's. */
void interfaces_release(struct interfaces *all, struct interface *interface);

/* The daemon goes: lets go of all methods; what is pinned or set goes on. */
void interfaces_close(struct interfaces *all);

#endif
