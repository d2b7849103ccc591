/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A deterministic simulator of moves: receiving CPUs, rings and their threads, user space. The
 * decisions are the real ones (core/handover.h, sas/moves.c, sas/table.c); what is simulated
 * is what lies between them: bulk queues, bounded rings, batches, GRO, and time.
 *
 * One step of an actor is the least that another CPU can see of it, and a seeded scheduler chooses
 * whose step is next. What core/handover.h takes for granted is kept: a receiving CPU's frame is in
 * its ring within HANDOVER_REST_NS of reading the word, and nothing is under way for
 * HANDOVER_SILENCE_NS.
 */
#ifndef TESTS_UNIT_HANDOVER_SIM_H
#define TESTS_UNIT_HANDOVER_SIM_H

#include "core/handover.h"
#include "sas/moves.h"

enum {
	RECEIVERS = 3,
	SAS = 4,
	SA_RINGS_USED = 3, /* ring numbers 1..3 */
	STRAY_RING = 4,
	RINGS = 5,
	RECORDS = 6,
	FIFO_MAX = 512,
	DELIVERED = 1024,
	BULK = 8,     /* CPU_MAP_BULK_SIZE, kernel/bpf/cpumap.c */
	BATCH = 8,    /* CPUMAP_BATCH, there */
	GRO_MAX = 64, /* NAPI_POLL_WEIGHT: flushed at the latest then, there from 6.15 on */
	BITS = SA_BITS_MIN,
	SLOTS = SA_BUCKET_SLOTS << BITS,
};

#define COARSE_NS 10000000ull /* the tick of the coarsest kernel (CONFIG_HZ_100) */
#define LONG_NS	  (HANDOVER_SILENCE_NS / 2)
#define POLL_NS	  (HANDOVER_REST_NS / 2)

struct config {
	__u64 seed;
	int receivers, sas;
	bool gro;
	bool no_room;	 /* every other frame has no room for a ticket */
	bool share_cpus; /* the threads of rings 1 to 3 run on the receiving CPUs */
	bool no_moves;
	bool no_deletes;
	bool unprotected; /* break it: no hand-over */
	__u32 batch;	  /* what the programs are told; 0: what is right */
	int steps;
};

struct frame {
	__u32 sa, receiver;
	__u32 index; /* among the SA's frames of this receiving CPU, from 1 */
	bool ticketed, copy;
	__u64 key, born_ns;
	struct ticket ticket;
};

struct fifo {
	struct frame at[FIFO_MAX];
	__u32 head, count, limit;
};

/* What a CPU has redirected and not yet flushed, for each ring. */
struct bulk {
	struct frame at[RINGS][BULK];
	__u32 count[RINGS];
};

enum stage { IDLE, NEXT, DECIDE, CROSS, SEND, ACT, COUNT, FLUSH, DELIVER };

struct receiver {
	enum stage stage;
	int budget;
	__u64 poll_ns;
	struct frame frame, last;
	__u64 word;
	struct old_ring to;
	__u32 slot, record;
	struct bulk bulk;
};

struct thread {
	enum stage stage;
	bool astray; /* with share_cpus: on none of the receiving CPUs */
	__u32 n, at, packets;
	struct frame batch[BATCH];
	struct fifo queue, passed;
	__u64 word, read_ns, counted;
	__u32 slot;
	struct bulk bulk;
};

struct sa_state {
	__u64 key;
	bool known;
	__u32 index[RECEIVERS];
	__u32 delivered[RECEIVERS];
	__u32 order[RECEIVERS][DELIVERED]; /* the last ones' indexes */
	__u32 highest[RECEIVERS];
	__u64 stray_ns; /* the last one */
	__u64 counted;	/* frames that ring `own` counted */
};

struct result {
	/*
	 * Frames that came late, and by how many frames that had overtaken them, at most. By their
	 * numbers it may be more: those that a full ring lost count too.
	 */
	__u32 late, worst, worst_seq;
	__u32 lost, strewn; /* strewn: delivered by an SA's old ring */
	__u32 sent, begun, finished;
	bool miscounted, stuck;
};

struct sim {
	struct config config;
	struct result result;
	__u64 random, now_ns;
	__u32 spi, weight[RECEIVERS + RINGS + 1], burst;
	__u64 step_ns;
	int period; /* steps between two changes of the weights */
	bool quiet; /* nothing new from the wire */
	bool calm;  /* nobody comes in between, and new frames are of SA `burst` */
	struct receiver receiver[RECEIVERS];
	struct thread thread[RINGS];
	struct sa_state sa[SAS];
	struct table table;
	struct moves moves;
	struct maps maps;
	struct host host;
	struct report report;
	struct ring_state ring_state[RINGS];
	struct sa_bucket buckets[1 << BITS];
	struct sa_overflows overflows[1];
	struct sa_warm warm[SLOTS];
	struct sa_rare rare[SLOTS];
	struct sa_cold cold[SLOTS];
	__u32 spare[SLOTS];
	struct move_record record[RECORDS];
	struct move_line line[RECORDS * RECEIVERS];
};

/* A new one. With no_moves the SAs are known from the start; free() is all it needs at the end. */
struct sim *sim_new(const struct config *config);

/* Runs config->steps steps, then lets everything come to rest. */
struct result sim_run(const struct config *config);

/* Lets so much time pass, with the steps of those who may not take longer. */
void sim_pass(struct sim *sim, __u64 ns);

/* One poll of receiving CPU @receiver, for @frames frames. */
void sim_receive(struct sim *sim, int receiver, int frames);

/* One batch of a ring's thread. */
void sim_batch(struct sim *sim, __u32 ring);

/* Lets a receiving CPU or a thread take its next step. */
void receiver_step(struct sim *sim, struct receiver *r);
void thread_step(struct sim *sim, struct thread *t);

/* Runs the rings' threads until no frame is left. */
void drain_rings(struct sim *sim);

/* Below here: between handover_path.c, the packets' way, and handover_sim.c, the rest. */

/* A random number from 0 to below - 1. */
__u32 pick(struct sim *sim, __u32 below);

/* The time as the BPF programs have it. */
__u64 coarse(const struct sim *sim);

/* Is it between reading a word and being done with it? */
bool thread_in_program(const struct thread *t);

/* When the oldest frame on a ring came from the wire; ~0: there is none. */
__u64 oldest(const struct sim *sim);

#endif
