/* SPDX-License-Identifier: GPL-2.0-only */
/* What the generator was asked for, and what follows from it. */
#ifndef LAB_PLAN_H
#define LAB_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include "espgen.h"

#define PLAN_CPUS_MAX 64

enum lab_kind { LAB_ESP, LAB_AH, LAB_IKE, LAB_IKE_NATT, LAB_KEEPALIVE, LAB_OTHER_UDP };
enum lab_mode { LAB_AUTO, LAB_LIVE, LAB_PACKET };

struct plan_options {
	const char *device, *src, *dst, *source_mac, *destination_mac, *cpus, *spi_list, *rates;
	uint64_t sas, spi, pairs, size, sport, dport, fragment, vlan, qinq, pppoe;
	uint64_t count, pps, time_ns, burst, first_sequence, swap, swap_size, duplicate, rising, seed,
		sender;
	int nice, encap, kind, mode;
	bool flood, skip_first, ip_options, extensions, json;
};

struct plan {
	struct lab_run run;
	int device; /* its index */
	int fragments;
	__u32 cpus[PLAN_CPUS_MAX]; /* run.senders of them */
	struct lab_frame frames[LAB_VARIANTS][LAB_FRAGMENTS_MAX];
	__u32 *spis;		   /* run.sas of them */
	struct zipf_cell *weights; /* as many; NULL if all SAs have the same rate */
	uint64_t count, pps, time_ns, burst;
	__u32 first_sender;
	int nice;
};

struct plan_result {
	__u64 packets, frames, lost, failed;
	double seconds;
	double behind; /* seconds given up because the schedule could not be kept */
};

/* Works the plan out. Returns 0, or -EINVAL when an error was printed. */
int plan_make(struct plan *p, const struct plan_options *o);
void plan_free(struct plan *p);

/* Makes the frames of a plan from the options. Returns 0, or -EINVAL when an error was printed. */
int frames_make(struct plan *p, const struct plan_options *o);

/* Starting values of sender `number`, for either way to send; it waits for its start_ns. */
void plan_sender(const struct plan *p, __u32 number, struct espgen_sender *s);

/* The two ways to send: live XDP frames, and a packet socket. Return 0 or a negative errno. */
int live_send(const struct plan *p, struct plan_result *result);
int packet_send(const struct plan *p, struct plan_result *result);

#endif
