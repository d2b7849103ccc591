/* SPDX-License-Identifier: GPL-2.0-only */
/* A report of inspect --report, read again: it comes from strangers. */
#ifndef CMD_REPORT_READ_H
#define CMD_REPORT_READ_H

#include "nic/model_check.h"

/* So many samples are written, and read. */
enum { REPORT_SAMPLES = 1000 };

struct report {
	struct claims claims;
	char kernel[65]; /* its release */
	bool hashes_of_nic, by_cpu;
	struct model_sample *sample;
	size_t n;
};

/*
 * Parses @len bytes. 0; -ENOMEM; -EBADMSG, and why says what is wrong where. Free with
 * report_free(), also after an error.
 */
int report_parse(const char *text, size_t len, struct report *out, char *why, size_t size);

/* The same of a file; -EFBIG, or a negative errno of reading, with why. */
int report_read(const char *path, struct report *out, char *why, size_t size);

void report_free(struct report *report);

#endif
