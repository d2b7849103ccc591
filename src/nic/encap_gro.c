// SPDX-License-Identifier: GPL-2.0-only
// The encapsulation sockets of IKE daemons, and whether they have UDP_GRO on.
#include "nic/encap_gro.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void look_at(int socket, struct encap_gro *out)
{
	int protocol = 0, encap = 0, gro = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(socket, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) ||
	    protocol != IPPROTO_UDP ||
	    getsockopt(socket, IPPROTO_UDP, UDP_ENCAP, &encap, &len) ||
	    encap != UDP_ENCAP_ESPINUDP)
		return;
	out->sockets++;
	if (!getsockopt(socket, IPPROTO_UDP, UDP_GRO, &gro, &len) && gro)
		out->gro++;
}

static void look_at_process(int process, const char *pid, struct encap_gro *out)
{
	char path[64], target[32];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target));
		int socket;

		if (n < 8 || memcmp(target, "socket:[", 8))
			continue;
		socket = (int)syscall(SYS_pidfd_getfd, process, atoi(entry->d_name), 0);
		if (socket < 0)
			continue;
		look_at(socket, out);
		close(socket);
	}
	if (dir)
		closedir(dir);
}

/* A socket may be of another namespace than its process; IKE daemons' are not. */
static int in_our_namespace(const char *pid, const struct stat *ours)
{
	struct stat theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/ns/net", pid);
	return !stat(path, &theirs) && theirs.st_ino == ours->st_ino &&
	       theirs.st_dev == ours->st_dev;
}

int encap_gro_read(struct encap_gro *out)
{
	struct dirent *entry;
	struct stat ours;
	DIR *dir;

	memset(out, 0, sizeof(*out));
	dir = opendir("/proc");
	if (!dir || stat("/proc/thread-self/ns/net", &ours))
		out->err = -errno;
	while (dir && !out->err && (entry = readdir(dir))) {
		int process;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !in_our_namespace(entry->d_name, &ours))
			continue;
		process = (int)syscall(SYS_pidfd_open, atoi(entry->d_name), 0);
		if (process < 0)
			continue;
		look_at_process(process, entry->d_name, out);
		close(process);
	}
	if (dir)
		closedir(dir);
	return out->err;
}
