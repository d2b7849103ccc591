/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of rings: emptying the cpumaps that a pin holds. */
#ifndef SAS_CPUMAPS_H
#define SAS_CPUMAPS_H

/*
 * A cpumap's entry holds the ring program, which holds the cpumap: nothing but removing the entries
 * ends the threads and frees the memory. By the kind of what @fd is, so that it works on any
 * layout: a cpumap; or a program, for a cpumap whose own pin is gone. Anything else is left as it
 * is.
 */
void cpumaps_empty(int fd);

#endif
