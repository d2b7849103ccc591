// SPDX-License-Identifier: GPL-2.0-only
// Network namespaces that are gone.
#include "client/dead.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli/say.h"
#include "client/lock.h"
#include "host/clock.h"
#include "nic/netns.h"
#include "sas/maps.h"
#include "steer/xdp.h"
#include "steer/undo.h"

enum {
	MOST_NAMESPACES = 4096,
	FIRST_PID_NAMESPACE = 0xeffffffc, /* PROC_PID_INIT_INO (include/linux/proc_ns.h) */
};

/* Namespaces that were looked at, by inode. */
struct seen {
	ino_t inode[MOST_NAMESPACES];
	size_t count;
};

static bool is_gone(int err)
{
	return err == ENOENT || err == ESRCH;
}

static bool is_new(struct seen *seen, ino_t inode)
{
	for (size_t i = 0; i < seen->count; i++)
		if (seen->inode[i] == inode)
			return false;
	if (seen->count < MOST_NAMESPACES)
		seen->inode[seen->count++] = inode;
	return true;
}

/* Is this the namespace, or one that we may not look at? Enters it. */
static bool may_be(uint64_t cookie, const char *path, struct seen *seen)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	uint64_t id;
	bool may;

	if (fd < 0)
		return !is_gone(errno);
	may = fstat(fd, &st) != 0;
	if (!may && is_new(seen, st.st_ino))
		may = setns(fd, CLONE_NEWNET) || netns_id(&id) || id == cookie;
	close(fd);
	return may;
}

static int stop_unless_gone(const char *path, int err)
{
	return !is_gone(err);
}

/* Any of these paths; also if not all of them can be listed. */
static bool any_may_be(uint64_t cookie, const char *pattern, struct seen *seen)
{
	glob_t paths = {0};
	int err = glob(pattern, GLOB_NOSORT, stop_unless_gone, &paths);
	bool may = err && err != GLOB_NOMATCH;

	for (size_t i = 0; i < paths.gl_pathc && !may; i++)
		may = may_be(cookie, paths.gl_pathv[i], seen);
	globfree(&paths);
	return may;
}

/* Processes of the host are not seen from another PID namespace than its first. */
static bool sees_all_processes(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino == FIRST_PID_NAMESPACE;
}

/* In a process of its own, for it enters them. A thread may be elsewhere than its process. */
static bool find_living(uint64_t cookie)
{
	static const char *const where[] = {"/proc/[0-9]*/task/[0-9]*/ns/net", "/run/netns/*",
					    "/run/docker/netns/*"};
	struct seen *seen = calloc(1, sizeof(*seen));
	bool may = !seen || !sees_all_processes();

	for (size_t i = 0; i < sizeof(where) / sizeof(*where) && !may; i++)
		may = any_may_be(cookie, where[i], seen);
	free(seen);
	return may;
}

/* True also where that cannot be told: what a living namespace needs is never taken from it. */
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
	uint64_t beat, now = clock_now();
	bool unattended = true;
	struct maps maps;
	enum map bad;

	maps_init(&maps);
	if (maps_open(&maps, there, false, &bad))
		return false;
	beat = SHARED(maps.host->heartbeat_ns);
	if (SHARED(maps.host->attended))
		unattended = beat + HEARTBEAT_OLD_NS < now;
	maps_close(&maps);
	return unattended;
}

bool dead_is_gone(const struct pins *there)
{
	return is_unattended(there) && !lives(there->cookie);
}

static bool is_dead(const struct pins *there)
{
	unsigned int *ifindexes;
	int count = pins_interfaces(there, &ifindexes);
	bool dead = count > 0;

	for (int i = 0; i < count && dead; i++)
		dead = xdp_is_off(there, ifindexes[i]);
	free(ifindexes);
	return dead && dead_is_gone(there);
}

/* Is all that is written down of interfaces that are gone? 0 stands for sysctls. */
static bool is_spent(const struct undo *undo, const unsigned int *off, int count)
{
	int *ifindexes;
	int n = undo_interfaces(undo, &ifindexes);
	bool spent = n >= 0 && !undo_any_here(undo);

	for (int i = 0; i < n && spent; i++) {
		bool found = !ifindexes[i];

		for (int k = 0; k < count; k++)
			found |= off[k] == (unsigned int)ifindexes[i];
		spent = found;
	}
	free(ifindexes);
	return spent;
}

/*
 * A NIC goes back to the first namespace when its own dies, with our settings still on it. One that
 * had no program of ours has no pins that would tell whether it did.
 */
static void forget_record(uint64_t cookie, const unsigned int *off, int count)
{
	struct undo *undo;
	char file[64], why[512];
	bool spent = false;

	lock_file_name(cookie, "json", file, sizeof(file));
	if (!undo_open(&undo, RUN_DIR, file, NULL, NULL, why, sizeof(why)))
		spent = is_spent(undo, off, count);
	undo_close(undo);
	if (spent)
		lock_forget(cookie);
	else
		say_warning("a network namespace is gone, but maybe not all interfaces whose "
			    "settings were changed in it: if a NIC came back from it, put back "
			    "what " RUN_DIR "/%s says of it, then remove that file",
			    file);
}

/* Asked again under its lock: until then a daemon may have come, or another who takes it down. */
static bool take_down(struct pins *there)
{
	pid_t holder;
	unsigned int *off;
	int lock = lock_take(there->cookie, &holder), count;
	bool down;

	if (lock < 0)
		return false;
	count = pins_interfaces(there, &off);
	down = is_dead(there) && !pins_remove(there);
	if (down)
		forget_record(there->cookie, off, count);
	free(off);
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
