/* SPDX-License-Identifier: GPL-2.0-only */
/* Which method --method auto means on an interface, and why. */
#ifndef STEER_CHOOSE_H
#define STEER_CHOOSE_H

#include <stddef.h>
#include <stdint.h>
#include "nic/facts.h"
#include "place/first.h"
#include "sad/reading.h"

/* Means to steer. */
enum method_kind {
	METHOD_RSS,    /* hash and indirection table of the NIC */
	METHOD_NTUPLE, /* rules of the NIC */
	METHOD_XDP,    /* software: XDP and cpumaps */
	METHOD_RPS,    /* the kernel's own software steering */
	METHODS,
};

/* As the operator writes it: "rss", "ntuple", "xdp", "rps". */
const char *method_name(enum method_kind method);

/* What is to be steered. */
struct demand {
	size_t sas, sas_udp; /* inbound SAs now, and how many of them are ESP-in-UDP */
	unsigned int cpus;   /* that decrypt SAs */
};

/* The demand of these SAs on the CPUs of these roles. */
struct demand demand_of(const struct sad_reading *sas, const struct cpu_roles *roles);

/*
 * nic_facts_gather() for our programs: the one way to facts of an interface. @own: program_ours(),
 * or what is to count as ours. @sysfs is for sysfs_take(). 0 or a negative errno; free @facts with
 * nic_facts_free().
 */
int choose_facts(int sysfs, const char *ifname, bool generic, uint32_t own,
		 struct nic_facts *facts);

/*
 * The first of these that holds: rss if the NIC was seen to separate SAs by SPI and has as many
 * queues as CPUs; ntuple if its rules hold all SAs twice over (a rekey doubles them) and match
 * those in UDP, if there are any; xdp if it goes natively; rps. WHY is one sentence without a full
 * stop. Pure.
 */
enum method_kind choose_method(const struct nic_facts *facts, const struct demand *demand,
			       char *why, size_t size);

#endif
