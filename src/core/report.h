/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon notes for `show` alone, in a map of its own beside those of core/layout.h: no BPF
 * program reads it, and nothing that is steered depends on it. So it may change as it likes: raise
 * REPORT_VERSION then, not LAYOUT_VERSION. A daemon that finds another version's begins a new one;
 * `show` leaves out what another version noted, and says so.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "core/layout.h"

#define REPORT_VERSION 5u
#define REPORT_MAGIC   0x45535052u /* "ESPR" */

/* Of a CPU, by its number; written in every round. */
struct report_cpu {
	__u32 load;  /* of the SAs that it decrypts, as a share of it: core/layout.h */
	__u32 other; /* of whatever else it does, receiving and steering included */
};

#define REPORT_CPUS 1024 /* CPU_SETSIZE */

/* Of host->interface, by its place there. */
struct report_interface {
	__u32 rules;	    /* that the NIC holds for us, of a method that has rules */
	__u32 without_rule; /* SAs that have none */
	__u64 unseen;	    /* packets that it received within seconds, none of which our
			       program saw; 0: it sees */
};

/* Why the last round of placing did what it did; in words: cmd/show/round.c. */
enum round_why {
	ROUND_NONE,    /* there was none yet */
	ROUND_QUIET,   /* the SAs are no load to speak of */
	ROUND_EVEN,    /* so even that no move is worth its while */
	ROUND_MOVED,   /* moves were begun */
	ROUND_MORE,    /* and more are wanted than go at once */
	ROUND_STUCK,   /* uneven, but no move would gain more than it costs */
	ROUND_BOUND,   /* one SA is the largest load by itself, and sits alone */
	ROUND_NIC,     /* an interface's NIC or the kernel decides where SAs go */
	ROUND_GAPS,    /* uneven, but SAs that would move have no gaps in their traffic */
	ROUND_WHYS
};

/* The daemon's last round: what it found and did; and the costs as fitted. */
struct round_state {
	__u64 time_ns;	     /* CLOCK_MONOTONIC; 0: none yet */
	__u64 rounds;	     /* since the start */
	__u64 moved_ns;	     /* the last round that moved anything; 0: none yet */
	__u32 moved;	     /* how many SAs it moved */
	__u32 why;	     /* enum round_why */
	__u32 moves;	     /* begun in the last round; of them */
	__u32 drained;	     /* away from CPUs that are no longer used */
	__u32 before, after; /* largest load of a CPU, work that is not ours included */
	__u32 fair;	     /* the same per CPU in use */
	__u32 heaviest;	     /* slot of the heaviest SA, if its key is there; else NO_SLOT */
	__u64 heaviest_key;
	__u32 heaviest_load;
	__u32 interval_ms;
	__u32 kept;	/* 1: a CPU is kept for a heavy SA: */
	__u32 kept_cpu;
	__u32 kept_spi;
	__u32 pad;
	__u64 packet_ps, byte_ps, receive_ps; /* fitted costs, in picoseconds of a CPU */
};

/* What becomes of inner flows (--inner); in words: cmd/show/heavy.c. */
enum inner_state {
	INNER_OFF,	 /* it was not asked for */
	INNER_SPREAD,	 /* they are spread over other CPUs than their SA's */
	INNER_LIGHT,	 /* there is no SA for which it is worth while */
	INNER_POLICY,	 /* the SA comes out of no interface */
	INNER_ELSEWHERE, /* its interface is down or in another network namespace */
	INNER_METHOD,	 /* packets bear the NIC's queue number or hash */
	INNER_NO_CPU,	 /* none is left for them */
	INNER_FAILED,	 /* the kernel refuses the mask */
	INNER_STATES
};

struct report_inner {
	__u32 state;	  /* enum inner_state */
	__u32 interfaces; /* that they are spread behind; of the first: */
	__u32 spi;	  /* its heaviest SA, or the one that the state is about; 0: none */
	__u32 if_id;	  /* of that */
	char name[16];
	__u64 cpus[16]; /* bits: those that take the inner flows */
};

/* How long the last moves took, from their beginning: move n is at n % MOVE_TIMES. */
#define MOVE_TIMES 256
struct move_times {
	__u64 done; /* moves completed since the start */
	__u32 wait_us[MOVE_TIMES];
};

#define NICE_UNKNOWN 0xffffffffu /* not every ring's thread is to be seen by the daemon */

/* What may lose packets. */
enum loss {
	LOSS_SA_RING,
	LOSS_STRAY_RING,
	LOSS_IKE_RING,
	LOSS_STRAY_LIMIT,
	LOSS_BACKLOG, /* of the kernel, where a method sends packets by it */
	LOSSES
};

/*
 * The counters as they were at two times, which the daemon notes in turn (daemon/lately.c): what
 * came lately is what came since the older one.
 */
struct lately {
	struct mark {
		__u64 time_ns; /* CLOCK_MONOTONIC; 0: not noted */
		__u64 known;   /* packets of SAs */
		__u64 strays;
		__u64 lost[LOSSES];
		__u64 refused; /* by replay windows: XfrmInStateSeqError of the kernel */
		__u64 moves;   /* completed */
	} mark[2];
	__u64 last_ns[LOSSES]; /* when it was last noted that these grew; 0: never */
};

/* The one element of map `report`. */
struct report {
	__u32 magic, version; /* whatever the version, these come first */
	struct round_state round;
	struct move_times move_times;
	struct lately lately;
	__u64 table_full; /* SAs that found no place; they are strays */
	/*
	 * What the kernel's backlogs lost while an interface was steered through them, until they had
	 * lost backlog_seen since the boot, which the daemon saw last; 0 in backlog_noted: never.
	 */
	__u64 backlog_lost, backlog_seen;
	__u32 nice_seen;  /* as host->nice_value, but what it is; or NICE_UNKNOWN */
	__u32 backlog_noted;
	__u32 lost;	  /* settings that somebody else changed since we set them */
	__u32 pad;
	struct report_inner inner;
	struct report_interface interface[HOST_INTERFACES];
	struct report_cpu cpu[REPORT_CPUS];
};

#endif
