// SPDX-License-Identifier: GPL-2.0-only
// bpffs: where it is, and mounting it.
#include "sas/bpffs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 100 };

bool bpffs_is(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == BPF_FS_MAGIC;
}

int bpffs_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (bpffs_is(fd))
		return fd;
	close(fd);
	return -ENOENT;
}

bool bpffs_keeps_names(int bpffs)
{
	struct stat st;

	return !fstat(bpffs, &st) && !st.st_uid &&
	       (!(st.st_mode & (S_IWGRP | S_IWOTH)) || st.st_mode & S_ISVTX);
}

bool bpffs_mount_lasts(void)
{
	struct stat ours, theirs;

	return !stat("/proc/self/ns/mnt", &ours) && !stat("/proc/1/ns/mnt", &theirs) &&
	       ours.st_ino == theirs.st_ino;
}

/*
 * Two that mount at once would cover each other's pins. For as long as a mount may take; not for
 * ever, for any user can hold this lock.
 */
static void await_turn(int fd)
{
	static const struct timespec pause = {.tv_nsec = 10000000};

	for (int i = 0; i < TRIES && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
		nanosleep(&pause, NULL);
}

int bpffs_mount(void)
{
	int below = open(BPFFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (below < 0)
		return -errno;
	await_turn(below);
	fd = bpffs_open(BPFFS);
	if (fd == -ENOENT)
		fd = mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") < 0
			     ? -errno
			     : bpffs_open(BPFFS);
	close(below);
	return fd;
}
