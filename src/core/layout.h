/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and user space share through maps: the layout of what is pinned.
 * Change anything here (or in the headers it includes) and LAYOUT_VERSION must rise.
 */
#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#include "core/env.h"
#include "core/sa_table.h"

#define LAYOUT_VERSION 3u
#define LAYOUT_MAGIC   0x45535031u /* "ESP1" */

#define LINE __attribute__((aligned(128))) /* two cache lines: adjacent-line prefetch pairs them */

/* The cpumaps: one thread per CPU and kind, so that none waits for another. */
enum ring_kind { RING_SA, RING_STRAY, RING_IKE, RING_KINDS };

/* A ring number is an index into an array of these; ring number 0 is never used. */
struct ring {
	__u32 kind; /* enum ring_kind */
	__u32 cpu;
};

/* What a ring's own thread keeps; found by ring_place(), which both sides of a ring can tell. */
struct ring_state {
	__u64 runs;  /* frames its program has seen: the clock of a hand-over */
	__u64 drops; /* frames a full ring lost; written by the drop tracepoint */
} LINE;

static __always_inline __u32 ring_place(__u32 kind, __u32 cpu, __u32 cpus)
{
	return kind * cpus + cpu;
}

#define HOST_INTERFACES  64  /* interfaces of one namespace */
#define STRAY_TABLE_SIZE 128 /* entries of the strays' indirection table */

/* Which strays' table is in force. */
enum stray_table { STRAYS_CONFINED, STRAYS_SPREAD, STRAY_TABLES };

enum interface_mode { MODE_NATIVE, MODE_GENERIC };

/* An interface that is steered; its place in the array is its index into `counts`. */
struct host_interface {
	__u32 ifindex; /* 0: the place is free */
	__u32 mode;    /* enum interface_mode */
	__u64 program; /* hash of the BPF object that its program is from */
	char name[16]; /* when it was attached */
};

/* The one element of map `host`: what holds for all interfaces of a network namespace. */
struct host {
	__u32 magic, layout;
	struct sa_table_shape shape;
	__u32 cpus;           /* possible CPUs */
	__u32 rings;          /* ring numbers in use: 1..rings-1 */
	__u32 max_sas, ring_frames;
	__u32 batch;          /* frames a ring may hold between program and stack: 8 or 72 */
	__u32 moves;          /* records in the pool */
	__u32 frags;          /* 1: the programs take frames in several buffers */
	__u32 cpumap_id[RING_KINDS];
	__u32 nice_value;     /* nice + 20, so that it is never negative */
	__u64 started_ns;     /* CLOCK_MONOTONIC */
	__u64 ring_program;   /* hash of the BPF object that the ring programs are from */
	/* The part above is written once; what follows while running. */
	__u64 heartbeat_ns LINE;
	__u32 ike_ring;
	__u32 learn;          /* tell user space of repeated strays too */
	__u64 stray_allowance; /* strays let through in a window, 0: no limit */
	__u64 stray_limit;     /* the same as the operator said it: packets a second */
	__u32 seq_tickets;    /* test switch: never tickets in metadata */
	__u32 addresses;      /* which half of `addresses` is in force */
	__u16 stray_ring[STRAY_TABLES][STRAY_TABLE_SIZE];
	__u8 sa_cpu[SA_RINGS];    /* by ring number: 1 if SAs may be placed on it now */
	__u64 table_full;         /* SAs that found no place; they are strays */
	struct host_interface interface[HOST_INTERFACES];
	/* Written by the steering programs: their clock, and the strays' limits. */
	__u64 tick LINE; /* jiffies */
	__u64 tick_ns;	 /* CLOCK_MONOTONIC when that tick was first seen */
	__u64 stray_window;
	__u64 stray_count;
	__u64 ask_window;
	__u64 ask_count;
} LINE;

/* What is fixed while a program lives: folded into its code by the verifier. */
struct program_constants {
	struct sa_table_shape shape;
	__u32 cpus;
	__u32 batch;
	__u32 interface;   /* index into `counts` */
	__u32 no_metadata; /* the driver has none: sequence numbers are the tickets */
};

/* The counters of an interface, per CPU. */
enum class {
	CLASS_OTHER,
	CLASS_STRAY,
	CLASS_IKE,
	CLASS_FRAGMENT,
	CLASS_HANDS_OFF,
	CLASS_TRANSIT,
	CLASS_LIMITED, /* strays dropped by --stray-limit */
	CLASSES
};

struct count {
	__u64 packets, bytes;
};

struct interface_counts {
	struct count class[CLASSES];
};

/* Flags of an sa_cold. */
#define COLD_LARVAL  1u
#define COLD_LEARNED 2u
#define COLD_UDP     4u /* ESP-in-UDP */
#define COLD_FILE    8u
#define COLD_ESN     16u

#define NO_PCPU 0xffffffffu
#define NO_MOVE 0xffffffffu

/*
 * The warm side of a slot, same index: what ring `own` writes for every frame, and what a move
 * needs. One cache line, and nothing that frames do not need lies between: 65,536 SAs have theirs on
 * 2,048 pages, as many as a TLB holds, where counters beside all the rest were the slowest step of a
 * ring (docs/data-path.md).
 */
struct sa_warm {
	struct count pair[2]; /* written by ring `own`; which one: SA_PAIR */
	/* Written by user space. */
	__u64 freed_ns; /* when the slot was emptied; it rests for a second. 0: never used */
	__u32 record;	/* the move under way or the last one, or NO_MOVE */
	__u32 cold;	/* index of the cold side, while the slot is in use */
	__u64 pad[2];
} __attribute__((aligned(64)));

/*
 * The cold side of an SA: what `show` prints. Only user space has to do with it. The lowest indexes
 * are used first, so that a dump of many new SAs writes memory from front to back.
 */
struct sa_cold {
	__u64 placed_ns;
	__be32 src[4], dst[4];
	__u32 moves;      /* completed */
	__u32 references; /* SAs that share the entry */
	__u32 pcpu;
	__u32 replay_window;
	__u32 reqid, if_id;
	__u8 family, protocol, flags, pad[5];
	__u64 active_ns, active_packets; /* of a learned SA: when its counters last grew */
};

/* Map `ports`: core/parse.h, struct encap_ports. Map `toeplitz`: core/toeplitz.h. */

/* The limits of strays and of questions hold in windows of 2^27 ns, about 0.13 s. */
#define WINDOW_SHIFT 27
#define ASK_ALLOWANCE 512 /* questions to user space in a window */

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
	__u64 way;
};

#define FRAGMENTS_REMEMBERED 4096

/* Without a heartbeat for so long the daemon is gone. */
#define HEARTBEAT_OLD_NS 10000000000ull

#endif
