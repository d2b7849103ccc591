// SPDX-License-Identifier: GPL-2.0-only
// Directories that root alone can change.
#include "sas/root_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool root_dir_is_roots(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && !st.st_uid && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

int root_dir_open(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? -EPERM : -errno;
	if (root_dir_is_roots(fd))
		return fd;
	close(fd);
	return -EPERM;
}

int root_dir_path(int dir, const char *name, char *path, size_t size)
{
	int n = snprintf(path, size, "/proc/self/fd/%d/%s", dir, name);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}
