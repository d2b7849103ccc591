/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place of the verbs that prints errors. */
#ifndef CLI_COMPLAIN_H
#define CLI_COMPLAIN_H

/* What the program exits with. */
enum status { STATUS_DONE, STATUS_FAILED, STATUS_USAGE };

/*
 * Prints "espalier: TRIED: why not; what to do" on stderr; the format makes what stands behind
 * TRIED. Returns STATUS_FAILED.
 */
int complain(const char *tried, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for wrong usage of a verb: adds where its help is. Returns STATUS_USAGE. */
int complain_usage(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
