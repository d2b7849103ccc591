/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and user space share through maps, and what the next daemon needs to adopt
 * what is steered: the layout of what is pinned. Change anything here (or in the headers it
 * includes) and LAYOUT_VERSION must rise, which ends steering on an upgrade. What `show` alone
 * reads lies in core/report.h.
 */
#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#include "core/env.h"
#include "core/label.h"
#include "core/sa_table.h"

#define LAYOUT_VERSION 14u
#define LAYOUT_MAGIC   0x45535031u /* "ESP1" */

#define LINE __attribute__((aligned(128))) /* two cache lines: adjacent-line prefetch pairs them */

/* The cpumaps: one thread per CPU and kind, so that none waits for another. */
enum ring_kind { RING_SA, RING_STRAY, RING_IKE, RING_KINDS };

/* A ring number is an index into an array of these; ring number 0 is never used. */
struct ring {
	__u32 kind; /* enum ring_kind */
	__u32 cpu;
};

struct count {
	__u64 packets, bytes;
};

/* The state of a ring, found by ring_place(): both sides know its kind and CPU. */
struct ring_state {
	__u64 runs;  /* frames its program has seen: the clock of a hand-over; written by that */
	__u64 drops; /* frames a full ring lost; written by the drop tracepoint */
	__u64 bytes; /* of SAs, that went up from it; written by its program */
	/* Of SAs that are on its CPU, and came by no ring; written by user space. */
	struct count besides;
	/*
	 * 1: its thread was seen on another CPU than its own, and may run anywhere from then on;
	 * set by its program, cleared by user space when the ring is made anew.
	 */
	__u64 astray;
} LINE;

/* Of a CPU, by its number. */
struct cpu_state {
	__u64 received; /* frames that it put on rings; written by itself alone */
} LINE;

static __always_inline __u32 ring_place(__u32 kind, __u32 cpu, __u32 cpus)
{
	return kind * cpus + cpu;
}

#define HOST_INTERFACES  64  /* interfaces of one namespace */
#define STRAY_TABLE_SIZE 128 /* entries of the strays' indirection table */

/* Which strays' table is in force. */
enum stray_table { STRAYS_CONFINED, STRAYS_SPREAD, STRAY_TABLES };

#define METHOD_NAME_LEN 16

/* An interface that is steered; its place in the array is its index into `counts`. */
struct host_interface {
	__u64 program; /* hash of the BPF object that its program is from */
	__u32 ifindex; /* 0: the place is free */
	char method[METHOD_NAME_LEN]; /* its name in steer/method.h; "": nothing is known */
	char name[16]; /* when it was attached */
};

/* The one element of map `host`: what holds for all interfaces of a network namespace. */
struct host {
	__u32 magic, layout;
	struct sa_table_shape shape;
	__u32 cpus;           /* possible CPUs */
	__u32 rings;          /* ring numbers in use: 1..rings-1 */
	__u32 max_sas, ring_frames;
	__u32 batch;          /* frames a ring may hold between program and stack: BATCH_... */
	__u32 moves;          /* records in the pool */
	__u32 frags;          /* 1: the programs take frames in several buffers */
	__u32 pull_data; /* 1: and bring headers into the first of them, which the kernel can */
	__u32 cpumap_id[RING_KINDS];
	__u32 nice_value;     /* wanted of the rings' threads: nice + 20, so that it is never negative */
	__u32 drops_unknown;  /* 1: the kernel does not tell what rings take and lose */
	__u64 started_ns;     /* CLOCK_MONOTONIC */
	/* The part above is written once; what follows while running. */
	__u64 heartbeat_ns LINE;
	__u32 attended;       /* 1: a daemon is at work, or died at it; 0: it went (--keep) */
	__u32 ike_ring;
	__u32 learn;          /* tell user space of repeated strays too */
	__u64 stray_allowance; /* strays let through in a window, 0: no limit */
	__u64 stray_limit;     /* the same as the operator said it: packets a second */
	__u32 no_headroom;    /* test switch: as where a driver leaves no room in front of frames */
	__u32 addresses;      /* which half of `addresses` is in force */
	__u32 peers;	      /* and of `peers` */
	__u32 ike_share, ike_strangers; /* IKE_SHARE, IKE_STRANGERS; tests set others */
	__u16 stray_ring[STRAY_TABLES][STRAY_TABLE_SIZE];
	__u8 sa_cpu[SA_RINGS];    /* by ring number: 1 if SAs may be placed on it now */
	struct host_interface interface[HOST_INTERFACES];
	/* Written by the steering programs: their clock, and the strays' limits. */
	__u64 tick LINE; /* jiffies */
	__u64 tick_ns;	 /* CLOCK_MONOTONIC when that tick was first seen */
	__u64 ike_window;
	__u64 ike_count;
	__u64 ike_over_window;
	__u64 ike_over_count;
	__u64 stray_window;
	__u64 stray_count;
	__u64 ask_window;
	__u64 ask_count;
} LINE;

/*
 * Frames that a cpumap's thread takes at once (kernel/bpf/cpumap.c, CPUMAP_BATCH); those are between
 * the ring's program and the stack, and where the thread merges by GRO the 64 that may wait there.
 */
#define BATCH_PLAIN 8u
#define BATCH_GRO   72u

/* What is fixed while a program lives: folded into its code by the verifier. */
struct program_constants {
	struct sa_table_shape shape;
	__u32 cpus;
	__u32 batch;
	__u32 interface;   /* index into `counts` */
	__u32 fine_clock;  /* the kernel has no bpf_ktime_get_coarse_ns() */
	__u32 frags;	   /* it sees frames in several buffers */
	__u32 pull_data;   /* the kernel can bring headers into the first of them */
	/*
	 * A ring's own program knows by these which ring it is, never by the CPU that it happens to
	 * run on: a thread whose CPU went offline runs elsewhere.
	 */
	struct ring ring;
	__u32 ring_number;
};

/*
 * A ring's own program leaves this note in front of a frame that it hands over to the program which
 * all rings share. It says which ring this is. It is XDP metadata: a multiple of 4.
 */
struct ring_note {
	__u16 number, kind;
	__u32 cpu;
};

/* The counters of an interface, per CPU. */
enum count_class {
	CLASS_OTHER,
	CLASS_STRAY,
	CLASS_IKE,
	CLASS_FRAGMENT,
	CLASS_HANDS_OFF,
	CLASS_TRANSIT,
	CLASS_LIMITED,	/* strays dropped by --stray-limit */
	CLASS_IKE_OVER, /* IKE over its share of the IKE ring: to the strays' */
	CLASS_BEYOND, /* IPsec whose headers are out of reach, beyond a frame's first buffer: passed
		       */
	CLASSES
};

struct interface_counts {
	struct count by_class[CLASSES];
};

/* Loads are shares of a CPU in millionths: 1000000 is all of one. */
#define LOAD_ONE     1000000u
#define LOAD_UNKNOWN 0xffffffffu

/* Flags of an sa_cold. */
#define COLD_LARVAL  1u
#define COLD_LEARNED 2u
#define COLD_UDP     4u /* ESP-in-UDP */
#define COLD_FILE    8u
#define COLD_ESN     16u
#define COLD_SEEN    32u /* where it is was seen, by a method that sees SAs */
#define COLD_ANY_PORT 64u /* ESP-in-UDP from whatever source port */
#define COLD_WISH    128u /* pcpu came when it was elsewhere, and it has not moved since */

#define NO_CPU	0xffffffffu
#define NO_MOVE 0xffffffffu
#define NO_SLOT 0xffffffffu

/*
 * The warm side of a slot, same index: what ring `own` reads and writes for every frame, and what a
 * move needs. Half a cache line, and nothing that frames do not need lies between
 * (docs/data-path.md).
 */
struct sa_warm {
	/*
	 * The word of an SA that is at rest, so that its ring need not look in the table too:
	 * cleared before the word changes, set after, so what it says the word says. 0: ask the
	 * table. Written by user space, as what follows the counters.
	 */
	__u64 at_rest;
	struct count count; /* written by ring `own`, unless SA_PAIR is set */
	__u32 record;	/* the move under way or the last one, or NO_MOVE */
	__u32 cold;	/* index of the cold side, while the slot is in use */
} __attribute__((aligned(32)));

/* And what few frames need, same index. */
struct sa_rare {
	struct count count; /* written by ring `own` while SA_PAIR is set: mostly during a move */
	__u64 freed_ns; /* when user space emptied the slot; it rests for a second. 0: never used */
	/*
	 * When the flow dissector saw a packet of it last, as seen_time(); 0: not yet. Written by
	 * every CPU that receives.
	 */
	__u32 seen;
	__u32 pad;
};

/* CLOCK_MONOTONIC in about ms (2^20 ns); it begins anew after 52 days. */
static __always_inline __u32 seen_time(__u64 now_ns)
{
	return (__u32)(now_ns >> 20);
}

/*
 * The cold side of an SA: what it is adopted by, and what `show` prints of it. Only user space has to
 * do with it. The lowest indexes are used first, so that a dump of many new SAs writes memory from
 * front to back.
 */
struct sa_cold {
	/* What a round reads of every SA: in one cache line, since an element takes three halves. */
	__u64 placed_ns;
	__u32 moves;	  /* completed */
	__u32 load;	  /* LOAD_UNKNOWN: not known yet */
	__u32 pcpu;	  /* the CPU that it began on, if it could, or NO_CPU */
	/* Where it belongs, or NO_CPU: by hand, by the line of a file. */
	__u32 hand, file;
	__u32 references; /* SAs that share the entry */
	/* The rest. */
	__be32 src[4], dst[4];
	__u32 replay_window;
	__u32 reqid, if_id;
	__u8 family, protocol, flags, pad; /* AF_INET or AF_INET6 */
	union {
		/* Of a learned SA: when its counters last grew. */
		struct {
			__u64 active_ns, active_packets;
		};
		struct count before; /* of the kernel's: what that had counted when it came */
	};
};

/* Map `ports`: core/parse.h, struct encap_ports. Map `toeplitz`: core/toeplitz.h. */

/* The limits of strays and of questions hold in windows of 2^27 ns, about 0.13 s. */
#define WINDOW_SHIFT 27
#define ASK_ALLOWANCE 512 /* questions to user space in a window */

/*
 * The IKE ring, in frames, and the shares of it in a window of 2^25 ns, about 34 ms: of one source, and
 * of all together that have no SA with us. That is half of it, so a flood of made-up sources leaves
 * room for the peers, and each may say all that it has to at once.
 */
#define IKE_RING_FRAMES	 1024
#define IKE_WINDOW_SHIFT 25
#define IKE_SHARE	 128
#define IKE_STRANGERS	 (IKE_RING_FRAMES / 2)
#define IKE_SOURCE_BITS	 12 /* sources that fall together share a share, peers apart from others */

struct ike_source {
	__u64 window;
	__u64 count;
};

/* The strays seen lately, direct-mapped by key: tells a new one, and where it was sent. */
#define STRAY_SEEN 8192
struct stray_seen {
	__u64 who; /* sa_word_key, and above it 20 bits of a hash of both addresses */
	__u64 time_ns;
	__u32 seq;
	__u16 ring;
	__u16 rising; /* packets with rising sequence numbers so far */
	__u64 pad;
};

static __always_inline __u32 stray_seen_index(__u64 key)
{
	return sa_mix(key) >> 13 & (STRAY_SEEN - 1);
}

/* A question to user space: look this SA up. */
struct ask {
	__be32 src[4], dst[4];
	__u32 spi, seq; /* host byte order */
	__u16 sport, dport;
	__u8 family, protocol, udp, pad;
	__u64 time_ns;
};

/* The key of a fragmented datagram, and where its later fragments go. */
struct fragment_key {
	__be32 src[4], dst[4];
	__u32 id;
	__u8 family, protocol, pad[2];
};

/* The way a frame takes; that of a datagram's first fragment is remembered for the others. */
enum way { WAY_NONE, WAY_SA, WAY_IKE, WAY_STRAY, WAY_TRANSIT };

struct fragment_value {
	__u64 key; /* WAY_SA: its sa_word_key */
	__u32 way;
	__u32 pad;
};

#define FRAGMENTS_REMEMBERED 4096

/*
 * A copy of a frame's head, one for each CPU, where the kernel cannot bring headers into the first
 * buffer. Room for whatever place the verifier thinks that the parser may look at: more than a
 * per-CPU map can have.
 */
struct head {
	__u8 byte[36864];
};

/* Without a heartbeat for so long the daemon is gone. */
#define HEARTBEAT_OLD_NS 10000000000ull

#endif
