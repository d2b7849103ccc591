/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learns SAs from stray packets, for SAs kept outside the kernel (--learn). Pure: no system call,
 * no clock.
 *
 * An SA is learned after three packets with rising sequence numbers, the first and the third of
 * them within a second. Anybody can forge such packets, also with the address of a real peer, so a
 * flood must not be able to do harm:
 * - Memory is fixed: LEARN_CANDIDATES candidates, and an account for each source that has learned
 *   SAs (at most `limit`, each with at least one).
 * - At most `limit` learned SAs in all, a quarter of that for one source (an IPv4 address, an IPv6
 *   /64), the rest of the SA table is never touched.
 * - Learning has a rate, for all and for each source: a quarter of the respective limit at once,
 *   then 1/128 of it a second. So SAs that are forgotten after 60 s idle never fill the limit, of
 *   one source or of all, when a flood sends each SPI but for a moment.
 * - Half of what may be learned at once is kept for candidates that have lasted a second: a flood
 *   that sends each SPI but for a moment cannot use up the rate of one that stays, a rekeyed SA.
 * - Nothing that is learned is replaced: it goes only when idle. So a learned SA that is in use
 *   stays whatever a flood does.
 * - A candidate holds its place until a second passes without a packet. A newcomer takes a free
 *   place or none: a flood cannot push out an SA between its first and its third packet.
 *
 * Not promised: a new SA is learned at once during a flood. Free places go to whoever comes next, and
 * so does the rate among SPIs that last, so it gets them in proportion to its share of the packets. A
 * flood that keeps all its SPIs in use (a packet a minute each) holds what it got; if it does so from
 * four sources or more, no SA is learned until it stops. An SA that is not learned is still steered,
 * as a stray.
 */
#ifndef SAD_LEARN_H
#define SAD_LEARN_H

#include "sad/sad.h"

#define LEARN_CANDIDATES 4096
#define LEARN_IDLE_NS	 60000000000ull /* for sad_learned_idle() */

/* A stray packet, of an id that is in no table. */
struct learn_packet {
	/*
	 * Any clock, the same for all calls. It may step back a little, as packets of several CPUs
	 * come in any order: then the latest time so far counts.
	 */
	uint64_t time_ns;
	struct sa_id id;
	__be32 src[4];	   /* as in struct sa */
	uint32_t sequence; /* host order, the low 32 bits */
	bool encap;
	uint16_t sport, dport; /* host order, of ESP-in-UDP */
};

struct learn_stats {
	uint64_t packets;
	uint64_t learned;
	uint64_t crowded;      /* no free place for a candidate */
	uint64_t source_rate;  /* refused, for the rate of one source */
	uint64_t source_limit; /* refused, one source has its share */
	uint64_t rate;	       /* refused, for the rate of all */
	uint64_t limit;	       /* refused, all is taken */
};

struct learn;

/*
 * `limit`: learned SAs in all, a quarter of the SA table (1 or more). `seed`: random, so that
 * strangers cannot choose the places of their candidates. NULL: no memory.
 */
struct learn *learn_new(size_t limit, uint64_t seed);
void learn_free(struct learn *learn);

/*
 * 1: learned, *sa is filled (source SA_LEARNED) and counts as in use until learn_forget(); 0: not
 * (yet); -ENOMEM. If sad_learned_add() then fails, call learn_forget().
 */
int learn_packet(struct learn *learn, const struct learn_packet *packet, struct sa *sa);

/*
 * An SA that an earlier run learned and that is still in use: counts as one of ours until
 * learn_forget(), whatever the limits. 0 or -ENOMEM.
 */
int learn_adopt(struct learn *learn, const struct sa *sa, uint64_t now_ns);

/* A learned SA is gone: to be called for each removed() of source SA_LEARNED. */
void learn_forget(struct learn *learn, const struct sa *sa);

/* Learned SAs in use. */
size_t learn_count(const struct learn *learn);
const struct learn_stats *learn_stats(const struct learn *learn);

#endif
