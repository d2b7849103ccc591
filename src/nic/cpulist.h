/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of CPUs as text: the kernel's lists ("0-3,8") and masks ("ff,ffffffff"). Pure. */
#ifndef NIC_CPULIST_H
#define NIC_CPULIST_H

#include <sched.h>
#include <stddef.h>

/* Room for any list or mask of CPU_SETSIZE (1024) CPUs. */
#define CPULIST_LEN 4096
#define CPUMASK_LEN 320

/*
 * Parse a list of CPUs and ranges such as "0-3,8" into *out. Blanks around it are
 * allowed, an empty list is an empty set. -EINVAL: not a list (also "3-1", ",", "1,"); -ERANGE: a
 * CPU of CPU_SETSIZE or more. *out is only written on success.
 */
int cpulist_parse(const char *text, cpu_set_t *out);

/* Print a set as a list, without a newline. Its length, or -ENOSPC. */
int cpulist_format(const cpu_set_t *set, char *buf, size_t len);

/*
 * Parse a mask as rps_cpus shows it: hexadecimal words of 32 bits parted by commas, highest first.
 * Leading zeros and a trailing newline are allowed. -EINVAL, -ERANGE as above.
 */
int cpumask_parse(const char *text, cpu_set_t *out);

/* Print a set as a mask in the shortest form that the kernel takes: "0", "c", "1,00000000". */
int cpumask_format(const cpu_set_t *set, char *buf, size_t len);

#endif
