/* SPDX-License-Identifier: GPL-2.0-only */
/* `inspect` without an interface: is all well on this host for IPsec to be spread? */
#ifndef CMD_INSPECT_CHECKUP_H
#define CMD_INSPECT_CHECKUP_H

#include <stdbool.h>
#include <stddef.h>
#include "cli/complain.h"
#include "nic/kernel.h"
#include "sad/reading.h"
#include "steer/snapshot.h"

/* One line of it. */
struct checkup_line {
	const char *check; /* "bpffs", "interface", ... */
	char subject[64];  /* which interface or process; "": the host */
	bool ok;
	char says[512];
	char todo[512]; /* if not ok */
};

struct checkup {
	struct checkup_line *line;
	size_t n;
	bool no_memory;
	unsigned int seconds; /* between two readings of counters */
	struct kernel_facts kernel;
	/* What several checks need. */
	struct snapshot snapshot; /* of zeros: nothing is steered */
	struct sad_reading sas;	  /* inbound SAs of this namespace */
	size_t sas_udp, sas_elsewhere;
};

/* checkup_lines.c: adds a line; @subject may be NULL. All is well with it until checkup_todo() says what is to be done. */
void checkup_add(struct checkup *checkup, const char *check, const char *subject, const char *format,
		 ...) __attribute__((format(printf, 4, 5)));
void checkup_todo(struct checkup *checkup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* checkup_host.c: kernel, BTF, bpffs, capabilities, CPUs, pcrypt, irqbalance; errors that rise. */
void checkup_host(struct checkup *checkup);
void checkup_errors(struct checkup *checkup);

/* checkup_sas.c: SAs here, those of IKE daemons in other network namespaces, user-space ESP. */
void checkup_sas(struct checkup *checkup);

/* checkup_steering.c: what is steered, and what each interface would be. */
void checkup_steering(struct checkup *checkup);
void checkup_interfaces(struct checkup *checkup);

/* All of it, printed. STATUS_DONE only if all is well. */
enum status checkup(unsigned int seconds, bool json);

#endif
