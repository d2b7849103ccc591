/* SPDX-License-Identifier: GPL-2.0-only */
/* What `show` prints, read from the maps alone while others write them. */
#ifndef SHOW_SNAPSHOT_H
#define SHOW_SNAPSHOT_H

#include <sched.h>
#include <stdint.h>
#include "core/sa.h"
#include "show/lately.h"
#include "sas/maps.h"
#include "steer/method.h"

struct snapshot_interface {
	unsigned int ifindex;
	unsigned int place; /* in the host's array: as long as it is steered */
	char name[17]; /* when it was attached */
	char method_name[METHOD_NAME_LEN + 1];
	const struct method *method; /* NULL: a later version's */
	unsigned int rules;	   /* that the NIC holds for us, of a method that has rules */
	unsigned int without_rule; /* SAs that have none */
	uint64_t unseen; /* packets that it received, none of which our program saw; or 0 */
	struct count other; /* what is not IPsec */
	struct count beyond; /* IPsec whose headers are out of reach: not steered */
};

struct snapshot_cpu {
	unsigned int cpu;
	bool placing; /* SAs may be placed on it now */
	unsigned int sas;
	struct count total; /* of the SAs that are on it now */
	uint64_t drops;	    /* frames that its full ring of SAs lost */
	struct count taken; /* that it took from that ring, of whatever SAs, since the start */
	uint64_t received;  /* frames that it received and put on rings */
	double load;	    /* of its SAs, a share of the CPU; NAN: not measured */
	double other;	    /* of whatever else it does */
};

enum sa_state { SA_VALID, SA_LARVAL, SA_STATE_LEARNED, SA_STATE_HANDS_OFF, SA_MOVING };

/* Why an SA stays on its CPU, whatever the load: by `move`, or by the line of a file. */
enum sa_fixed { SA_NOT_FIXED, SA_FIXED_BY_HAND, SA_FIXED_BY_FILE };

struct snapshot_sa {
	__be32 src[4], dst[4]; /* IPv4 in [0]; a source of zeros is not known */
	uint32_t spi;	       /* host byte order */
	uint8_t family;	       /* AF_INET or AF_INET6 */
	uint8_t protocol;
	bool udp; /* ESP-in-UDP */
	bool any_port; /* that from whatever source port */
	enum sa_state state;
	enum sa_source source;
	/* Where it is decrypted; -1: hands off, or by a method that does not tell, or not yet. */
	int cpu;
	int pcpu; /* -1: none */
	struct count total;
	uint32_t replay_window, reqid, if_id, moves;
	uint32_t references; /* SAs that share the entry */
	enum sa_fixed fixed;
	double load;	     /* a share of its CPU; NAN: not measured, or not yet */
	int64_t waiting_ns;  /* since its move was begun, -1: it is not moving */
};

/* What the last round of placing by load found and did; loads are shares of a CPU. */
struct snapshot_round {
	uint64_t count;	      /* rounds since the start */
	uint64_t age_ns;
	enum round_why why;
	unsigned int interval_ms;
	unsigned int moves;   /* begun in it, of them: */
	unsigned int drained; /* away from CPUs that are no longer used */
	double before, after; /* the largest load of a CPU, other work included */
	double fair;	      /* the same per CPU in use */
	uint32_t heaviest;    /* SPI of the heaviest SA, 0: none */
	double heaviest_load;
	double packet_ns, byte_ns, receive_ns; /* fitted costs */
};

/* What a heavy SA is given: a CPU of its own, and others for what its packets become. */
struct snapshot_heavy {
	int cpu;	 /* that is kept for it; -1: none is */
	uint32_t spi;
	enum inner_state state;	 /* of inner flows; of all but the first two: */
	uint32_t inner_spi;	 /* the SA that it is about, 0: none */
	uint32_t if_id;		 /* of that */
	unsigned int interfaces; /* that they are spread behind; of the first: */
	char name[17];
	cpu_set_t cpus; /* that take its inner flows */
};

/* Moves, and how long they took from their beginning. */
struct snapshot_moves {
	unsigned int pending;
	uint64_t oldest_ns; /* since the first of the pending ones was begun */
	uint64_t done;	    /* since the start */
	double median_ms, worst_ms; /* of the last MOVE_TIMES of them; NAN: there were none */
};

struct snapshot {
	struct snapshot_interface *interface;
	size_t interfaces;
	struct snapshot_cpu *cpu; /* ascending: those of the rings of SAs that are in use */
	size_t cpus;
	struct snapshot_sa *sa;
	size_t sas;
	size_t used; /* as many as there were, whatever a reader leaves out of them */
	struct count by_class[CLASSES]; /* over all interfaces */
	uint64_t drops[RING_KINDS];  /* frames that full rings lost */
	bool drops_unknown;	     /* the kernel does not tell, nor what each CPU received */
	struct count taken;	     /* that the rings of SAs took, on all CPUs */
	/* What is in no map: snapshot_kernel(). */
	uint64_t refused;      /* XfrmInStateSeqError */
	uint64_t backlog_lost; /* packets, while a method sent some that way, of others too */
	struct lately_seen lately;
	/*
	 * max/mean of the CPUs' loads, or if they are not measured of their packets; NAN without
	 * any.
	 */
	double imbalance;
	bool measured;		     /* loads are: rounds are made */
	struct snapshot_round round; /* if measured */
	struct snapshot_heavy heavy;
	struct snapshot_moves moves;
	/* The report is of another version: all that lies in core/report.h is left blank. */
	bool report_blank;
	bool alive;		     /* a daemon's heartbeat is fresh */
	uint64_t heartbeat_age_ns;   /* UINT64_MAX: there was none yet */
	int nice_wanted, nice_seen; /* of the rings' threads; */
	bool threads_seen;	    /* if not, nice_seen says nothing */
	unsigned int ring_frames, max_sas, slots;
	uint64_t table_full;  /* SAs that found no place */
	unsigned int lost;    /* settings that somebody else changed since we set them */
	uint64_t stray_limit; /* packets a second let through, 0: no limit */
	int ike_cpu;	      /* -1: none */
	cpu_set_t stray_cpus; /* those that the strays' table in force names */
};

/* maps_counts(), or what a test puts in its place. */
typedef int (*snapshot_counts_fn)(const struct maps *maps, unsigned int index,
				  struct interface_counts *sum);

/*
 * Takes a snapshot; now_ns is CLOCK_MONOTONIC. Each word is loaded once and every number from the
 * maps is held to its range, so nothing that stands in them can mislead us beyond a wrong figure;
 * an SA that vanishes meanwhile is left out. 0, -ENOMEM, or what counts() said; then there is
 * nothing to free.
 */
int snapshot_take(struct snapshot *snapshot, const struct maps *maps, snapshot_counts_fn counts,
		  uint64_t now_ns);

/* The same without the SAs, however many there are. */
int snapshot_take_host(struct snapshot *snapshot, const struct maps *maps,
		       snapshot_counts_fn counts, uint64_t now_ns);

/* Counters of the kernel, which are in no map. */
struct snapshot_kernel {
	uint64_t refused;      /* by replay windows of this network namespace: xfrm_stat_refused() */
	uint64_t backlog_lost; /* since the boot: backlog_lost() */
};

/* Adds them. */
void snapshot_kernel(struct snapshot *snapshot, const struct maps *maps,
		     const struct snapshot_kernel *counted, uint64_t now_ns);

/* The counters of a snapshot, as show/lately.h compares them. */
void snapshot_mark(const struct snapshot *snapshot, uint64_t now_ns, struct mark *mark);

void snapshot_free(struct snapshot *snapshot);

/*
 * What a CPU or an SA takes part in: its load, or if loads are not measured its packets; and its
 * share of all, NAN if there is nothing.
 */
double snapshot_weight(const struct snapshot *snapshot, double load, uint64_t packets);
double snapshot_share(const struct snapshot *snapshot, double load, uint64_t packets);

/* Frames that full rings of all kinds lost, backlogs not among them. */
uint64_t snapshot_drops(const struct snapshot *snapshot);

/*
 * Compare two snapshot_sa, as qsort(3) wants it: by (destination, SPI, protocol); by load, the
 * heaviest first, or packets where that is not known; by packets, the most first; by CPU, SPI or
 * source address. What is alike in that is in the order of names.
 */
typedef int snapshot_order(const void *a, const void *b);
snapshot_order snapshot_by_name, snapshot_by_weight, snapshot_by_packets, snapshot_by_cpu,
	snapshot_by_spi, snapshot_by_source;

void snapshot_sort(struct snapshot *snapshot, snapshot_order *order);

/*
 * The first @most in an order, all if there are no more, into first[]; among themselves in none. Their
 * number. Takes about one comparison for each SA.
 */
size_t snapshot_first(const struct snapshot *snapshot, snapshot_order *order,
		      const struct snapshot_sa *first[], size_t most);

/* The words of the operator: "valid", "larval", "learned", "hands-off", "moving"; "kernel", ... */
const char *sa_state_name(enum sa_state state);
const char *sa_source_name(enum sa_source source);

/* "hand", "file", or NULL. */
const char *sa_fixed_name(enum sa_fixed fixed);

#endif
