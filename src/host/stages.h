/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measures what CPUs spend on inbound packets, stage by stage: two thousand times a second each
 * CPU's stack is looked at (core/stages.h). Packets are not touched, and nothing is left when it
 * ends or is killed. Needs CAP_BPF, CAP_PERFMON and CAP_SYSLOG; no BTF but for stages_seen.polls.
 */
#ifndef HOST_STAGES_H
#define HOST_STAGES_H

#include <sched.h>
#include <stdbool.h>
#include "core/stages.h"

struct stages;

/* Since stages_begin(); of a CPU that was not online all is 0. */
struct stages_seen {
	double seconds;
	bool polls; /* .polled was counted, for which the kernel needs BTF */
	struct stage_counts cpu[CPU_SETSIZE];
};

/*
 * Finds the kernel's functions and loads what samples; nothing is measured yet. @backlog is what
 * the kernel's backlog queues hold here: STAGE_DECRYPT where RPS spreads packets before they are
 * decrypted, STAGE_AFTER where it spreads decrypted ones, else STAGE_OTHER. 0; or a negative errno,
 * and @why says why it cannot be done.
 */
int stages_load(struct stages **stages, enum stage backlog, char *why, size_t size);

/* Measures from now on, until stages_end(). Needs CAP_PERFMON, and no CAP_SYSLOG. As stages_load().
 */
int stages_begin(struct stages *stages, char *why, size_t size);

/* What was seen so far; never waits. 0 or a negative errno. */
int stages_read(const struct stages *stages, struct stages_seen *seen);

/* It may begin anew. */
void stages_end(struct stages *stages);

/* NULL is none. */
void stages_free(struct stages *stages);

#endif
