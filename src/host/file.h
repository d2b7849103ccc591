/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that root writes where others may have been: no link is followed, and no half is ever seen.
 */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * A new file of this name in directory @dir (AT_FDCWD: a path), to be written; @mode as open(2)
 * takes it. NULL with errno; EEXIST: something of that name is there, be it a link that leads
 * nowhere.
 */
FILE *file_create(int dir, const char *name, mode_t mode);

/* Ends the writing of a file. 0, or the first thing that went wrong since it was opened. */
int file_close(FILE *file);

/*
 * The same for a file that was created under another name than it is to have: if all was well it
 * gets that, in place of what has it now, else it is removed. @durable: it is on the disk by then.
 */
int file_close_as(FILE *file, int dir, const char *created, const char *name, bool durable);

#endif
