// SPDX-License-Identifier: GPL-2.0-only
// Loads the BPF objects by their skeleton, and pins what must outlive us.
#include "sas/program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "core/pull_data.h"
#include "core/toeplitz.h"
#include "host/clock.h"
#include "nic/kernel.h"
#include "nic/pull_data.h"
#include "sas/program_call.h"
#include "sas/table.h"
#ifdef ESPALIER_TEST
#include "bpf/espalier_test.skel.h"
#else
#include "bpf/espalier.skel.h"
#endif

#define PIN_ENQUEUED "link_enqueued"

__u64 program_hash(void)
{
	__u64 hash = 0xcbf29ce484222325ull; /* FNV-1a: tells versions apart, no more */
	const unsigned char *bytes;
	size_t size;

	bytes = espalier_bpf__elf_bytes(&size);
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	return hash;
}

/*
 * libbpf has one print function for the process and no argument for it. Its messages are only
 * wanted when loading failed; the verifier's own log, by the kernel, says what matters.
 */
static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static void set_log(struct espalier_bpf *skel, char *log, size_t size)
{
	struct bpf_program *program;

	if (!log || !size)
		return;
	log[0] = 0;
	bpf_object__for_each_program(program, skel->obj) if (bpf_program__autoload(program))
		bpf_program__set_log_buf(program, log, size);
}

static struct espalier_bpf *open_object(void)
{
	struct espalier_bpf *skel;

	libbpf_set_print(quiet);
	skel = espalier_bpf__open();
	if (!skel && !errno)
		errno = ENOMEM;
	return skel;
}

/* By hand, as the section name "xdp.frags" could not be taken back; a cpumap's must agree. */
static void set_frags(struct espalier_bpf *skel, const struct host *host)
{
	__u32 flags = host->frags ? BPF_F_XDP_HAS_FRAGS : 0;

	bpf_program__set_flags(skel->progs.espalier_steer, flags);
	bpf_program__set_flags(skel->progs.espalier_ring, flags);
	bpf_program__set_flags(skel->progs.espalier_ring_any, flags);
}

static void set_constants(struct espalier_bpf *skel, const struct host *host)
{
	struct program_constants *c = (void *)&skel->rodata->constants;

	c->shape = host->shape;
	c->cpus = host->cpus;
	c->batch = host->batch;
	c->frags = host->frags;
	c->fine_clock = kernel_can(KERNEL_COARSE_CLOCK) == KERNEL_LACKS;
}

bool program_frags(void)
{
	return kernel_can(KERNEL_XDP_FRAGS) != KERNEL_LACKS;
}

__u32 program_batch(enum kernel_answer cpumap_gro)
{
	return cpumap_gro == KERNEL_LACKS ? BATCH_PLAIN : BATCH_GRO;
}

/* The programs call the kernel's function that brings headers into a frame's first buffer. */
static int set_pull_data(struct espalier_bpf *skel, const struct host *host)
{
	struct program_constants *c = (void *)&skel->rodata->constants;

	c->pull_data = host->pull_data;
	return host->pull_data ? program_call(skel->obj, PULL_DATA_CALL, pull_data_id()) : 0;
}

/* In the test build with no-pull-data in $ESPALIER_TEST as if the kernel lacked it. */
static bool has_pull_data(void)
{
#ifdef ESPALIER_TEST
	const char *text = getenv("ESPALIER_TEST");

	if (text && strstr(text, "no-pull-data"))
		return false;
#endif
	return kernel_can(KERNEL_PULL_DATA) == KERNEL_HAS;
}

/* What is fixed while the maps live; the BPF programs have part of it as constants. */
static int fixed_part(struct host *host, const struct program_sizes *sizes)
{
	memset(host, 0, sizeof(*host));
	host->magic = LAYOUT_MAGIC;
	host->layout = LAYOUT_VERSION;
	host->shape.bits = table_bits(sizes->max_sas);
	if (getrandom(&host->shape.seed, sizeof(host->shape.seed), 0) < 0)
		return -errno;
	host->cpus = sizes->cpus;
	host->rings = 1; /* ring number 0 is never used */
	host->max_sas = sizes->max_sas;
	host->ring_frames = sizes->ring_frames;
	host->moves = sizes->moves;
	host->frags = sizes->frags;
	host->pull_data = sizes->frags && has_pull_data();
	host->batch = program_batch(kernel_can(KERNEL_CPUMAP_GRO));
	host->drops_unknown = !sizes->drops;
	host->ike_share = IKE_SHARE;
	host->ike_strangers = IKE_STRANGERS;
	host->started_ns = clock_now();
	return 0;
}

static int size_maps(struct espalier_bpf *skel, const struct host *host)
{
	const struct {
		struct bpf_map *map;
		__u32 entries;
	} sizes[] = {
		{skel->maps.sa_table, 1u << host->shape.bits},
		{skel->maps.sa_overflows, sa_overflows_elements(&host->shape)},
		{skel->maps.sa_warm, SA_BUCKET_SLOTS << host->shape.bits},
		{skel->maps.sa_rare, SA_BUCKET_SLOTS << host->shape.bits},
		{skel->maps.sa_cold, host->max_sas},
		{skel->maps.ring_states, host->cpus * RING_KINDS},
		{skel->maps.cpu_states, host->cpus},
		{skel->maps.labels, host->cpus},
		{skel->maps.move_records, host->moves},
		{skel->maps.move_lines, host->moves * host->cpus},
		{skel->maps.cpus_sa, host->cpus},
		{skel->maps.cpus_stray, host->cpus},
		{skel->maps.cpus_ike, host->cpus},
		{skel->maps.heads, host->frags && !host->pull_data ? host->cpus : 1},
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++)
		err = bpf_map__set_max_entries(sizes[i].map, sizes[i].entries);
	return err;
}

static int take_descriptors(struct maps *maps, struct espalier_bpf *skel)
{
	for (int i = 0; i < MAPS; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(skel->obj, map_name(i));

		if (!map)
			return -ENOENT;
		maps->fd[i] = dup(bpf_map__fd(map));
		if (maps->fd[i] < 0)
			return -errno;
	}
	return 0;
}

static int map_id(int fd, __u32 *id)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	*id = info.id;
	return 0;
}

/* The first contents: a program that saw these maps empty would read nonsense. */
static int fill_maps(struct maps *maps, const struct host *host, int ring_any)
{
	__u8 key[TOEPLITZ_INPUT_MAX + 4];
	__u32 zero = 0;
	enum map bad;
	int err = 0;

	if (bpf_map_update_elem(maps->fd[MAP_HOST], &zero, host, BPF_ANY) < 0 ||
	    bpf_map_update_elem(maps->fd[MAP_RING_ANY], &zero, &ring_any, BPF_ANY) < 0)
		return -errno;
	err = maps_attach(maps, true, &bad);
	if (err)
		return err;
	for (int i = 0; i < RING_KINDS && !err; i++)
		err = map_id(maps->fd[MAP_CPUS_SA + i], &maps->host->cpumap_id[i]);
	for (__u32 i = 0; i < maps_slots(maps); i++)
		maps->warm[i].record = NO_MOVE;
	if (!err && getrandom(key, sizeof(key), 0) < 0)
		err = -errno;
	return err ? err : toeplitz_init(maps->toeplitz, key, sizeof(key));
}

/* What counts the frames that are put on rings. */
static int pin_count(struct espalier_bpf *skel, struct pins *pins)
{
	struct bpf_link *link = bpf_program__attach(skel->progs.espalier_enqueued);
	int err;

	if (!link)
		return -errno;
	err = pins_put(pins, PIN_ENQUEUED, bpf_link__fd(link));
	bpf_link__destroy(link);
	return err;
}

static int pin_all(struct espalier_bpf *skel, struct maps *maps, struct pins *pins)
{
	int err = pins_create(pins);

	for (int i = 0; i < MAPS && !err; i++)
		err = pins_put(pins, map_name(i), maps->fd[i]);
	if (!err)
		err = maps_renew_report(maps, pins);
	if (!err && !maps->host->drops_unknown)
		err = pin_count(skel, pins);
	return err ? err : pins_finish(pins);
}

int program_create(struct maps *maps, struct pins *pins, const struct program_sizes *sizes,
		   char *log, size_t size)
{
	struct espalier_bpf *skel = open_object();
	struct host host;
	int err;

	maps_init(maps);
	if (!skel)
		return -errno;
	bpf_program__set_autoload(skel->progs.espalier_steer, false);
	bpf_program__set_autoload(skel->progs.espalier_enqueued, sizes->drops);
	bpf_program__set_autoload(skel->progs.espalier_ring, false);
	bpf_program__set_autoload(skel->progs.espalier_dissect, false);
	err = fixed_part(&host, sizes);
	if (!err)
		err = size_maps(skel, &host);
	set_constants(skel, &host);
	set_frags(skel, &host);
	if (!err)
		err = set_pull_data(skel, &host);
	set_log(skel, log, size);
	if (!err)
		err = espalier_bpf__load(skel);
	if (!err)
		err = take_descriptors(maps, skel);
	if (!err)
		err = fill_maps(maps, &host, bpf_program__fd(skel->progs.espalier_ring_any));
	if (!err)
		err = pin_all(skel, maps, pins);
	espalier_bpf__destroy(skel);
	if (err) {
		maps_close(maps);
		pins_remove(pins);
	}
	return err;
}

/* One of the programs alone, over the maps that are there; a negative errno. */
static int load_over(struct espalier_bpf *skel, struct bpf_program *program,
		     const struct maps *maps, char *log, size_t size)
{
	struct bpf_program *other = NULL;
	int err = 0;

	while ((other = bpf_object__next_program(skel->obj, other)))
		bpf_program__set_autoload(other, other == program);
	for (int i = 0; i < MAPS && !err; i++)
		if (i != MAP_HEADS || program != skel->progs.espalier_dissect)
			err = bpf_map__reuse_fd(
				bpf_object__find_map_by_name(skel->obj, map_name(i)), maps->fd[i]);
	set_constants(skel, maps->host);
	set_frags(skel, maps->host);
	/* Not for a ring's own: it takes what needs no parser, and there are many. */
	if (!err && program != skel->progs.espalier_ring)
		err = set_pull_data(skel, maps->host);
	set_log(skel, log, size);
	return err ? err : espalier_bpf__load(skel);
}

/* Loads one program of a skeleton, which it frees, and takes its descriptor. */
static int load_one(struct espalier_bpf *skel, struct bpf_program *program, const struct maps *maps,
		    char *log, size_t size)
{
	int fd = -1, err = load_over(skel, program, maps, log, size);

	if (!err)
		fd = fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 0);
	if (!err && fd < 0)
		err = -errno;
	espalier_bpf__destroy(skel);
	return err ? err : fd;
}

int program_load_ring(const struct maps *maps, __u32 number, const struct ring *ring)
{
	struct espalier_bpf *skel = open_object();
	struct program_constants *c;

	if (!skel)
		return -errno;
	c = (void *)&skel->rodata->constants;
	c->ring = *ring;
	c->ring_number = number;
	return load_one(skel, skel->progs.espalier_ring, maps, NULL, 0);
}

int program_load_steer(const struct maps *maps, const struct program_target *target, char *log,
		       size_t size)
{
	struct espalier_bpf *skel = open_object();
	struct program_constants *c;

	if (!skel)
		return -errno;
	c = (void *)&skel->rodata->constants;
	c->interface = target->index;
	return load_one(skel, skel->progs.espalier_steer, maps, log, size);
}

int program_load_dissect(const struct maps *maps, unsigned int index, char *log, size_t size)
{
	struct espalier_bpf *skel = open_object();
	struct program_constants *c;
	int err;

	if (!skel)
		return -errno;
	c = (void *)&skel->rodata->constants;
	c->interface = index;
	err = bpf_map__set_max_entries(skel->maps.heads, maps->host->cpus);
	if (err) {
		espalier_bpf__destroy(skel);
		return err;
	}
	return load_one(skel, skel->progs.espalier_dissect, maps, log, size);
}
