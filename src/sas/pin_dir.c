// SPDX-License-Identifier: GPL-2.0-only
// A directory of pins.
#include "sas/pin_dir.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sas/bpffs.h"
#include "sas/cpumaps.h"
#include "sas/root_dir.h"

int pin_dir_open(int at, const char *name)
{
	int fd = root_dir_open(at, name);

	if (fd < 0 || bpffs_is(fd))
		return fd;
	close(fd);
	return -EPERM;
}

int pin_dir_make(int at, const char *name)
{
	if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	return pin_dir_open(at, name);
}

DIR *pin_dir_entries(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);

	if (!dir && again >= 0)
		close(again);
	return dir;
}

int pin_dir_get(int dir, const char *name)
{
	char path[PATH_MAX];
	int err = dir < 0 ? -ENOENT : root_dir_path(dir, name, path, sizeof(path));
	int fd = err ? err : bpf_obj_get(path);

	return fd < 0 && !err ? -errno : fd;
}

int pin_dir_put(int dir, const char *name, int fd)
{
	char path[PATH_MAX];
	int err = dir < 0 ? -ENOENT : root_dir_path(dir, name, path, sizeof(path));

	if (!err && unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		err = -errno;
	return !err && bpf_obj_pin(fd, path) < 0 ? -errno : err;
}

/* A pin, or a directory of pins; links are not followed. */
static int remove_entry(int dir, const struct dirent *entry, bool all)
{
	int fd = all && entry->d_type == DT_REG ? pin_dir_get(dir, entry->d_name) : -1;

	if (fd >= 0) {
		cpumaps_empty(fd);
		(void)bpf_link_detach(fd); /* by its pin alone it is some time later */
		close(fd);
	}
	if (!unlinkat(dir, entry->d_name, 0))
		return 0;
	return errno == EISDIR || errno == EPERM ? pin_dir_remove(dir, entry->d_name, all) : -errno;
}

int pin_dir_remove(int at, const char *name, bool all)
{
	int fd = pin_dir_open(at, name), err = 0;
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	dir = pin_dir_entries(fd);
	if (!dir)
		err = -errno;
	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			err = remove_entry(fd, entry, all);
	if (dir)
		closedir(dir);
	close(fd);
	return !err && unlinkat(at, name, AT_REMOVEDIR) < 0 ? -errno : err;
}
