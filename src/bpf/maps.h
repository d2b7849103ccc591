/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps of the BPF programs, and their constants. Sizes marked 1 are set by user space. */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include "core/env.h"
#include "core/parse.h"
#include "core/toeplitz.h"
#include "core/indir.h"
#include "core/label.h"
#include "core/layout.h"
#include "core/addr_set.h"
#include "core/handover.h"

#define ARRAY(NAME, VALUE, ENTRIES)                                                                \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, ENTRIES);                                                      \
		__type(key, __u32);                                                                \
		__type(value, VALUE);                                                              \
	} NAME SEC(".maps")

#define CPUMAP(NAME)                                                                               \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_CPUMAP);                                                 \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, struct bpf_cpumap_val);                                              \
	} NAME SEC(".maps")

ARRAY(host, struct host, 1);
ARRAY(sa_table, struct sa_bucket, 1);
ARRAY(sa_overflows, struct sa_overflows, 1);
ARRAY(sa_warm, struct sa_warm, 1);
ARRAY(sa_rare, struct sa_rare, 1);
ARRAY(sa_cold, struct sa_cold, 1); /* user space only */
ARRAY(rings, struct ring, SA_RINGS);
ARRAY(ring_states, struct ring_state, 1); /* [ring_place()] */
ARRAY(cpu_states, struct cpu_state, 1);   /* [CPU] */
ARRAY(labels, struct label_row, 1); /* [CPU] */
ARRAY(ports, struct encap_ports, 1);
ARRAY(toeplitz, struct toeplitz, 1);
ARRAY(addresses, struct addr_set, 1);
ARRAY(peers, struct addr_set, 1);
ARRAY(ike_sources, struct ike_source, 2 << IKE_SOURCE_BITS); /* the steering programs only */
ARRAY(stray_seen, struct stray_seen, STRAY_SEEN);
ARRAY(move_records, struct move_record, 1);
ARRAY(move_lines, struct move_line, 1); /* [record * cpus + cpu] */

CPUMAP(cpus_sa);
CPUMAP(cpus_stray);
CPUMAP(cpus_ike);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HOST_INTERFACES);
	__type(key, __u32);
	__type(value, struct interface_counts);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRAGMENTS_REMEMBERED);
	__type(key, struct fragment_key);
	__type(value, struct fragment_value);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* the CPUs, where it is needed */
	__type(key, __u32);
	__type(value, struct head);
} heads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 4096);
} asks SEC(".maps");

/* Set before loading. */
const volatile struct program_constants constants = {};

/* The program that the rings' own ones hand over to what is not for them. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} ring_any SEC(".maps");

/* An element of a map whose index cannot be out of range, or NULL for the verifier's sake. */
#define element(MAP, INDEX)                                                                        \
	({                                                                                         \
		__u32 element_index_ = (INDEX);                                                    \
		bpf_map_lookup_elem(&(MAP), &element_index_);                                      \
	})

/*
 * CLOCK_MONOTONIC as of the last tick, which costs less than the time of now. A kernel that has no
 * such clock never sees the call: what cannot be reached is not verified.
 */
static __always_inline __u64 clock_ns(void)
{
	return constants.fine_clock ? bpf_ktime_get_ns() : bpf_ktime_get_coarse_ns();
}

#endif
