/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory of ours under bpffs, held by a descriptor: what is pinned in it, and taking it away.
 */
#ifndef SAS_PIN_DIR_H
#define SAS_PIN_DIR_H

#include <dirent.h>
#include <stdbool.h>

/* A descriptor of directory @name in @at, if it is in bpffs and root's alone: see root_dir_open().
 */
int pin_dir_open(int at, const char *name);

/* The same, made if it is not there. */
int pin_dir_make(int at, const char *name);

/* The entries of an open directory, from its start, until closedir(); NULL and errno. */
DIR *pin_dir_entries(int dir);

/* A descriptor of what is pinned there; -ENOENT, also without a directory (-1); a negative errno.
 */
int pin_dir_get(int dir, const char *name);

/* Pins what @fd stands for, in place of what has the name. 0 or a negative errno. */
int pin_dir_put(int dir, const char *name, int fd);

/*
 * Removes the pins in a directory and the directory; bpffs has no deeper trees of ours than two.
 * @all: nothing is steered any more, so that the rings may end. 0 also if there is none.
 */
int pin_dir_remove(int at, const char *name, bool all);

#endif
