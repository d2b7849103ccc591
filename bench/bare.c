// SPDX-License-Identifier: GPL-2.0-only
// Attaches the bare pair of programs to an interface until its standard input ends.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bare.skel.h"

static int make_ring(const struct bare_bpf *skel, __u32 cpu, __u32 frames)
{
	struct bpf_cpumap_val value = {
		.qsize = frames,
		.bpf_prog.fd = bpf_program__fd(skel->progs.bare_ring),
	};

	return bpf_map_update_elem(bpf_map__fd(skel->maps.bare_cpus), &cpu, &value, BPF_ANY) < 0
		       ? -errno
		       : 0;
}

/* Nowhere but in the driver: that is what is measured. A link, or a negative errno. */
static int attach(const struct bare_bpf *skel, unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int link =
		bpf_link_create(bpf_program__fd(skel->progs.bare_steer), ifindex, BPF_XDP, &opts);

	return link < 0 ? -errno : link;
}

static int run(const char *interface, __u32 cpu, __u32 frames)
{
	struct bare_bpf *skel = bare_bpf__open();
	int err = 0;
	char end;

	if (!skel)
		return -errno;
	skel->rodata->bare_cpu = cpu;
	err = bpf_map__set_max_entries(skel->maps.bare_cpus, cpu + 1);
	if (!err)
		err = bare_bpf__load(skel);
	if (!err)
		err = make_ring(skel, cpu, frames);
	if (!err)
		err = attach(skel, if_nametoindex(interface));
	if (err >= 0) {
		printf("ready\n");
		fflush(stdout);
		while (read(STDIN_FILENO, &end, 1) > 0)
			;
		close(err);
		/* The entry holds the program and that the map: only so do both go. */
		bpf_map_delete_elem(bpf_map__fd(skel->maps.bare_cpus), &cpu);
		err = 0;
	}
	bare_bpf__destroy(skel);
	return err;
}

int main(int argc, char **argv)
{
	int err;

	if (argc != 4) {
		fprintf(stderr, "usage: bare INTERFACE CPU FRAMES\n");
		return 2;
	}
	err = run(argv[1], strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
	if (err)
		fprintf(stderr, "bench/bare: attaching to %s: %s\n", argv[1], strerror(-err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
