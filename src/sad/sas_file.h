/* SPDX-License-Identifier: GPL-2.0-only */
/* --sas FILE: SAs kept outside the kernel, one a line. */
#ifndef SAD_SAS_FILE_H
#define SAD_SAS_FILE_H

#include "sad/sad.h"

/*
 * A line: DST SPI [PROTOCOL] [WINDOW] [CPU] [NAME=VALUE]..., separated by blanks; `#` starts a
 * comment.
 *   DST       IPv4 or IPv6 address at which the packets arrive, no name, no prefix length
 *   SPI       0x... or decimal, 1 to 4294967295
 *   PROTOCOL  esp (default) or ah; ESP-in-UDP is esp, its port need not be said: 4500
 *   WINDOW    replay window in packets, 0 (default: not known, or not checked) to 4096
 *   CPU       the CPU wanted, or `-` (default) for any
 * Each of PROTOCOL and WINDOW may be `-` as well, for the default. What only some need has a name:
 *   from=ADDRESS  where the packets come from, of the same family
 *   port=PORT     ESP-in-UDP, from this UDP source port
 *   rate=NUMBER   what it brings beside the others, in any unit, a whole number (default: 1)
 */

struct sas_error {
	char text[256]; /* "FILE:LINE: what is wrong; what is right": nothing that is in the file */
};

/*
 * Reads the whole file. *out is one allocation, to be freed by the caller (NULL when n is 0).
 * -EINVAL: a line is wrong, err->text says which; -E2BIG: more than SAS_FILE_MAX; else what
 * opening or reading the file said (err->text says it too). On error *out and *n are untouched.
 */
#define SAS_FILE_MAX 1000000
int sas_file_read(const char *path, struct sa **out, size_t *n, struct sas_error *err);

#endif
