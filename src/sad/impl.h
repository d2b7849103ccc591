/* SPDX-License-Identifier: GPL-2.0-only */
/* What follow.c (sockets) and sad.c (the set) share; nobody else includes it. */
#ifndef SAD_IMPL_H
#define SAD_IMPL_H

#include <libmnl/libmnl.h>

#include "sad/sad.h"
#include "sad/set.h"
#include "sad/xfrm.h"

/* The kernel fills dump messages up to 32 KiB. */
#define SAD_BUFFER_SIZE 65536

/* An answer of the kernel on its way. */
struct sad_answer {
	uint32_t sequence; /* of the request */
	bool done;
	bool interrupted;
	int error; /* the first */
};

/* How far a sync is. */
struct sad_progress {
	enum { SYNC_NONE, SYNC_DRAINS, SYNC_DUMPS } at;
	int left; /* events that may yet be read, or dumps that may be tried */
	struct sad_answer answer;
};

struct sad {
	const struct sad_ops *ops;
	void *arg;
	struct sa_set set;
	size_t shown;	/* entries that the consumer knows */
	uint32_t round; /* of dumps */
	uint32_t file_round;
	bool sync_wanted;
	struct sad_stats stats;
	struct mnl_socket *events;   /* NULL: sad_new() */
	struct mnl_socket *requests; /* single look-ups, one at a time */
	struct mnl_socket *dumps;    /* and dumps */
	struct sad_progress progress;
	uint32_t sequence;
	char buffer[SAD_BUFFER_SIZE] __attribute__((aligned(8)));
};

/* Applies one message of the kernel. As sad_message(). */
int sad_take(struct sad *sad, const struct nlmsghdr *nlh);

/* Of several results the worst counts: the lowest error, else SAD_SYNC_WANTED, else 0. */
int sad_worse(int a, int b);

/* Says that events were lost, and that a sync is wanted. */
void sad_say_lost(struct sad *sad, enum sad_lost why);

/* Removes the kernel SAs that the dump of this round did not hold. */
void sad_sweep(struct sad *sad);

#endif
