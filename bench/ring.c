// SPDX-License-Identifier: GPL-2.0-only
// Loads the ring program as an XDP program. A file of its own: both skeletons use the same names.
#include "ring.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include "bpf/espalier_bench.skel.h"
#include "core/pull_data.h"
#include "nic/pull_data.h"
#include "sas/program_call.h"

int bench_ring_load(struct espalier_bpf **ring, const struct maps *maps, __u32 number)
{
	struct espalier_bpf *skel = espalier_bpf__open();
	struct program_constants *c;
	__u32 zero = 0;
	int err = 0, any;

	*ring = skel;
	if (!skel)
		return -errno;
	bpf_program__set_autoload(skel->progs.espalier_steer, false);
	bpf_program__set_autoload(skel->progs.espalier_enqueued, false);
	bpf_program__set_autoload(skel->progs.espalier_dissect, false);
	for (int i = 0; i < MAPS && !err; i++)
		if (i != MAP_RING_ANY) /* which holds a cpumap's program */
			err = bpf_map__reuse_fd(
				bpf_object__find_map_by_name(skel->obj, map_name(i)), maps->fd[i]);
	c = (void *)&skel->rodata->constants;
	c->shape = maps->host->shape;
	c->cpus = maps->host->cpus;
	c->batch = maps->host->batch;
	c->frags = maps->host->frags;
	c->pull_data = maps->host->pull_data;
	if (!err && c->pull_data)
		err = program_call(skel->obj, PULL_DATA_CALL, pull_data_id());
	c->ring = maps->rings[number];
	c->ring_number = number;
	/* The same cpumaps, so it must agree with the steering program on frames in several buffers. */
	bpf_program__set_flags(skel->progs.espalier_ring,
			       maps->host->frags ? BPF_F_XDP_HAS_FRAGS : 0);
	bpf_program__set_flags(skel->progs.espalier_ring_any,
			       maps->host->frags ? BPF_F_XDP_HAS_FRAGS : 0);
	if (!err)
		err = espalier_bpf__load(skel);
	any = bpf_program__fd(skel->progs.espalier_ring_any);
	if (!err && bpf_map_update_elem(bpf_map__fd(skel->maps.ring_any), &zero, &any, BPF_ANY) < 0)
		err = -errno;
	return err;
}

void bench_ring_free(struct espalier_bpf *ring)
{
	espalier_bpf__destroy(ring);
}

int bench_ring_fd(const struct espalier_bpf *ring)
{
	return bpf_program__fd(ring->progs.espalier_ring);
}
