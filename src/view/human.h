/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and words as people read them. Pure. */
#ifndef VIEW_HUMAN_H
#define VIEW_HUMAN_H

#include <stddef.h>
#include <stdint.h>

#define HUMAN_LEN 24

/* Exact below 10000, else three digits and a decimal prefix: "9999", "12.3 M". */
void human_count(char buf[HUMAN_LEN], uint64_t n);

/* Bytes with decimal prefixes: "999 B", "12.3 GB". */
void human_bytes(char buf[HUMAN_LEN], uint64_t n);

/* A time, in the unit that suits it: "34 s", "3 min", "2 h", "5 d". */
void human_time(char buf[HUMAN_LEN], double seconds);

/*
 * Replaces what is not printable ASCII by '?', in place: an interface's name may hold anything
 * and must not reach a terminal, or make JSON that is not UTF-8. Returns text.
 */
char *human_clean(char *text);

/* The columns that text takes on a terminal: UTF-8 characters, escape sequences left out. */
size_t human_width(const char *text);

#endif
