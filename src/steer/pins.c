// SPDX-License-Identifier: GPL-2.0-only
// Where the pins lie, and taking them down.
#include "steer/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "core/layout.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#define BPFFS	   "/sys/fs/bpf"
#define BPFFS_INIT "/proc/1/root/sys/fs/bpf"

static int netns_cookie(uint64_t *cookie)
{
	socklen_t size = sizeof(*cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size) < 0)
		err = -errno;
	close(fd);
	return err;
}

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == BPF_FS_MAGIC;
}

/* A mount made here outlives us only in the mount namespace of process 1. */
static bool mount_would_last(void)
{
	struct stat ours, theirs;

	return !stat("/proc/self/ns/mnt", &ours) && !stat("/proc/1/ns/mnt", &theirs) &&
	       ours.st_ino == theirs.st_ino;
}

static int find_bpffs(bool may_mount, const char **where)
{
	*where = getenv("ESPALIER_BPFFS");
	if (*where)
		return is_bpffs(*where) ? 0 : -ENOENT;
	*where = BPFFS;
	if (is_bpffs(BPFFS))
		return 0;
	*where = BPFFS_INIT;
	if (is_bpffs(BPFFS_INIT))
		return 0;
	*where = BPFFS;
	if (!may_mount || !mount_would_last())
		return -ENOENT;
	return mount("bpf", BPFFS, "bpf", 0, "mode=0700") < 0 ? -errno : 0;
}

int pins_find(struct pins *pins, bool may_mount)
{
	const char *bpffs;
	int err;

	memset(pins, 0, sizeof(*pins));
	err = netns_cookie(&pins->cookie);
	if (err)
		return err;
	err = find_bpffs(may_mount, &bpffs);
	if (err)
		return err;
	if (strlen(bpffs) > sizeof(pins->root) / 2)
		return -ENAMETOOLONG;
	snprintf(pins->root, sizeof(pins->root), "%.512s/espalier", bpffs);
	snprintf(pins->host, sizeof(pins->host), "%.600s/%llx", pins->root,
		 (unsigned long long)pins->cookie);
	snprintf(pins->layout, sizeof(pins->layout), "%.700s/layout-%u", pins->host,
		 LAYOUT_VERSION);
	return 0;
}

int pins_state(const struct pins *pins)
{
	struct dirent *entry;
	int state = PINS_NONE;
	DIR *dir;

	if (!access(pins->layout, F_OK))
		return PINS_OURS;
	dir = opendir(pins->host);
	if (!dir)
		return errno == ENOENT ? PINS_NONE : -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			state = PINS_FOREIGN;
	closedir(dir);
	return state;
}

static int join(char *path, size_t size, int printed)
{
	return printed < 0 || (size_t)printed >= size ? -ENAMETOOLONG : 0;
}

int pins_path(const struct pins *pins, const char *name, char *path, size_t size)
{
	return join(path, size, snprintf(path, size, "%s/%s", pins->layout, name));
}

int pins_interface_path(const struct pins *pins, unsigned int ifindex, const char *name, char *path,
			size_t size)
{
	return join(path, size, snprintf(path, size, "%s/if-%u/%s", pins->host, ifindex, name));
}

static int make_dir(const char *path)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int pins_create(const struct pins *pins)
{
	int err = make_dir(pins->root);

	if (!err)
		err = make_dir(pins->host);
	if (!err)
		err = make_dir(pins->layout);
	return err;
}

int pins_create_interface(const struct pins *pins, unsigned int ifindex)
{
	char path[PATH_MAX];
	int err = join(path, sizeof(path),
		       snprintf(path, sizeof(path), "%s/if-%u", pins->host, ifindex));

	return err ? err : make_dir(path);
}

static int by_number(const void *a, const void *b)
{
	unsigned int left = *(const unsigned int *)a, right = *(const unsigned int *)b;

	return left < right ? -1 : left > right;
}

int pins_interfaces(const struct pins *pins, unsigned int **ifindexes)
{
	unsigned int *list = NULL, *grown, ifindex;
	struct dirent *entry;
	int count = 0;
	char rest;
	DIR *dir;

	*ifindexes = NULL;
	dir = opendir(pins->host);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, "if-%u%c", &ifindex, &rest) != 1)
			continue;
		grown = realloc(list, (count + 1) * sizeof(*list));
		if (!grown) {
			free(list);
			closedir(dir);
			return -ENOMEM;
		}
		list = grown;
		list[count++] = ifindex;
	}
	closedir(dir);
	if (count)
		qsort(list, count, sizeof(*list), by_number);
	*ifindexes = list;
	return count;
}

static void empty_if_cpumap(int fd)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == BPF_MAP_TYPE_CPUMAP)
		for (__u32 cpu = 0; cpu < info.max_entries; cpu++)
			bpf_map_delete_elem(fd, &cpu);
}

static void empty_cpumaps_of(int program)
{
	__u32 ids[64], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {
		.nr_map_ids = sizeof(ids) / sizeof(*ids),
		.map_ids = (__u64)(unsigned long)ids,
	};

	if (bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return;
	for (__u32 i = 0; i < info.nr_map_ids && i < sizeof(ids) / sizeof(*ids); i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);

		if (fd < 0)
			continue;
		empty_if_cpumap(fd);
		close(fd);
	}
}

static bool is_program(int fd)
{
	char path[64], kind[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, kind, sizeof(kind) - 1);
	kind[n < 0 ? 0 : n] = 0;
	return !strcmp(kind, "anon_inode:bpf-prog");
}

/*
 * A cpumap's entry holds the ring program, which holds the cpumap: nothing but removing the entries
 * ends the threads and frees the memory. By the kind of the pin, so that it works on any layout;
 * and through the pinned programs too, for a cpumap whose own pin is gone.
 */
static void empty_cpumaps(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0)
		return;
	if (is_program(fd))
		empty_cpumaps_of(fd);
	else
		empty_if_cpumap(fd);
	close(fd);
}

/*
 * Removes the pins in a directory and the directory; bpffs has no deeper trees of ours than two.
 * @all: nothing is steered any more, so that the rings may end.
 */
static int remove_dir(const char *path, bool all)
{
	struct dirent *entry;
	char inner[PATH_MAX];
	DIR *dir = opendir(path);
	int err = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		err = join(inner, sizeof(inner),
			   snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name));
		if (!err && all && entry->d_type != DT_DIR)
			empty_cpumaps(inner);
		if (!err && unlink(inner) < 0)
			err = errno == EISDIR || errno == EPERM ? remove_dir(inner, all) : -errno;
		if (err)
			break;
	}
	closedir(dir);
	if (!err && rmdir(path) < 0)
		err = -errno;
	return err;
}

int pins_remove_interface(const struct pins *pins, unsigned int ifindex)
{
	char path[PATH_MAX];
	int err = join(path, sizeof(path),
		       snprintf(path, sizeof(path), "%s/if-%u", pins->host, ifindex));

	return err ? err : remove_dir(path, false);
}

int pins_remove(const struct pins *pins)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(pins, &ifindexes);
	int err = count < 0 ? count : 0;

	for (int i = 0; i < count && !err; i++)
		err = pins_remove_interface(pins, ifindexes[i]);
	free(ifindexes);
	if (!err)
		err = remove_dir(pins->host, true);
	rmdir(pins->root); /* stays if another namespace has pins */
	return err;
}
