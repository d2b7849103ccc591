// SPDX-License-Identifier: GPL-2.0-only
// Of the check-up: where the SAs are. An IKE daemon may keep them in another network namespace than
// this one, or in itself (ESP in user space), and then nobody here knows them.
#include "cmd/inspect/checkup.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "client/lock.h"
#include "nic/netns.h"
#include "sad/kernel_sas.h"

enum { NAMESPACES = 64 };

/* IKE daemons that are looked at, and the network namespaces that were seen. */
struct search {
	struct checkup *checkup;
	ino_t own, seen[NAMESPACES];
	size_t n;
};

/* What a process in another network namespace finds there. */
struct found {
	bool known;
	size_t sas;
	pid_t holder; /* of the lock: a daemon of ours that runs there */
};

static bool is_ike_daemon(const char *pid, char *name, size_t size)
{
	static const char *const names[] = {"charon", "charon-systemd", "charon-nm", "pluto",
					    "iked",   "racoon"};
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, (int)size, file))
		name[0] = '\0';
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static ino_t netns_of(const char *pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%.16s/ns/net", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

static void find_there(const char *pid, struct found *found)
{
	struct sad_reading sas = {0};
	struct kernel_sas kernel;
	uint64_t cookie;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%.16s/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		return;
	found->known = !kernel_sas_open(&kernel) && !kernel_sas_take(&kernel, &sas);
	found->sas = sas.count;
	if (!netns_id(&cookie))
		found->holder = lock_holder(cookie);
}

/* In a child, as nothing else brings a process back from where it may have no right to be. */
static void find_in_child(const char *pid, struct found *found)
{
	int ends[2];
	pid_t child;

	*found = (struct found){0};
	if (pipe2(ends, O_CLOEXEC))
		return;
	child = fork();
	if (!child) {
		find_there(pid, found);
		_exit(write(ends[1], found, sizeof(*found)) != sizeof(*found));
	}
	close(ends[1]);
	if (child > 0) {
		if (read(ends[0], found, sizeof(*found)) != sizeof(*found))
			*found = (struct found){0};
		waitpid(child, NULL, 0);
	}
	close(ends[0]);
}

static void add_elsewhere(struct checkup *c, const char *pid, const char *name)
{
	char subject[64];
	struct found found;

	find_in_child(pid, &found);
	snprintf(subject, sizeof(subject), "%.24s (pid %.16s)", name, pid);
	if (!found.known) {
		checkup_add(c, "SAs of", subject,
			    "it runs in another network namespace, which cannot be looked into");
		checkup_todo(c, "run 'espalier inspect' there: nsenter --net=/proc/%s/ns/net "
				"espalier inspect", pid);
		return;
	}
	c->sas_elsewhere += found.sas;
	if (found.holder > 0) {
		checkup_add(c, "SAs of", subject,
			    "%zu in its own network namespace, where espalier runs (pid %d)",
			    found.sas, (int)found.holder);
		return;
	}
	checkup_add(c, "SAs of", subject,
		    found.sas ? "%zu in its own network namespace, and nobody steers them"
			      : "%zu in its own network namespace", found.sas);
	if (found.sas)
		checkup_todo(c, "steer there: nsenter --net=/proc/%s/ns/net espalier run IF", pid);
}

/* strongSwan's plugin for ESP in user space is mapped where it is in use. */
static bool has_libipsec(const char *pid)
{
	char path[64], line[512];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.16s/maps", pid);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, "kernel-libipsec") != NULL;
	if (file)
		fclose(file);
	return found;
}

static bool told_otherwise(const struct snapshot *s)
{
	for (size_t i = 0; i < s->sas; i++)
		if (s->sa[i].source != SA_KERNEL)
			return true;
	return false;
}

static void add_here(struct checkup *c, const char *pid, const char *name)
{
	char subject[64];

	snprintf(subject, sizeof(subject), "%.24s (pid %.16s)", name, pid);
	if (!has_libipsec(pid)) {
		checkup_add(c, "IKE daemon", subject, "in this network namespace");
		return;
	}
	checkup_add(c, "IKE daemon", subject,
		    "it does ESP in user space (kernel-libipsec): the kernel does not know its SAs");
	if (!told_otherwise(&c->snapshot))
		checkup_todo(c, "espalier run IF --learn, or --sas FILE");
}

static void look_at_process(struct search *search, const char *pid)
{
	ino_t netns = netns_of(pid);
	char name[32];

	if (!netns || !is_ike_daemon(pid, name, sizeof(name)))
		return;
	if (netns == search->own) {
		add_here(search->checkup, pid, name);
		return;
	}
	for (size_t i = 0; i < search->n; i++)
		if (search->seen[i] == netns)
			return;
	if (search->n < NAMESPACES)
		search->seen[search->n++] = netns;
	add_elsewhere(search->checkup, pid, name);
}

static void read_sas(struct checkup *c)
{
	struct kernel_sas kernel;

	if (!kernel_sas_open(&kernel))
		(void)kernel_sas_take(&kernel, &c->sas);
	kernel_sas_close(&kernel);
	for (size_t i = 0; i < c->sas.count; i++)
		c->sas_udp += c->sas.sa[i].encap;
}

void checkup_sas(struct checkup *c)
{
	struct search search = {.checkup = c, .own = netns_of("self")};
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	read_sas(c);
	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at_process(&search, entry->d_name);
	if (proc)
		closedir(proc);
	checkup_add(c, "SAs", NULL, "%zu inbound are known in this network namespace, %zu of them ESP "
				    "in UDP", c->sas.count, c->sas_udp);
	if (!c->sas.count && !c->sas_elsewhere && !told_otherwise(&c->snapshot))
		checkup_todo(c, "bring up a tunnel; 'ip xfrm state' must list its SAs");
}
