/* SPDX-License-Identifier: GPL-2.0-only */
/* Directories that root alone can change: what lies in such a one was put there by root. */
#ifndef SAS_ROOT_DIR_H
#define SAS_ROOT_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * A descriptor (O_RDONLY) of directory @name in directory @at, never through a symbolic link in the
 * last component. -ENOENT; -EPERM: it is no directory, or not root's, or others can write it; or
 * another negative errno.
 */
int root_dir_open(int at, const char *name);

/* Is this open directory root's, and can nobody else write it? */
bool root_dir_is_roots(int fd);

/* The path of @name in an open directory, through /proc/self: nobody can lead it elsewhere. 0, -ENAMETOOLONG. */
int root_dir_path(int dir, const char *name, char *path, size_t size);

#endif
