/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steered SAs of a network namespace, whatever method steers them: one table, its moves, its
 * rings. Everything lives in pinned maps; opening adopts what an earlier daemon left.
 */
#ifndef SAS_SAS_H
#define SAS_SAS_H

#include <stdbool.h>
#include "core/sa.h"
#include "place/first.h"
#include "sas/heirs.h"
#include "sas/maps.h"
#include "sas/moves.h"
#include "sas/pins.h"
#include "sas/program.h"
#include "sas/rings.h"
#include "sas/slots.h"
#include "sas/table.h"

#define SAS_WHY_LEN 1024

struct sas_options {
	__u32 ring_frames, max_sas;
	bool ring_frames_given, max_sas_given; /* on adoption they must match, or not be given */
	int nice;
	bool uncounted; /* as where the kernel does not tell what rings drop */
};

struct sas {
	struct pins pins;
	struct maps maps;
	struct table table;
	struct moves moves;
	struct slots known; /* the slots of its entries */
	struct heirs heirs; /* which of them replaced which */
	__u32 homes;	    /* changes so far of where an entry belongs */
	int nice;	    /* of the rings' threads, -20..19 */
	struct cpu_roles roles;
	bool adopted;
	bool adopting; /* between sas_adopt_begin() and sas_adopt_end() */
	bool counted_elsewhere; /* what comes by some interface: by the kernel alone, sas_count() */
	bool counted_by_rings;	/* what comes by some interface */
	bool reorder; /* asked for: SAs move out of order where they have no gap */
	__u64 gap_ns; /* an SA moves only when it was not seen for so long; 0: at any time */
	bool placed_elsewhere;	/* some interface's method decides where SAs are: they are not moved */
	__u32 entries; /* in the table; at most host->max_sas */
	__u32 unclaimed; /* of these, between sas_adopt_begin() and sas_adopt_end() */
	__u32 placed[CPU_SETSIZE];	     /* SAs on each CPU */
	double load[CPU_SETSIZE];	     /* of each CPU, with what new SAs are expected to bring */
	double load_expected;		     /* of a new SA; all as sas_forecast() says, 0 before */
	__u64 unused_ns[SA_RINGS]; /* of astray rings: since when nothing leads to them; 0: it does
				    */
	__u64 stray_drops, stray_drops_then; /* of all stray rings: now, and a second before */
};

/*
 * Opens the namespace's steering: adopts the pins of our layout, or creates them; pins of another
 * layout are taken down first. 0, or a negative errno and in @why "why not; what to do".
 */
int sas_open(struct sas *sas, const struct sas_options *options, char *why, size_t size);

/* Closes our side; what is pinned goes on steering. */
void sas_close(struct sas *sas);

/*
 * Gives the CPUs their roles: makes their rings and aims the strays' tables and the IKE ring.
 * 0 or a negative errno with @why.
 */
int sas_set_roles(struct sas *sas, const struct cpu_roles *roles, char *why, size_t size);

/* SAs are placed on these CPUs alone, some of those of the roles, from now on. 0 or negative errno. */
int sas_limit_cpus(struct sas *sas, const cpu_set_t *cpus);

/*
 * Makes the astray rings of @online CPUs anew to which nothing has led for HANDOVER_SILENCE_NS: no
 * SA's word, no role. To be called once a second. How many it made; a negative errno: of one that
 * could not be made.
 */
int sas_renew_rings(struct sas *sas, const cpu_set_t *online, __u64 now_ns);

/* Strays a second that are let through, 0: all. */
void sas_set_stray_limit(struct sas *sas, __u64 packets_per_second);

/* The slot of an SA, or -1. SAs that differ only by mark share one. */
int sas_find(const struct sas *sas, const struct sa_id *id);

/* Where new SAs go follows from these loads, shares of a CPU (CPU_SETSIZE of them). */
void sas_forecast(struct sas *sas, const double *loads, double of_new_sa);

/*
 * Adds an SA: a new entry on the CPU of first placement, or one more reference to the entry of an
 * SA with the same key. *why tells about the CPU. 0; -ENOSPC: no place in the table, its packets
 * stay strays.
 */
int sas_add(struct sas *sas, const struct sa *sa, __u64 now_ns, enum first_why *why);

/*
 * Removes a reference, and with the last one the entry. The references that are left: if there are
 * any the entry may describe the SA that went, and sas_update() is to follow. -ENOENT: there is no
 * such entry.
 */
int sas_remove(struct sas *sas, const struct sa_id *id, __u64 now_ns);

/*
 * What show prints of the SA, and whether it is hands off, are now these; but an entry that SAs
 * share stays hands off, as some of them may be. -ENOENT.
 */
int sas_update(struct sas *sas, const struct sa *sa);

/* The CPU of the SA in @slot: where it is decrypted, or will be once its move is over. */
__u32 sas_cpu(const struct sas *sas, __u32 slot);

/* The CPU where the SA in @slot belongs and stays, as first_home(); -1: anywhere. */
int sas_pinned_cpu(const struct sas *sas, __u32 slot, enum first_why *why);

/*
 * The CPU where a per-CPU SA is to go once, and is free to leave again: its number came when it had
 * been placed elsewhere, and it has not moved since. -1: none that takes SAs.
 */
int sas_wished_cpu(const struct sas *sas, __u32 slot);

/*
 * Moves an SA to a CPU. 0, or as moves_begin(); -ENODEV: no SA ring there; -EPERM: it is hands off;
 * -ETIME: sas_can_move() says no.
 */
int sas_move(struct sas *sas, __u32 slot, __u32 cpu, __u64 now_ns);

/*
 * Can the SA in @slot move now with its packets in order? Where a method needs a gap in its traffic
 * (sas->gap_ns), it was not seen for so long, so nothing of it waits on its CPU; or nothing leads
 * there any more.
 */
bool sas_can_move(const struct sas *sas, __u32 slot, __u64 now_ns);

/*
 * The same by hand: it then stays there until sas_release(). Also -EALREADY: it is there, and stays
 * from now on.
 */
int sas_move_by_hand(struct sas *sas, __u32 slot, __u32 cpu, __u64 now_ns);

/* It may be moved again. -EALREADY: it was not put where it is by hand. */
int sas_release(struct sas *sas, __u32 slot);

/*
 * Where our program does not steer, but it is seen where SAs go: the SA in @slot was seen on @cpu,
 * which is where it is then told to be.
 */
void sas_seen(struct sas *sas, __u32 slot, __u32 cpu);

/*
 * Where not all comes by rings, which count: the kernel has counted so much of the SA in @slot since
 * its beginning. What it counted since it came to us, and rings did not, is added; nothing goes back.
 */
void sas_count(struct sas *sas, __u32 slot, __u64 packets, __u64 bytes);

/*
 * After adoption: begin forgets all references, the SAs that are still there are added again, end
 * removes the entries that nobody claimed.
 */
void sas_adopt_begin(struct sas *sas);
void sas_adopt_end(struct sas *sas, __u64 now_ns);

/* The heartbeat, once a second. */
void sas_beat(struct sas *sas, __u64 now_ns);

#endif
