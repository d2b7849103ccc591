// SPDX-License-Identifier: GPL-2.0-only
// The end of rings.
#include "sas/cpumaps.h"

#include <bpf/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void empty_if_cpumap(int fd)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == BPF_MAP_TYPE_CPUMAP)
		for (__u32 cpu = 0; cpu < info.max_entries; cpu++)
			bpf_map_delete_elem(fd, &cpu);
}

static void empty_cpumaps_of(int program)
{
	__u32 ids[64], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {
		.nr_map_ids = sizeof(ids) / sizeof(*ids),
		.map_ids = (__u64)(unsigned long)ids,
	};

	if (bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return;
	for (__u32 i = 0; i < info.nr_map_ids && i < sizeof(ids) / sizeof(*ids); i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);

		if (fd < 0)
			continue;
		empty_if_cpumap(fd);
		close(fd);
	}
}

static bool is_program(int fd)
{
	char path[64], kind[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, kind, sizeof(kind) - 1);
	kind[n < 0 ? 0 : n] = 0;
	return !strcmp(kind, "anon_inode:bpf-prog");
}

void cpumaps_empty(int fd)
{
	if (is_program(fd))
		empty_cpumaps_of(fd);
	else
		empty_if_cpumap(fd);
}
