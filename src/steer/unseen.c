// SPDX-License-Identifier: GPL-2.0-only
// Our program, by its name.
#include "steer/unseen.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "nic/link.h"

static bool is_ours(__u32 id)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	int fd = id ? bpf_prog_get_fd_by_id(id) : -1;
	bool ours;

	if (fd < 0)
		return false;
	ours = !bpf_obj_get_info_by_fd(fd, &info, &size) && !strcmp(info.name, STEER_PROGRAM);
	close(fd);
	return ours;
}

static __u32 ours_on(const struct link *link)
{
	for (int mode = 0; mode < 3; mode++)
		if (is_ours(link->xdp_id[mode]))
			return link->xdp_id[mode];
	return 0;
}

__u32 unseen_program(unsigned int ifindex)
{
	struct link link;

	return link_get_index((int)ifindex, &link) ? 0 : ours_on(&link);
}

bool unseen_steering(char name[IF_NAMESIZE])
{
	struct link_list links = {0};
	bool found = false;

	if (link_list_read(&links))
		return false;
	for (size_t i = 0; i < links.count && !found; i++) {
		found = ours_on(&links.link[i]) != 0;
		if (found)
			snprintf(name, IF_NAMESIZE, "%s", links.link[i].name);
	}
	link_list_free(&links);
	return found;
}
