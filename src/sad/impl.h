/* SPDX-License-Identifier: GPL-2.0-only */
/* What follow.c (sockets) and sad.c (the set) share; nobody else includes it. */
#ifndef ESPALIER_SAD_IMPL_H
#define ESPALIER_SAD_IMPL_H

#include <libmnl/libmnl.h>

#include "sad/sad.h"
#include "sad/set.h"
#include "sad/xfrm.h"

/* The kernel fills dump messages up to 32 KiB. */
#define SAD_BUFFER_SIZE 65536

/* Events are applied a batch at a time, so that the look-ups of one overlap. */
#define SAD_BATCH 16

/* The last address that was asked about: all SAs of a pair of gateways ask about the same. */
struct sad_local {
	__be32 addr[4];
	uint8_t family; /* 0: none yet */
	bool local;
};

struct sad {
	const struct sad_ops *ops;
	void *arg;
	struct sa_set set;
	size_t shown;	/* entries that the consumer knows */
	size_t lesser;	/* entries not of the kernel: 0 makes the common case short */
	uint32_t round; /* of dumps */
	uint32_t seen;	/* entries of the kernel that are of this round */
	uint32_t file_round;
	bool sync_wanted;
	struct sad_stats stats;
	struct xfrm_event batch[SAD_BATCH];
	uint32_t hash[SAD_BATCH]; /* of their ids, as the set wants them */
	unsigned int batched;
	struct sad_local src, dst;
	struct mnl_socket *events;   /* NULL: sad_new() */
	struct mnl_socket *requests; /* dumps and single look-ups, one at a time */
	uint32_t sequence;
	char buffer[SAD_BUFFER_SIZE] __attribute__((aligned(8)));
};

/* Reads one message of the kernel; applies it now or with the batch. As sad_message(). */
int sad_take(struct sad *sad, const struct nlmsghdr *nlh);

/* Applies what sad_take() put off; to be called at the end of each datagram. As sad_message(). */
int sad_flush(struct sad *sad);

/* Of several results the worst counts: the lowest error, else SAD_SYNC_WANTED, else 0. */
int sad_worse(int a, int b);

/* Says that events were lost, and that a sync is wanted. */
void sad_say_lost(struct sad *sad, enum sad_lost why);

/* Removes the kernel SAs that the dump of this round did not hold. */
void sad_sweep(struct sad *sad);

#endif
