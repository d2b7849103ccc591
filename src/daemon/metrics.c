// SPDX-License-Identifier: GPL-2.0-only
// --metrics FILE: written anew every few seconds, so that whoever reads it sees all of one time.
#include "daemon/metrics.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/say.h"
#include "daemon/privileges.h"
#include "host/clock.h"
#include "host/file.h"
#include "show/metrics.h"

enum { EVERY_S = 5 }; /* node_exporter is asked every 15 s at most, as a rule */

struct metrics {
	const struct maps *maps;
	struct event *timer;
	char netns[NAME_MAX + 1];
	char path[PATH_MAX], temporary[PATH_MAX];
	int err; /* of the last time: said once, not every time */
};

/* The name under which ip netns knows the namespace we are in; "" if it has none. */
static void name_netns(char *name, size_t size)
{
	struct dirent *entry;
	struct stat ours, other;
	DIR *dir;

	name[0] = '\0';
	if (stat("/proc/self/ns/net", &ours))
		return;
	dir = opendir("/run/netns");
	while (dir && (entry = readdir(dir)))
		if (!fstatat(dirfd(dir), entry->d_name, &other, 0) && other.st_ino == ours.st_ino &&
		    other.st_dev == ours.st_dev) {
			snprintf(name, size, "%s", entry->d_name);
			break;
		}
	if (dir)
		closedir(dir);
}

/* What somebody put there is not written to: we are root. */
static FILE *create(const char *path)
{
	FILE *file;

	unlink(path);
	file = file_create(AT_FDCWD, path, 0644);
	if (file && fchmod(fileno(file), 0644)) { /* whatever the umask */
		fclose(file);
		file = NULL;
	}
	return file;
}

static int write_all(const struct metrics *m, const struct snapshot *snapshot)
{
	FILE *file = create(m->temporary);

	if (!file)
		return -errno;
	metrics_write(file, snapshot, m->netns);
	return file_close_as(file, AT_FDCWD, m->temporary, m->path, false);
}

static int write_once(const struct metrics *m)
{
	struct snapshot snapshot;
	int err = snapshot_take(&snapshot, m->maps, maps_counts, clock_now());

	if (err)
		return err;
	err = write_all(m, &snapshot);
	snapshot_free(&snapshot);
	return err;
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct metrics *m = arg;
	int err = write_once(m);

	if (err && err != m->err)
		say_warning("writing %s: %s; going on without, and trying again", m->path,
		    strerror(-err));
	m->err = err;
}

/* With the capabilities that will be left when it is written. */
static int try_to_create(const char *path)
{
	int err = privileges_lower(), back;
	FILE *file;

	if (err)
		return err;
	file = create(path);
	if (file) {
		fclose(file);
		unlink(path);
	} else {
		err = -errno;
	}
	back = privileges_raise();
	return err ? err : back;
}

int metrics_prepare(struct metrics **metrics, const char *path)
{
	struct metrics *m;
	int err;

	if (!path)
		return 0;
	*metrics = m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	name_netns(m->netns, sizeof(m->netns));
	if (snprintf(m->temporary, sizeof(m->temporary), "%s.new", path) >=
	    (int)sizeof(m->temporary)) {
		say_error("--metrics %s: too long a path", path);
		return -ENAMETOOLONG;
	}
	snprintf(m->path, sizeof(m->path), "%s", path);
	err = try_to_create(m->temporary);
	if (err)
		say_error("--metrics %s: cannot write there: %s; the directory must be there, and root's, "
		    "since it is written without CAP_DAC_OVERRIDE",
		    path, strerror(-err));
	return err;
}

const char *metrics_path(const struct metrics *m)
{
	return m ? m->path : NULL;
}

int metrics_start(struct metrics *m, struct event_base *base, const struct maps *maps)
{
	struct timeval every = {.tv_sec = EVERY_S};

	m->maps = maps;
	m->timer = event_new(base, -1, EV_PERSIST, on_time, m);
	if (!m->timer || event_add(m->timer, &every))
		return -ENOMEM;
	on_time(-1, 0, m);
	return 0;
}

/* Old figures would look like those of now. */
void metrics_close(struct metrics *m)
{
	if (!m)
		return;
	if (m->timer) {
		event_free(m->timer);
		unlink(m->path);
	}
	free(m);
}
