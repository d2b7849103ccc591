// SPDX-License-Identifier: GPL-2.0-only
// Where the pins lie, and taking them down.
#include "sas/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/layout.h"
#include "nic/netns.h"
#include "sas/bpffs.h"
#include "sas/root_dir.h"

#define ROOT "espalier"
#define NEW  "new" /* the layout while it is made, and while it is taken away */

enum { NAME_LEN = 32, TRIES = 100 };

static int because(int err, char *why, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int because(int err, char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return err;
}

static int open_ours(int at, const char *name)
{
	int fd = root_dir_open(at, name);

	if (fd < 0 || bpffs_is(fd))
		return fd;
	close(fd);
	return -EPERM;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void pins_init(struct pins *pins)
{
	memset(pins, 0, sizeof(*pins));
	pins->bpffs = pins->root_fd = pins->host_fd = pins->layout_fd = -1;
}

static void close_host(struct pins *pins)
{
	close_fd(&pins->layout_fd);
	close_fd(&pins->host_fd);
	close_fd(&pins->root_fd);
}

void pins_close(struct pins *pins)
{
	close_host(pins);
	close_fd(&pins->bpffs);
}

static void name_host(const struct pins *pins, char name[NAME_LEN])
{
	snprintf(name, NAME_LEN, "%llx", (unsigned long long)pins->cookie);
}

static void name_layout(char name[NAME_LEN])
{
	snprintf(name, NAME_LEN, "layout-%u", LAYOUT_VERSION);
}

static void name_interface(unsigned int ifindex, char name[NAME_LEN])
{
	snprintf(name, NAME_LEN, "if-%u", ifindex);
}

/* Opens one more directory, if it is there. */
static int descend(int at, const char *name, int *fd)
{
	*fd = open_ours(at, name);
	return *fd >= 0 || *fd == -ENOENT ? 0 : *fd;
}

static int open_host(struct pins *pins)
{
	char host[NAME_LEN], layout[NAME_LEN];
	int err = descend(pins->bpffs, ROOT, &pins->root_fd);

	name_host(pins, host);
	name_layout(layout);
	if (!err && pins->root_fd >= 0)
		err = descend(pins->root_fd, host, &pins->host_fd);
	if (!err && pins->host_fd >= 0)
		err = descend(pins->host_fd, layout, &pins->layout_fd);
	return err;
}

static int name_all(struct pins *pins, const char *bpffs)
{
	char host[NAME_LEN], layout[NAME_LEN];

	if (strlen(bpffs) > sizeof(pins->root) / 2)
		return -ENAMETOOLONG;
	name_host(pins, host);
	name_layout(layout);
	snprintf(pins->root, sizeof(pins->root), "%.512s/" ROOT, bpffs);
	snprintf(pins->host, sizeof(pins->host), "%.600s/%s", pins->root, host);
	snprintf(pins->layout, sizeof(pins->layout), "%.700s/%s", pins->host, layout);
	return 0;
}

int pins_find_in(struct pins *pins, int bpffs, const char *name, char *why, size_t size)
{
	int err;

	pins_init(pins);
	pins->bpffs = bpffs;
	err = netns_id(&pins->cookie);
	if (!err)
		err = name_all(pins, name);
	if (err)
		because(err, why, size, "finding the pins under %.200s: %s", name, strerror(-err));
	else if (!bpffs_keeps_names(bpffs))
		err = because(-EPERM, why, size,
			      "%.200s belongs to another user than root, or all may write it: nothing "
			      "of root's is safe in it; mount bpffs there with -o mode=0700",
			      name);
	else if ((err = open_host(pins)) == -EPERM)
		because(err, why, size,
			"%.200s/" ROOT " is not what root alone can write, so another user may have "
			"made it: nothing in it was touched; look at it, remove it with rm -r, and "
			"chmod 0700 %.200s, so that it cannot happen again",
			name, name);
	else if (err)
		because(err, why, size, "reading %.300s: %s", pins->root, strerror(-err));
	if (err)
		pins_close(pins);
	return err;
}

/* Where bpffs is nowhere to be seen. */
static int find_none(struct pins *pins, bool may_mount, char *why, size_t size)
{
	int fd = may_mount ? bpffs_mount() : -ENOENT, err;

	if (fd < 0 && may_mount)
		return because(fd, why, size,
			       "bpffs is not mounted, and mounting it at " BPFFS " failed: %s; mount "
			       "it: mount -t bpf -o mode=0700 bpf " BPFFS,
			       strerror(-fd));
	if (fd < 0)
		return because(fd, why, size, "no bpffs can be seen from here");
	err = pins_find_in(pins, fd, BPFFS, why, size);
	pins->mounted = !err;
	pins->lasts = !err && bpffs_mount_lasts();
	return err;
}

static int find_named(struct pins *pins, const char *bpffs, char *why, size_t size)
{
	int fd = bpffs_open(bpffs);

	if (fd < 0)
		return because(fd, why, size,
			       "ESPALIER_BPFFS names %.200s, which is no bpffs that can be opened: %s; "
			       "mount it: mount -t bpf -o mode=0700 bpf %.200s",
			       bpffs, strerror(-fd), bpffs);
	return pins_find_in(pins, fd, bpffs, why, size);
}

int pins_find(struct pins *pins, bool mount, char *why, size_t size)
{
	static const char *const places[] = {BPFFS, BPFFS_INIT};
	const char *named = getenv("ESPALIER_BPFFS");
	struct pins there;
	int err = 0;

	pins_init(pins);
	if (named)
		return find_named(pins, named, why, size);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !err; i++) {
		int fd = bpffs_open(places[i]);

		if (fd < 0)
			continue;
		err = pins_find_in(&there, fd, places[i], why, size);
		if (!err && (pins->bpffs < 0 || there.host_fd >= 0)) {
			pins_close(pins);
			*pins = there;
		} else if (!err) {
			pins_close(&there);
		}
		if (!err && pins->host_fd >= 0)
			return 0;
	}
	if (!err && pins->bpffs < 0)
		err = find_none(pins, mount, why, size);
	if (err)
		pins_close(pins);
	return err;
}

/* The entries of a directory, from its start; NULL and errno. */
static DIR *entries_of(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);

	if (!dir && again >= 0)
		close(again);
	return dir;
}

int pins_state(const struct pins *pins)
{
	struct dirent *entry;
	int state = PINS_NONE;
	DIR *dir;

	if (pins->layout_fd >= 0)
		return PINS_OURS;
	if (pins->host_fd < 0)
		return PINS_NONE;
	dir = entries_of(pins->host_fd);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, NEW) != 0)
			state = PINS_FOREIGN;
	closedir(dir);
	return state;
}

static int get(int dir, const char *name)
{
	char path[PATH_MAX];
	int err = dir < 0 ? -ENOENT : root_dir_path(dir, name, path, sizeof(path));
	int fd = err ? err : bpf_obj_get(path);

	return fd < 0 && !err ? -errno : fd;
}

/* In place of what has the name. */
static int put(int dir, const char *name, int fd)
{
	char path[PATH_MAX];
	int err = dir < 0 ? -ENOENT : root_dir_path(dir, name, path, sizeof(path));

	if (!err && unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		err = -errno;
	return !err && bpf_obj_pin(fd, path) < 0 ? -errno : err;
}

static int open_interface(const struct pins *pins, unsigned int ifindex)
{
	char name[NAME_LEN];

	name_interface(ifindex, name);
	return pins->host_fd < 0 ? -ENOENT : open_ours(pins->host_fd, name);
}

int pins_get(const struct pins *pins, const char *name)
{
	return get(pins->layout_fd, name);
}

int pins_get_interface(const struct pins *pins, unsigned int ifindex, const char *name)
{
	int dir = open_interface(pins, ifindex);
	int fd = dir < 0 ? dir : get(dir, name);

	close_fd(&dir);
	return fd;
}

int pins_put(const struct pins *pins, const char *name, int fd)
{
	return put(pins->layout_fd, name, fd);
}

int pins_put_interface(const struct pins *pins, unsigned int ifindex, const char *name, int fd)
{
	int dir = open_interface(pins, ifindex), err = dir;

	if (dir < 0)
		return err;
	err = put(dir, name, fd);
	close(dir);
	return err;
}

/* A directory of ours, made if it is not there: its descriptor, or a negative errno. */
static int make_dir(int at, const char *name)
{
	if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	return open_ours(at, name);
}

static int make_host(struct pins *pins)
{
	char host[NAME_LEN];

	name_host(pins, host);
	pins->root_fd = make_dir(pins->bpffs, ROOT);
	if (pins->root_fd < 0)
		return pins->root_fd;
	pins->host_fd = make_dir(pins->root_fd, host);
	return pins->host_fd < 0 ? pins->host_fd : 0;
}

static int remove_dir(int at, const char *name, bool all);

int pins_create(struct pins *pins)
{
	int err = -ENOENT;

	/* Another namespace that has no pins any more may take espalier/ away just now. */
	for (int i = 0; i < TRIES && err == -ENOENT; i++) {
		close_host(pins);
		err = make_host(pins);
	}
	if (!err)
		err = remove_dir(pins->host_fd, NEW, true); /* of one that was killed */
	if (err)
		return err;
	pins->layout_fd = make_dir(pins->host_fd, NEW);
	return pins->layout_fd < 0 ? pins->layout_fd : 0;
}

int pins_finish(const struct pins *pins)
{
	char layout[NAME_LEN];

	name_layout(layout);
	return renameat(pins->host_fd, NEW, pins->host_fd, layout) < 0 ? -errno : 0;
}

int pins_create_interface(const struct pins *pins, unsigned int ifindex)
{
	char name[NAME_LEN];
	int fd;

	name_interface(ifindex, name);
	fd = make_dir(pins->host_fd, name);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int pins_others(const struct pins *pins, uint64_t **cookies)
{
	int root = open_ours(pins->bpffs, ROOT), count = 0;
	DIR *dir = root < 0 ? NULL : entries_of(root);
	unsigned long long cookie;
	struct dirent *entry;
	uint64_t *grown;
	char rest;

	*cookies = NULL;
	if (root < 0)
		return root == -ENOENT ? 0 : root;
	close(root);
	if (!dir)
		return -ENOMEM;
	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, "%llx%c", &cookie, &rest) != 1 || cookie == pins->cookie)
			continue;
		grown = realloc(*cookies, (count + 1) * sizeof(**cookies));
		if (!grown)
			break;
		*cookies = grown;
		grown[count++] = cookie;
	}
	closedir(dir);
	return count;
}

int pins_enter(struct pins *there, const struct pins *pins, uint64_t cookie)
{
	int err;

	pins_init(there);
	there->cookie = cookie;
	there->bpffs = openat(pins->bpffs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = there->bpffs < 0 ? -errno : name_all(there, "bpffs");
	if (!err)
		err = open_host(there);
	if (err)
		pins_close(there);
	return err;
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
	if (pins->host_fd < 0)
		return 0;
	dir = entries_of(pins->host_fd);
	if (!dir)
		return -errno;
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
static void empty_cpumaps(int dir, const char *name)
{
	int fd = get(dir, name);

	if (fd < 0)
		return;
	if (is_program(fd))
		empty_cpumaps_of(fd);
	else
		empty_if_cpumap(fd);
	close(fd);
}

/* A pin, or a directory of pins; links are not followed. */
static int remove_entry(int dir, const struct dirent *entry, bool all)
{
	if (all && entry->d_type == DT_REG)
		empty_cpumaps(dir, entry->d_name);
	if (!unlinkat(dir, entry->d_name, 0))
		return 0;
	return errno == EISDIR || errno == EPERM ? remove_dir(dir, entry->d_name, all) : -errno;
}

/*
 * Removes the pins in a directory and the directory; bpffs has no deeper trees of ours than two.
 * @all: nothing is steered any more, so that the rings may end. 0 also if there is none.
 */
static int remove_dir(int at, const char *name, bool all)
{
	int fd = open_ours(at, name), err = 0;
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	dir = entries_of(fd);
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

int pins_remove_interface(const struct pins *pins, unsigned int ifindex)
{
	char name[NAME_LEN];

	name_interface(ifindex, name);
	return pins->host_fd < 0 ? 0 : remove_dir(pins->host_fd, name, false);
}

/* It is not whole any more from now on: one that was killed half way left nothing to be adopted. */
static int unfinish(const struct pins *pins)
{
	char layout[NAME_LEN];
	int err = remove_dir(pins->host_fd, NEW, true);

	name_layout(layout);
	if (!err && renameat(pins->host_fd, layout, pins->host_fd, NEW) < 0 && errno != ENOENT)
		err = -errno;
	return err;
}

int pins_remove(struct pins *pins)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(pins, &ifindexes);
	int err = count < 0 ? count : 0;
	char host[NAME_LEN];

	for (int i = 0; i < count && !err; i++)
		err = pins_remove_interface(pins, ifindexes[i]);
	free(ifindexes);
	name_host(pins, host);
	if (!err && pins->host_fd >= 0)
		err = unfinish(pins);
	if (!err && pins->root_fd >= 0)
		err = remove_dir(pins->root_fd, host, true);
	if (err)
		return err;
	close_host(pins);
	unlinkat(pins->bpffs, ROOT, AT_REMOVEDIR); /* stays if another namespace has pins */
	return 0;
}
