/* SPDX-License-Identifier: GPL-2.0-only */
/* Which method --method auto means on an interface, and why. Pure: facts in, a method out. */
#ifndef PLACE_CHOOSE_METHOD_H
#define PLACE_CHOOSE_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct choose_method_facts {
	const char *driver;  /* "ena"; "" unknown */
	size_t sas, sas_udp; /* inbound SAs now, and how many of them are ESP-in-UDP */
	unsigned int cpus;   /* that decrypt */
	/*
	 * The NIC puts SAs of one address pair on different queues: a measurement showed it, or a
	 * model that was verified on this machine. The same of ESP-in-UDP.
	 */
	bool separates, separates_udp;
	unsigned int queues;
	/* Rules by SPI that it holds, 0: it takes none; and whether they can match ESP-in-UDP. */
	unsigned int rules;
	bool rules_udp;
	bool xdp;	     /* the steering program may sit on it in native mode */
	const char *xdp_why; /* why not, "why; what to do"; only looked at if !xdp */
};

/*
 * The first of these that holds: rss if the NIC separates SAs by SPI and has as many queues as
 * CPUs; ntuple if its rules hold all SAs twice over (a rekey doubles them) and match those in UDP,
 * if there are any; xdp if it goes natively; rps. WHY is one sentence without a full stop.
 */
enum method_kind choose_method(const struct choose_method_facts *facts, char *why, size_t size);

#endif
