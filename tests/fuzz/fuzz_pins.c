// SPDX-License-Identifier: GPL-2.0-only
/*
 * What adoption reads: pins whose contents, types and sizes may be anything. Begins with good ones
 * (two SAs, one of them moving) and changes them as the input says: any number of patches, each
 * behind a head of four bytes: the map (with the high bit: what the kernel says about that map),
 * an offset (16 bits, little endian), the number of bytes that follow. Then what `show` and a new
 * daemon do. bpf(2) is made up here, and each map's memory ends where its elements end.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/show/print.h"
#include "fuzz.h"
#include "show/snapshot.h"
#include "sas/sas.h"

enum {
	CPUS = 4,
	BITS = 3,
	SLOTS = SA_BUCKET_SLOTS << BITS,
	RECORDS = 4,
	FIRST_FD = 0x10000, /* no descriptor of the kernel is so high */
	MOST_MEMORY = 1 << 20,
	HEAD = 4,
	ABOUT = 0x80, /* the patch is one to struct bpf_map_info */
};

#define NOW 1000000000000ull

static struct fuzz_input patches; /* of the input under way */

/* The report is numbered behind the maps of the BPF programs (sas/report_map.h). */
enum { REPORT = MAPS, PINNED };

/* Good pins */

static const struct bpf_map_info good[PINNED] = {
#define MEMORY(TYPE, N)                                                                   \
	{                                                                                 \
		.type = BPF_MAP_TYPE_ARRAY, .value_size = sizeof(TYPE), .max_entries = N, \
		.map_flags = BPF_F_MMAPABLE                                               \
	}
	[MAP_HOST] = MEMORY(struct host, 1),
	[MAP_SA_TABLE] = MEMORY(struct sa_bucket, 1 << BITS),
	[MAP_SA_OVERFLOWS] = MEMORY(struct sa_overflows, 1),
	[MAP_SA_WARM] = MEMORY(struct sa_warm, SLOTS),
	[MAP_SA_RARE] = MEMORY(struct sa_rare, SLOTS),
	[MAP_SA_COLD] = MEMORY(struct sa_cold, SLOTS),
	[MAP_RINGS] = MEMORY(struct ring, SA_RINGS),
	[MAP_RING_STATES] = MEMORY(struct ring_state, CPUS *RING_KINDS),
	[MAP_CPU_STATES] = MEMORY(struct cpu_state, CPUS),
	[MAP_LABELS] = MEMORY(struct label_row, CPUS),
	[MAP_PORTS] = MEMORY(struct encap_ports, 1),
	[MAP_TOEPLITZ] = MEMORY(struct toeplitz, 1),
	[MAP_ADDRESSES] = MEMORY(struct addr_set, 1),
	[MAP_PEERS] = MEMORY(struct addr_set, 1),
	[MAP_STRAY_SEEN] = MEMORY(struct stray_seen, STRAY_SEEN),
	[MAP_MOVE_RECORDS] = MEMORY(struct move_record, RECORDS),
	[MAP_MOVE_LINES] = MEMORY(struct move_line, RECORDS *CPUS),
	[REPORT] = MEMORY(struct report, 1),
#undef MEMORY
	[MAP_COUNTS] = {.type = BPF_MAP_TYPE_PERCPU_ARRAY,
			.value_size = sizeof(struct interface_counts)},
	[MAP_FRAGMENTS] = {.type = BPF_MAP_TYPE_LRU_HASH,
			   .value_size = sizeof(struct fragment_value)},
	[MAP_ASKS] = {.type = BPF_MAP_TYPE_RINGBUF},
	[MAP_HEADS] = {.type = BPF_MAP_TYPE_ARRAY, .value_size = sizeof(struct head)},
	[MAP_IKE_SOURCES] = {.type = BPF_MAP_TYPE_ARRAY, .value_size = sizeof(struct ike_source)},
	[MAP_CPUS_SA] = {.type = BPF_MAP_TYPE_CPUMAP, .value_size = sizeof(struct bpf_cpumap_val)},
	[MAP_CPUS_STRAY] = {.type = BPF_MAP_TYPE_CPUMAP,
			    .value_size = sizeof(struct bpf_cpumap_val)},
	[MAP_CPUS_IKE] = {.type = BPF_MAP_TYPE_CPUMAP, .value_size = sizeof(struct bpf_cpumap_val)},
	[MAP_RING_ANY] = {.type = BPF_MAP_TYPE_PROG_ARRAY, .value_size = sizeof(__u32)},
};

static const struct sa_table_shape shape = {.bits = BITS, .seed = 0x5eed};
static const __be32 destination[4] = {0x020200c0}; /* 192.0.2.2 */

static __u64 key_of(__u32 spi)
{
	return sa_key(&shape, destination, spi, IPPROTO_ESP);
}

/* SA number i (0 or 1) is in place i of its primary bucket. */
static __u32 slot_of(int i)
{
	return sa_primary(&shape, key_of(0x1000 + i)) * SA_BUCKET_SLOTS + i;
}

/* Ring numbers: kind * CPUS + CPU + 1. */
static void good_host(struct host *host)
{
	*host = (struct host){
		.magic = LAYOUT_MAGIC,
		.layout = LAYOUT_VERSION,
		.shape = shape,
		.cpus = CPUS,
		.rings = 1 + RING_KINDS * CPUS,
		.max_sas = SLOTS / 2,
		.ring_frames = 512,
		.batch = 8,
		.moves = RECORDS,
		.frags = 1,
		.nice_value = 10,
		.heartbeat_ns = NOW,
		.interface[0] = {.ifindex = 7, .name = "eth7"},
	};
}

static void good_memory(int map, void *at)
{
	struct sa_bucket *table = at;
	struct sa_warm *warm = at;
	struct sa_cold *cold = at;
	struct ring *rings = at;

	if (map == MAP_HOST)
		good_host(at);
	if (map == REPORT)
		*(struct report *)at = (struct report){
			.magic = REPORT_MAGIC, .version = REPORT_VERSION, .round.time_ns = NOW};
	for (__u32 i = 1; map == MAP_RINGS && i <= RING_KINDS * CPUS; i++)
		rings[i] = (struct ring){(i - 1) / CPUS, (i - 1) % CPUS};
	for (int i = 0; i < 2; i++) {
		__u32 slot = slot_of(i);

		if (map == MAP_SA_TABLE)
			table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS] =
				sa_word(key_of(0x1000 + i), 1, 1 + i, 0);
		if (map == MAP_SA_WARM)
			warm[slot] = (struct sa_warm){.record = i ? 0 : NO_MOVE, .cold = i};
		if (map == MAP_SA_COLD)
			cold[i] = (struct sa_cold){.dst = {destination[0]},
						   .references = 1,
						   .pcpu = NO_CPU,
						   .family = AF_INET,
						   .protocol = IPPROTO_ESP};
	}
	if (map == MAP_MOVE_RECORDS)
		*(struct move_record *)at = (struct move_record){.generation = 1,
								 .slot = slot_of(1),
								 .from = 1,
								 .into = 2,
								 .started_ns = NOW};
}

/* The input's changes to @target: a map's number, with ABOUT or not. */
static void patch(unsigned int target, void *memory, size_t size)
{
	struct fuzz_input input = patches;
	const uint8_t *head, *bytes;

	while ((head = fuzz_take(&input, HEAD))) {
		size_t offset = head[1] | head[2] << 8, n = head[3];

		if (n > input.left)
			n = input.left;
		bytes = fuzz_take(&input, n);
		if (((head[0] & 0x7f) % PINNED | (head[0] & ABOUT)) != target || offset >= size)
			continue;
		memcpy((char *)memory + offset, bytes, n < size - offset ? n : size - offset);
	}
}

static struct bpf_map_info info_of(int map)
{
	struct bpf_map_info info = good[map];

	patch(map | ABOUT, &info, sizeof(info));
	return info;
}

/* bpf(2) and the pins, made up */

void pins_init(struct pins *pins)
{
	memset(pins, 0, sizeof(*pins));
}

int pins_find(struct pins *pins, bool mount, char *why, size_t size)
{
	pins_init(pins);
	return 0;
}

void pins_close(struct pins *pins)
{
}

int pins_state(const struct pins *pins)
{
	return PINS_OURS;
}

int pins_get(const struct pins *pins, const char *name)
{
	for (int map = 0; map < MAPS; map++)
		if (!strcmp(name, map_name(map)))
			return FIRST_FD + map;
	MUST(!strcmp(name, "report"));
	return FIRST_FD + REPORT;
}

int pins_remove(struct pins *pins)
{
	abort(); /* only pins of another layout are taken down */
}

int program_create(struct maps *maps, struct pins *pins, const struct program_sizes *sizes,
		   char *log, size_t size)
{
	abort(); /* there are pins */
}

int program_load_ring(const struct maps *maps, __u32 number, const struct ring *ring)
{
	return 0; /* a descriptor that close() may have */
}

int bpf_obj_get_info_by_fd(int fd, void *info, __u32 *size)
{
	struct bpf_map_info found = info_of(fd - FIRST_FD);

	MUST(*size == sizeof(found));
	memcpy(info, &found, sizeof(found));
	return 0;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	MUST(fd == FIRST_FD + MAP_COUNTS);
	memset(value, 0, CPUS * sizeof(struct interface_counts));
	patch(MAP_COUNTS, value, CPUS * sizeof(struct interface_counts));
	return 0;
}

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	errno = EBUSY; /* no new ring */
	return -1;
}

int libbpf_num_possible_cpus(void)
{
	return CPUS;
}

/* The memory of each map is kept for the next input: new pages would take most of the time. */
static struct {
	void *at;
	size_t size;
} memory[PINNED];

static bool get_memory(int map, size_t size)
{
	if (memory[map].at && memory[map].size == size)
		return true;
	free(memory[map].at);
	memory[map].at = NULL;
	memory[map].size = size;
	return size <= MOST_MEMORY && !posix_memalign(&memory[map].at, 128, size);
}

static void *map_memory(int map, size_t asked)
{
	struct bpf_map_info info = info_of(map);
	size_t size = (size_t)((info.value_size + 7) & ~7u) * info.max_entries;

	MUST(asked >= size && asked < size + sysconf(_SC_PAGESIZE));
	if (!get_memory(map, size)) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	memset(memory[map].at, 0, size);
	if (size >= (size_t)good[map].value_size * good[map].max_entries)
		good_memory(map, memory[map].at);
	patch(map, memory[map].at, size);
	return memory[map].at;
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (fd == FIRST_FD + REPORT || (fd >= FIRST_FD && fd < FIRST_FD + MAP_MAPPED_END))
		return map_memory(fd - FIRST_FD, size);
	return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

int munmap(void *at, size_t size)
{
	for (int map = 0; map < PINNED; map++)
		if (at == memory[map].at)
			return 0;
	return (int)syscall(SYS_munmap, at, size);
}

/* What is done with them */

static void show(void)
{
	static FILE *nowhere;
	enum map bad;
	struct pins pins = {0};
	struct maps maps;
	struct snapshot snapshot;

	if (!nowhere)
		nowhere = fopen("/dev/null", "we");
	MUST(nowhere);
	if (maps_open(&maps, &pins, false, &bad))
		return;
	MUST(!snapshot_take(&snapshot, &maps, maps_counts, NOW + 1));
	maps_close(&maps);
	for (int json = 0; json < 2; json++) {
		struct show_view view = {.interfaces = 1, .all = true, .wide = true};
		struct out *out = out_new(nowhere, json);

		MUST(out);
		show_print(out, &snapshot, &view);
		MUST(!out_close(out));
	}
	snapshot_free(&snapshot);
}

static struct sa sa_of(int i)
{
	struct sa sa = {
		.id = {.dst = {destination[0]},
		       .spi = 0x1000 + i,
		       .family = AF_INET,
		       .protocol = IPPROTO_ESP},
		.pcpu = -1,
	};

	return sa;
}

/* One SA of the pins stays, one went meanwhile, and two are new; then all of a daemon's work. */
static void steer(struct sas *sas)
{
	enum first_why first;

	sas_adopt_begin(sas);
	for (int i = 1; i < 4; i++) {
		struct sa sa = sa_of(i);

		sas_add(sas, &sa, NOW + 1, &first);
	}
	sas_adopt_end(sas, NOW + 2);
	sas_beat(sas, NOW + 3);
	for (int i = 0; i < 4; i++) {
		struct sa sa = sa_of(i);

		sas_move(sas, slot_of(i), i, NOW + 4);
		moves_poll(&sas->moves, NOW + 5 + i * HANDOVER_SILENCE_NS);
		sas_update(sas, &sa);
		if (i & 1)
			sas_remove(sas, &sa.id, NOW + 6);
	}
	moves_poll(&sas->moves, NOW + 10 * HANDOVER_SILENCE_NS);
}

static void adopt(void)
{
	struct sas_options options = {.ring_frames = 512, .max_sas = SLOTS / 2};
	static struct sas sas;
	struct cpu_roles roles = {.ike = 0};
	char why[SAS_WHY_LEN] = "";

	if (sas_open(&sas, &options, why, sizeof(why))) {
		MUST(why[0]);
		return;
	}
	for (int cpu = 0; cpu < CPUS; cpu++)
		CPU_SET(cpu, cpu < CPUS - 1 ? &roles.sas : &roles.strays);
	if (sas_set_roles(&sas, &roles, why, sizeof(why)))
		MUST(why[0]);
	else
		steer(&sas);
	sas_close(&sas);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	patches = (struct fuzz_input){data, size};
	show();
	adopt();
	return 0;
}
