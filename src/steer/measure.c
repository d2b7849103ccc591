// SPDX-License-Identifier: GPL-2.0-only
// Measures on an interface where the packets of each SA come in.
#include "steer/measure.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdlib.h>
#include <unistd.h>
#include "bpf/measure.skel.h"
#include "sas/program.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS of Linux 6.6, which Debian 12's headers do not have */

/* Where our filter is, if there is no tcx: chosen so that nobody else is there. */
enum { TC_PRIORITY = 0xe5b1, TC_HANDLE = 1 };

struct measure {
	struct measure_bpf *skel;
	int link; /* -1: none */
	int target; /* the steering program, -1: none */
	struct bpf_tc_hook hook;
	bool filter, qdisc; /* that we made */
};

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

/* Linux before 6.6: a filter of clsact, which is made if it is not there. */
static int attach_filter(struct measure *m, int program)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .handle = TC_HANDLE,
		    .priority = TC_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&m->hook);

	if (err && err != -EEXIST)
		return err;
	m->qdisc = !err;
	err = bpf_tc_attach(&m->hook, &opts);
	m->filter = !err;
	return err;
}

static void detach_filter(struct measure *m)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = TC_HANDLE, .priority = TC_PRIORITY);

	if (m->filter)
		(void)bpf_tc_detach(&m->hook, &opts);
	if (!m->qdisc)
		return;
	m->hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	(void)bpf_tc_hook_destroy(&m->hook);
}

static int attach_link(struct measure *m, const struct measure_how *how)
{
	LIBBPF_OPTS(bpf_link_create_opts, native, .flags = XDP_FLAGS_DRV_MODE);
	int ifindex = (int)how->ifindex;

	switch (how->at) {
	case MEASURE_XDP:
		return bpf_link_create(bpf_program__fd(m->skel->progs.espalier_measure_xdp), ifindex,
				       BPF_XDP, &native);
	case MEASURE_STEERING: /* its target was named when it was loaded */
		return bpf_raw_tracepoint_open(
			NULL, bpf_program__fd(m->skel->progs.espalier_measure_steering));
	default:
		return bpf_link_create(bpf_program__fd(m->skel->progs.espalier_measure_tc), ifindex,
				       TCX_INGRESS, NULL);
	}
}

static int attach(struct measure *m, const struct measure_how *how)
{
	m->hook = (struct bpf_tc_hook){.sz = sizeof(m->hook),
				       .ifindex = (int)how->ifindex,
				       .attach_point = BPF_TC_INGRESS};
	m->link = attach_link(m, how);
	if (m->link >= 0)
		return 0;
	m->link = -1;
	if (how->at != MEASURE_TC)
		return -errno;
	return attach_filter(m, bpf_program__fd(m->skel->progs.espalier_measure_tc));
}

/* Which of the programs is loaded. */
static int choose(struct measure *m, const struct measure_how *how)
{
	struct bpf_program *steering = m->skel->progs.espalier_measure_steering;
	int fd, err;

	bpf_program__set_autoload(m->skel->progs.espalier_measure_tc, how->at == MEASURE_TC);
	bpf_program__set_autoload(m->skel->progs.espalier_measure_xdp, how->at == MEASURE_XDP);
	bpf_program__set_autoload(steering, how->at == MEASURE_STEERING);
	*(bool *)&m->skel->rodata->frags = program_frags();
	bpf_program__set_flags(m->skel->progs.espalier_measure_xdp,
			       program_frags() ? BPF_F_XDP_HAS_FRAGS : 0);
	if (how->at == MEASURE_TC)
		return bpf_map__set_autocreate(m->skel->maps.head, false);
	err = bpf_map__set_max_entries(m->skel->maps.head, (__u32)libbpf_num_possible_cpus());
	if (how->at == MEASURE_XDP || err)
		return err;
	fd = bpf_prog_get_fd_by_id(how->program);
	if (fd < 0)
		return -errno;
	m->target = fd; /* needed until it is loaded */
	return bpf_program__set_attach_target(steering, fd, "espalier_steer");
}

static int load(struct measure *m, const struct measure_how *how)
{
	__u32 zero = 0;
	int err;

	libbpf_set_print(quiet);
	m->skel = measure_bpf__open();
	if (!m->skel)
		return errno ? -errno : -ENOMEM;
	*(bool *)&m->skel->rodata->by_cpu = how->by_cpu;
	err = choose(m, how);
	if (!err)
		err = measure_bpf__load(m->skel);
	if (!err && bpf_map_update_elem(bpf_map__fd(m->skel->maps.ports), &zero, &how->ports, BPF_ANY))
		err = -errno;
	return err;
}

static void take_down(struct measure *m)
{
	if (m->link >= 0)
		close(m->link);
	if (m->target >= 0)
		close(m->target);
	detach_filter(m);
	measure_bpf__destroy(m->skel);
	free(m);
}

int measure_start(struct measure **measure, const struct measure_how *how)
{
	struct measure *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->link = m->target = -1;
	err = load(m, how);
	if (!err)
		err = attach(m, how);
	if (err) {
		take_down(m);
		return err;
	}
	*measure = m;
	return 0;
}

static int read_entries(const struct measure *m, struct measured *out)
{
	int fd = bpf_map__fd(m->skel->maps.measured), err = 0;
	struct measured_entry entry;
	const struct measure_key *last = NULL;

	while (!err && !bpf_map_get_next_key(fd, last, &entry.key)) {
		if (!bpf_map_lookup_elem(fd, &entry.key, &entry.value))
			err = measured_take(out, &entry);
		last = &entry.key;
	}
	return err;
}

int measure_stop(struct measure *m, struct measured *out, uint64_t *lost)
{
	__u32 zero = 0;
	int err;

	/* First off the interface: then nothing changes while it is read. */
	if (m->link >= 0)
		close(m->link);
	m->link = -1;
	err = read_entries(m, out);
	*lost = 0;
	(void)bpf_map_lookup_elem(bpf_map__fd(m->skel->maps.lost), &zero, lost);
	take_down(m);
	measured_sort(out);
	return err;
}
