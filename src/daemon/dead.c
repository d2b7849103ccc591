// SPDX-License-Identifier: GPL-2.0-only
// Network namespaces that are gone.
#include "daemon/dead.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "daemon/daemon.h"
#include "daemon/lock.h"
#include "nic/netns.h"
#include "steer/maps.h"
#include "steer/program.h"

enum { MOST_NAMESPACES = 4096 };

/* Namespaces that were looked at, by inode. */
struct seen {
	ino_t inode[MOST_NAMESPACES];
	size_t count;
};

static bool is_new(struct seen *seen, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	for (size_t i = 0; i < seen->count; i++)
		if (seen->inode[i] == st.st_ino)
			return false;
	if (seen->count < MOST_NAMESPACES)
		seen->inode[seen->count++] = st.st_ino;
	return true;
}

/* In a process of its own, for it enters the namespaces. */
static bool find_living(uint64_t cookie)
{
	static const char *const where[] = {"/proc/[0-9]*/ns/net", "/run/netns/*",
					    "/run/docker/netns/*"};
	struct seen *seen = calloc(1, sizeof(*seen));
	bool found = !seen;
	glob_t paths = {0};
	uint64_t id;

	for (size_t i = 0; i < sizeof(where) / sizeof(*where); i++)
		(void)glob(where[i], i ? GLOB_APPEND : 0, NULL, &paths);
	for (size_t i = 0; i < paths.gl_pathc && !found; i++) {
		int fd = open(paths.gl_pathv[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (is_new(seen, fd) && !setns(fd, CLONE_NEWNET))
			found = !netns_id(&id) && id == cookie;
		close(fd);
	}
	globfree(&paths);
	free(seen);
	return found;
}

/* True also where that cannot be told. */
static bool lives(uint64_t cookie)
{
	int status = 1;
	pid_t child = fork();

	if (!child)
		_exit(find_living(cookie));
	return child < 0 || waitpid(child, &status, 0) < 0 || status;
}

/* Of the pins of our layout; what another version left is not understood, and left. */
static bool is_unattended(const struct pins *there)
{
	uint64_t beat, now = daemon_now();
	bool unattended = true;
	struct maps maps;
	enum map bad;

	maps_init(&maps);
	if (maps_open(&maps, there, false, &bad))
		return false;
	beat = SHARED(maps.host->heartbeat_ns);
	if (SHARED(maps.host->attended) && !lock_is_left(there->cookie))
		unattended = beat + HEARTBEAT_OLD_NS < now;
	maps_close(&maps);
	return unattended;
}

static bool is_dead(const struct pins *there)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(there, &ifindexes);
	bool dead = count > 0;

	for (int i = 0; i < count && dead; i++)
		dead = program_is_off(there, ifindexes[i]);
	free(ifindexes);
	return dead && is_unattended(there) && !lives(there->cookie);
}

/* Under its lock, so that two that look at once do not meet. */
static bool take_down(struct pins *there)
{
	pid_t holder;
	int lock = lock_take(there->cookie, &holder);
	bool down;

	if (lock < 0)
		return false;
	down = !pins_remove(there);
	if (down)
		lock_forget(there->cookie);
	lock_release(there->cookie, lock);
	return down;
}

int dead_take_down(const struct pins *pins)
{
	uint64_t *cookies;
	int count = pins_others(pins, &cookies), down = 0;
	struct pins there;

	for (int i = 0; i < count; i++) {
		if (pins_enter(&there, pins, cookies[i]))
			continue;
		down += is_dead(&there) && take_down(&there);
		pins_close(&there);
	}
	free(cookies);
	return down;
}
