// SPDX-License-Identifier: GPL-2.0-only
// The map in which the test build's steering program writes its decision.
#include "decisions.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int find_map(int program)
{
	struct bpf_prog_info info = {0};
	__u32 ids[64], size = sizeof(info);

	info.nr_map_ids = 64;
	info.map_ids = (__u64)(unsigned long)ids;
	if (bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return -1;
	for (__u32 i = 0; i < info.nr_map_ids && i < 64; i++) {
		struct bpf_map_info map = {0};
		int fd = bpf_map_get_fd_by_id(ids[i]);

		size = sizeof(map);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &map, &size) &&
		    !strcmp(map.name, "decisions"))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	errno = ENOENT;
	return -1;
}

const struct decision *decisions_of(int program)
{
	int fd = find_map(program);
	void *memory;

	if (fd < 0)
		return NULL;
	memory = mmap(NULL, sizeof(struct decision), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}
