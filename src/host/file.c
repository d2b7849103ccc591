// SPDX-License-Identifier: GPL-2.0-only
// Files that root writes where others may have been.
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

FILE *file_create(int dir, const char *name, mode_t mode)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	FILE *file;

	if (fd < 0)
		return NULL;
	file = fdopen(fd, "w");
	if (!file)
		close(fd);
	return file;
}

static int end(FILE *file, bool durable)
{
	int err = ferror(file) ? -EIO : 0;

	if (!err && fflush(file))
		err = -errno;
	if (!err && durable && fsync(fileno(file)))
		err = -errno;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

int file_close(FILE *file)
{
	return end(file, false);
}

int file_close_as(FILE *file, int dir, const char *created, const char *name, bool durable)
{
	int err = end(file, durable);

	if (!err && renameat(dir, created, dir, name))
		err = -errno;
	if (err)
		(void)unlinkat(dir, created, 0);
	else if (durable && dir >= 0)
		(void)fsync(dir);
	return err;
}
