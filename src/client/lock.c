// SPDX-License-Identifier: GPL-2.0-only
// The lock of a namespace: an advisory lock on a file, which the kernel drops when we die.
#include "client/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sas/root_dir.h"

enum { TRIES = 1000 };

void lock_file_name(uint64_t cookie, const char *suffix, char *name, size_t size)
{
	snprintf(name, size, "%llx.%s", (unsigned long long)cookie, suffix);
}

static int open_dir(bool make)
{
	if (make && mkdir(RUN_DIR, 0700) < 0 && errno != EEXIST)
		return -errno;
	return root_dir_open(AT_FDCWD, RUN_DIR);
}

static int open_once(const char *name, int flags)
{
	int dir = open_dir(flags & O_CREAT);
	int fd = dir;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0600);
	if (fd < 0)
		fd = -errno;
	close(dir);
	return fd;
}

/*
 * Who gives back the last lock removes the directory too, maybe just before we make a file there:
 * then once more, but not for ever.
 */
static int lock_open(const char *name, int flags)
{
	int fd = open_once(name, flags);

	for (int i = 0; fd == -ENOENT && flags & O_CREAT && i < TRIES; i++)
		fd = open_once(name, flags);
	return fd;
}

static pid_t read_pid(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

/* A lock on a file that was removed meanwhile keeps nobody out. */
static bool still_there(int fd, const char *name)
{
	struct stat held, there;
	int dir = open_dir(false);
	bool same = dir >= 0 && !fstat(fd, &held) &&
		    !fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) &&
		    held.st_dev == there.st_dev && held.st_ino == there.st_ino;

	if (dir >= 0)
		close(dir);
	return same;
}

static int try_lock(const char *name, pid_t *holder)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = lock_open(name, O_CREAT);
	int err;

	if (fd < 0)
		return fd;
	if (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
		err = errno == EACCES ? -EAGAIN : -errno;
		*holder = read_pid(fd);
	} else if (!still_there(fd, name)) {
		err = -ESTALE;
	} else {
		return fd;
	}
	close(fd);
	return err;
}

int lock_take(uint64_t cookie, pid_t *holder)
{
	char name[64], text[32];
	int fd, err, n;

	lock_file_name(cookie, "lock", name, sizeof(name));
	do
		fd = try_lock(name, holder);
	while (fd == -ESTALE);
	if (fd < 0)
		return fd;
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, n, 0) != n) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static void remove_files(uint64_t cookie, const char *const *suffix)
{
	int dir = open_dir(false);
	char name[64];

	for (; dir >= 0 && *suffix; suffix++) {
		lock_file_name(cookie, *suffix, name, sizeof(name));
		unlinkat(dir, name, 0);
	}
	if (dir >= 0)
		close(dir);
}

void lock_release(uint64_t cookie, int fd)
{
	/* The socket is of one that was killed. */
	static const char *const suffixes[] = {"lock", "control", NULL};

	remove_files(cookie, suffixes);
	close(fd);
	rmdir(RUN_DIR); /* stays while another namespace uses it */
}

void lock_forget(uint64_t cookie)
{
	static const char *const suffixes[] = {"json", "json.new", NULL};

	remove_files(cookie, suffixes);
}

/* 1: somebody holds it, and *holder is who if he has said; 0: nobody does; or a negative errno. */
static int lock_state(uint64_t cookie, pid_t *holder)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd, held = 0;
	char name[64];

	lock_file_name(cookie, "lock", name, sizeof(name));
	fd = lock_open(name, 0);
	if (fd < 0)
		return fd;
	if (!fcntl(fd, F_OFD_GETLK, &whole) && whole.l_type != F_UNLCK) {
		*holder = read_pid(fd);
		held = 1;
	}
	close(fd);
	return held;
}

bool lock_is_left(uint64_t cookie)
{
	pid_t holder;

	return lock_state(cookie, &holder) == 0;
}

pid_t lock_holder(uint64_t cookie)
{
	pid_t holder = 0;
	int held = lock_state(cookie, &holder);

	return held < 0 && held != -ENOENT ? held : holder;
}
