/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's inbound SAs, for who looks at them once or twice and steers nothing: gain, inspect,
 * plan, and run --dry-run.
 */
#ifndef SAD_KERNEL_SAS_H
#define SAD_KERNEL_SAS_H

#include "nic/addrs.h"
#include "sad/reading.h"

struct kernel_sas {
	struct addrs *addrs;
	struct sad *sad;
};

/* 0 or a negative errno; close it in either case. */
int kernel_sas_open(struct kernel_sas *sas);
void kernel_sas_close(struct kernel_sas *sas);

/* What they are now, in order. Free with sad_reading_free(). */
int kernel_sas_take(struct kernel_sas *sas, struct sad_reading *out);

#endif
