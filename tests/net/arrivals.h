/* SPDX-License-Identifier: GPL-2.0-only */
/* On which CPU frames come in, behind RPS: sockets that the kernel fills by the CPU that receives.
 */
#ifndef TESTS_NET_ARRIVALS_H
#define TESTS_NET_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARRIVALS_CPUS = 64, ARRIVALS_NUMBERS = 4096 };

struct arrivals {
	int socket[ARRIVALS_CPUS]; /* by CPU */
	int cpus;		   /* possible ones */
};

/* Opens them on an interface. 0 or a negative errno; -E2BIG: more than ARRIVALS_CPUS CPUs. */
int arrivals_open(struct arrivals *a, const char *ifname);
void arrivals_close(struct arrivals *a);

/*
 * Waits for @frames of those whose last four bytes are @mark or up to ARRIVALS_NUMBERS more, and
 * calls
 * @fn with the number above @mark, and the CPU. How many came before it was quiet for a second.
 */
size_t arrivals_read(struct arrivals *a, uint32_t mark, size_t frames,
		     void (*fn)(void *arg, uint32_t number, int cpu), void *arg);

#endif
