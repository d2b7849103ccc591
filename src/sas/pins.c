// SPDX-License-Identifier: GPL-2.0-only
// Where the pins of a network namespace lie, in an open bpffs.
#include "sas/pins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/layout.h"
#include "sas/pin_dir.h"

#define NEW "new" /* the layout while it is made, and while it is taken away */

enum { NAME_LEN = 32, TRIES = 100 };

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
	*fd = pin_dir_open(at, name);
	return *fd >= 0 || *fd == -ENOENT ? 0 : *fd;
}

static int open_host(struct pins *pins)
{
	char host[NAME_LEN], layout[NAME_LEN];
	int err = descend(pins->bpffs, PINS_ROOT, &pins->root_fd);

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
	snprintf(pins->root, sizeof(pins->root), "%.512s/" PINS_ROOT, bpffs);
	snprintf(pins->host, sizeof(pins->host), "%.600s/%s", pins->root, host);
	snprintf(pins->layout, sizeof(pins->layout), "%.700s/%s", pins->host, layout);
	return 0;
}

int pins_open(struct pins *pins, int bpffs, const char *name, uint64_t cookie)
{
	int err;

	pins_init(pins);
	pins->bpffs = bpffs;
	pins->cookie = cookie;
	err = name_all(pins, name);
	if (!err)
		err = open_host(pins);
	if (err)
		pins_close(pins);
	return err;
}

int pins_enter(struct pins *there, const struct pins *pins, uint64_t cookie)
{
	int bpffs = openat(pins->bpffs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (bpffs >= 0)
		return pins_open(there, bpffs, "bpffs", cookie);
	pins_init(there);
	return -errno;
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
	dir = pin_dir_entries(pins->host_fd);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, NEW) != 0)
			state = PINS_FOREIGN;
	closedir(dir);
	return state;
}

static int open_interface(const struct pins *pins, unsigned int ifindex)
{
	char name[NAME_LEN];

	name_interface(ifindex, name);
	return pins->host_fd < 0 ? -ENOENT : pin_dir_open(pins->host_fd, name);
}

int pins_get(const struct pins *pins, const char *name)
{
	return pin_dir_get(pins->layout_fd, name);
}

int pins_get_interface(const struct pins *pins, unsigned int ifindex, const char *name)
{
	int dir = open_interface(pins, ifindex);
	int fd = dir < 0 ? dir : pin_dir_get(dir, name);

	close_fd(&dir);
	return fd;
}

int pins_put(const struct pins *pins, const char *name, int fd)
{
	return pin_dir_put(pins->layout_fd, name, fd);
}

int pins_drop(const struct pins *pins, const char *name)
{
	if (pins->layout_fd < 0)
		return -ENOENT;
	return unlinkat(pins->layout_fd, name, 0) < 0 ? -errno : 0;
}

int pins_put_interface(const struct pins *pins, unsigned int ifindex, const char *name, int fd)
{
	int dir = open_interface(pins, ifindex), err = dir;

	if (dir < 0)
		return err;
	err = pin_dir_put(dir, name, fd);
	close(dir);
	return err;
}

static int make_host(struct pins *pins)
{
	char host[NAME_LEN];

	name_host(pins, host);
	pins->root_fd = pin_dir_make(pins->bpffs, PINS_ROOT);
	if (pins->root_fd < 0)
		return pins->root_fd;
	pins->host_fd = pin_dir_make(pins->root_fd, host);
	return pins->host_fd < 0 ? pins->host_fd : 0;
}

int pins_create(struct pins *pins)
{
	int err = -ENOENT;

	/* Another namespace that has no pins any more may take espalier/ away just now. */
	for (int i = 0; i < TRIES && err == -ENOENT; i++) {
		close_host(pins);
		err = make_host(pins);
	}
	if (!err)
		err = pin_dir_remove(pins->host_fd, NEW, true); /* of one that was killed */
	if (err)
		return err;
	pins->layout_fd = pin_dir_make(pins->host_fd, NEW);
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
	fd = pin_dir_make(pins->host_fd, name);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int pins_others(const struct pins *pins, uint64_t **cookies)
{
	int root = pin_dir_open(pins->bpffs, PINS_ROOT), count = 0;
	DIR *dir = root < 0 ? NULL : pin_dir_entries(root);
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
	dir = pin_dir_entries(pins->host_fd);
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

int pins_remove_interface(const struct pins *pins, unsigned int ifindex)
{
	char name[NAME_LEN];

	name_interface(ifindex, name);
	return pins->host_fd < 0 ? 0 : pin_dir_remove(pins->host_fd, name, false);
}

/* It is not whole any more from now on: one that was killed half way left nothing to be adopted. */
static int unfinish(const struct pins *pins)
{
	char layout[NAME_LEN];
	int err = pin_dir_remove(pins->host_fd, NEW, true);

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
		err = pin_dir_remove(pins->root_fd, host, true);
	if (err)
		return err;
	close_host(pins);
	unlinkat(pins->bpffs, PINS_ROOT, AT_REMOVEDIR); /* stays if another namespace has pins */
	return 0;
}
