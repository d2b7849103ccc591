// SPDX-License-Identifier: GPL-2.0-only
// Settings that are files: of a queue below sysfs, and of the network namespace below
// /proc/sys/net.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "nic/cpulist.h"
#include "nic/sysfs.h"
#include "undo/knob_kind.h"

#define SYSCTL_LEN 4096

/* "rx-12/rps_cpus" and the like, and nothing else. */
static bool queue_valid(const char *knob)
{
	unsigned int queue;
	int used = 0;

	if (sscanf(knob, "rx-%5u/%n", &queue, &used) != 1 || !used)
		return false;
	return isdigit((unsigned char)knob[3]) &&
	       (!strcmp(knob + used, "rps_cpus") || !strcmp(knob + used, "rps_flow_cnt"));
}

static bool queue_is_mask(const char *knob)
{
	return strstr(knob, "rps_cpus") != NULL;
}

/* Masks are shown with leading zeros, as many as there are possible CPUs: take them away. */
static int give_mask(const char *text, char **value)
{
	char mask[CPUMASK_LEN];
	cpu_set_t cpus;
	int err = cpumask_parse(text, &cpus);

	if (err < 0)
		return err;
	err = cpumask_format(&cpus, mask, sizeof(mask));
	return err < 0 ? err : knob_give(strdup(mask), value);
}

static int queue_read(int fd, const char *ifname, const char *knob, char **value)
{
	char path[UNDO_KNOB_LEN + 8], text[CPULIST_LEN];
	int n;

	snprintf(path, sizeof(path), "queues/%s", knob);
	n = sysfs_if_read(fd, ifname, path, text, sizeof(text));
	if (n < 0)
		return n;
	if (!queue_is_mask(knob))
		return knob_give(strdup(text), value);
	return give_mask(text, value);
}

static int queue_write(int fd, const char *ifname, const char *knob, const char *value)
{
	char path[UNDO_KNOB_LEN + 8];

	snprintf(path, sizeof(path), "queues/%s", knob);
	return sysfs_if_write(fd, ifname, path, value);
}

const struct knob_kind knob_queue = {
	.word = "queue",
	.valid = queue_valid,
	.way = knobs_sysfs,
	.read = queue_read,
	.write = queue_write,
};

static bool sysctl_valid(const char *knob)
{
	return !strncmp(knob, "net/", 4) && !strstr(knob, "..") && !strstr(knob, "//");
}

static bool sysctl_is_mask(const char *knob)
{
	return strstr(knob, "cpu_bitmap") != NULL;
}

/* /proc/sys/net is that of the reading thread's namespace (net/sysctl_net.c). */
static int sysctl_open(const char *knob, int flags)
{
	char path[UNDO_KNOB_LEN + 16];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", knob);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int sysctl_read(int none, const char *ifname, const char *knob, char **value)
{
	char text[SYSCTL_LEN];
	ssize_t n;
	int fd;

	fd = sysctl_open(knob, O_RDONLY);
	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	text[n] = 0;
	return sysctl_is_mask(knob) ? give_mask(text, value) : knob_give(strdup(text), value);
}

static int sysctl_write(int none, const char *ifname, const char *knob, const char *value)
{
	ssize_t n;
	int fd;

	fd = sysctl_open(knob, O_WRONLY);
	if (fd < 0)
		return fd;
	n = write(fd, value, strlen(value));
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? n : 0;
}

const struct knob_kind knob_sysctl = {
	.word = "sysctl",
	.valid = sysctl_valid,
	.read = sysctl_read,
	.write = sysctl_write,
};
