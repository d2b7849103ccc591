/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps that the BPF programs and user space share (core/layout.h), open and mapped into memory.
 * `run` creates them, `show` and `stop` open them from the pins, without a running daemon.
 */
#ifndef SAS_MAPS_H
#define SAS_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/layout.h"
#include "core/addr_set.h"
#include "core/handover.h"
#include "core/label.h"
#include "core/parse.h"
#include "core/toeplitz.h"
#include "sas/pins.h"
#include "sas/report_map.h"
#include "sas/table.h"

/* In the order of `map_names` in maps.c; those before MAP_MAPPED_END are mapped into memory. */
enum map {
	MAP_HOST,
	MAP_SA_TABLE,
	MAP_SA_OVERFLOWS,
	MAP_SA_WARM,
	MAP_SA_RARE,
	MAP_SA_COLD,
	MAP_RINGS,
	MAP_RING_STATES,
	MAP_CPU_STATES,
	MAP_LABELS,
	MAP_PORTS,
	MAP_TOEPLITZ,
	MAP_ADDRESSES,
	MAP_PEERS,
	MAP_STRAY_SEEN,
	MAP_MOVE_RECORDS,
	MAP_MOVE_LINES,
	MAP_MAPPED_END,
	MAP_COUNTS = MAP_MAPPED_END,
	MAP_FRAGMENTS,
	MAP_ASKS,
	MAP_HEADS,
	MAP_IKE_SOURCES,
	MAP_CPUS_SA,
	MAP_CPUS_STRAY,
	MAP_CPUS_IKE,
	MAP_RING_ANY,
	MAPS,
};

/* The name of a map: in the BPF object and as a pin. */
const char *map_name(enum map map);

struct maps {
	int fd[MAPS];
	void *memory[MAP_MAPPED_END];
	size_t size[MAP_MAPPED_END]; /* of the memory, in whole pages */
	__u32 elements[MAP_MAPPED_END];
	struct host *host;
	struct sa_bucket *table;  /* 1 << host->shape.bits of them */
	struct sa_overflows *overflows; /* sa_overflows_elements() */
	struct sa_warm *warm;	  /* SA_BUCKET_SLOTS for each bucket */
	struct sa_rare *rare;	  /* as many */
	struct sa_cold *cold;	  /* maps_colds(); whose: sa_warm.cold */
	struct ring *rings;
	struct ring_state *ring_states; /* maps_ring_state() */
	struct cpu_state *cpu_states;	/* host->cpus of them */
	struct label_row *labels; /* by CPU: host->cpus of them */
	struct encap_ports *ports;
	struct toeplitz *toeplitz;
	struct addr_set *addresses;
	struct addr_set *peers; /* where the SAs' packets come from */
	struct stray_seen *stray_seen;
	struct move_record *records;
	struct move_line *lines;
	struct report *report; /* NULL while it is neither opened nor made */
	bool report_blank;     /* what is pinned cannot be read: sas/report_map.h */
};

/* Sets every descriptor to -1 and every pointer to NULL. */
void maps_init(struct maps *maps);

/*
 * Opens all maps from the pins, and checks their types and sizes against each other and against
 * this program's layout, so that a damaged or foreign pin cannot mislead us. With @write they are
 * mapped writable. 0; -ENOENT: nothing is pinned; -EPROTO: pins that are not as they should be,
 * and *bad names the map; another negative errno. The report may be blank.
 */
int maps_open(struct maps *maps, const struct pins *pins, bool write, enum map *bad);

/* Maps the descriptors in maps->fd (all set) into memory and checks them, as maps_open(). */
int maps_attach(struct maps *maps, bool write, enum map *bad);

/* Begins a new report in place of what is pinned. On a negative errno all is as it was. */
int maps_renew_report(struct maps *maps, const struct pins *pins);

/* Unmaps and closes everything. */
void maps_close(struct maps *maps);

/*
 * The counters of host->interface[index], summed over the CPUs. 0 or a negative errno.
 */
int maps_counts(const struct maps *maps, unsigned int index, struct interface_counts *sum);

/* Sets them to zero, for an interface that takes the place anew. */
int maps_clear_counts(const struct maps *maps, unsigned int index);

/* The state of a ring by its number. */
static inline struct ring_state *maps_ring_state(const struct maps *maps, __u32 number)
{
	const struct ring *ring = &maps->rings[number];

	return &maps->ring_states[ring_place(ring->kind, ring->cpu, maps->host->cpus)];
}

/* The number of cold sides: no more of them are used than there are slots. */
static inline __u32 maps_colds(const struct maps *maps)
{
	__u32 slots = SA_BUCKET_SLOTS << maps->host->shape.bits;

	return maps->elements[MAP_SA_COLD] < slots ? maps->elements[MAP_SA_COLD] : slots;
}

/* One of the two pairs of counters of a slot: SA_PAIR says which is written. */
static inline struct count *maps_pair(const struct maps *maps, __u32 slot, bool second)
{
	return second ? &maps->rare[slot].count : &maps->warm[slot].count;
}

/* What both have counted. */
static inline struct count maps_counted(const struct maps *maps, __u32 slot)
{
	const struct count *first = maps_pair(maps, slot, false);
	const struct count *second = maps_pair(maps, slot, true);

	return (struct count){
		.packets = SHARED(first->packets) + SHARED(second->packets),
		.bytes = SHARED(first->bytes) + SHARED(second->bytes),
	};
}

/* The SA table, to look up in; who changes it gives it room for its spare cold sides. */
struct table maps_table(const struct maps *maps);

/* The number of slots of the SA table. */
static inline __u32 maps_slots(const struct maps *maps)
{
	return SA_BUCKET_SLOTS << maps->host->shape.bits;
}

#endif
