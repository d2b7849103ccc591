// SPDX-License-Identifier: GPL-2.0-only
// The flow dissectors of this machine.
#include "steer/dissectors.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NETNS_INIT "/proc/1/ns/net"

enum { PROGRAMS = 8 };

int dissector_link_read(int link, struct dissector_link *info)
{
	struct bpf_link_info told = {0};
	__u32 size = sizeof(told);

	if (bpf_obj_get_info_by_fd(link, &told, &size) < 0)
		return -errno;
	if (told.type != BPF_LINK_TYPE_NETNS || told.netns.attach_type != BPF_FLOW_DISSECTOR)
		return -EINVAL;
	*info = (struct dissector_link){
		.id = told.id, .program = told.prog_id, .netns = told.netns.netns_ino};
	return 0;
}

unsigned int dissector_netns(const char *path)
{
	struct stat at;

	return stat(path, &at) < 0 ? 0 : (unsigned int)at.st_ino;
}

/* The name of a program; "" if it cannot be told. */
static void name_program(__u32 id, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	*name = '\0';
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		memcpy(name, info.name, BPF_OBJ_NAME_LEN);
	close(fd);
}

/* @where: " in ..." or "". */
static void tell(__u32 program, const char *where, const char *remedy, char *who, size_t size)
{
	char name[BPF_OBJ_NAME_LEN];

	name_program(program, name);
	snprintf(
		who, size,
		"another flow dissector is attached%s: program %u%s%s, and the kernel has room for one; "
		"detach it: %s",
		where, program, *name ? ", " : "", name, remedy);
}

/* A link of somebody else's; those of other namespaces too where @all. */
static bool find_link(__u32 ours, unsigned int here, bool all, char *who, size_t size)
{
	const unsigned int init = dissector_netns(NETNS_INIT);
	char where[64], remedy[64];
	struct dissector_link link;
	__u32 id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		int fd = bpf_link_get_fd_by_id(id),
		    err = fd < 0 ? fd : dissector_link_read(fd, &link);

		if (fd >= 0)
			close(fd);
		if (err || id == ours || !link.netns)
			continue;
		if (link.netns != here && link.netns != init && !all)
			continue;
		snprintf(where, sizeof(where), " to network namespace net:[%u]", link.netns);
		snprintf(remedy, sizeof(remedy), "bpftool link detach id %u", id);
		tell(link.program, link.netns == here ? "" : where, remedy, who, size);
		return true;
	}
	return false;
}

/* One that is attached to the namespace at @path without a link. */
static bool find_program(const char *path, __u32 ours, const char *where, char *who, size_t size)
{
	__u32 ids[PROGRAMS], count = PROGRAMS, flags = 0;
	char remedy[64];
	int netns = open(path, O_RDONLY | O_CLOEXEC), err;

	if (netns < 0)
		return false;
	err = bpf_prog_query(netns, BPF_FLOW_DISSECTOR, 0, &flags, ids, &count);
	close(netns);
	if (err || !count || ids[0] == ours)
		return false;
	snprintf(remedy, sizeof(remedy), "bpftool prog detach id %u flow_dissector", ids[0]);
	tell(ids[0], where, remedy, who, size);
	return true;
}

bool dissectors_find(const struct dissector_link *ours, const char *netns, char *who, size_t size)
{
	const unsigned int here = dissector_netns(netns), init = dissector_netns(NETNS_INIT);

	if (find_link(ours->id, here, here == init, who, size) ||
	    find_program(netns, ours->program, "", who, size))
		return true;
	return here != init &&
	       find_program(NETNS_INIT, 0, " to the initial network namespace", who, size);
}
