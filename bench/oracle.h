/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The best placement that can be found of loads that are known: what policies are held against.
 * It does not care for moves. Finding the very best is hard in general: for up to ORACLE_EXACT_SAS
 * SAs on ORACLE_EXACT_CPUS CPUs it is found, beyond that hardly ever missed by more than 0.1%.
 */
#ifndef BENCH_ORACLE_H
#define BENCH_ORACLE_H

#include <stddef.h>

enum { ORACLE_EXACT_SAS = 10, ORACLE_EXACT_CPUS = 4 };

struct oracle;

/* Scratch for up to that many. NULL: no memory. */
struct oracle *oracle_new(size_t max_sas, size_t max_cpus);
void oracle_free(struct oracle *oracle);

/*
 * Places n loads on CPUs, in cpu[]: no worse than the placement that stands there before, if that
 * is one. The largest load of a CPU.
 */
double oracle_solve(struct oracle *oracle, const double *load, size_t n, size_t cpus, int *cpu);

#endif
