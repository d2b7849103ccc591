/* SPDX-License-Identifier: GPL-2.0-only */
/* What memory costs on this machine. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stddef.h>

/*
 * How long a load from a line anywhere in @bytes of memory, on pages of 4 KiB, is waited for, in ns:
 * the best of several runs, each load at the place that the one before it told. A negative errno.
 */
double memory_wait(size_t bytes);

#endif
