/* SPDX-License-Identifier: GPL-2.0-only */
/* Before what others wrote is read. */
#ifndef HOST_CONFINE_H
#define HOST_CONFINE_H

#include <stdbool.h>

/*
 * Gives up all that reading a file and printing does not need: every capability but that of reading
 * what root may read, with @kernels_sas also but CAP_NET_ADMIN, and the system calls that stays.c
 * does not list for a reader. Once, as it forbids itself. 0, also where the kernel has no seccomp;
 * or a negative errno: then nothing should be read.
 */
int confine(bool kernels_sas);

#endif
