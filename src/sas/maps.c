// SPDX-License-Identifier: GPL-2.0-only
// The shared maps: from pins or descriptors to memory, nothing trusted unseen.
#include "sas/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const map_names[MAPS] = {
	[MAP_HOST] = "host",
	[MAP_SA_TABLE] = "sa_table",
	[MAP_SA_OVERFLOWS] = "sa_overflows",
	[MAP_SA_WARM] = "sa_warm",
	[MAP_SA_RARE] = "sa_rare",
	[MAP_SA_COLD] = "sa_cold",
	[MAP_RINGS] = "rings",
	[MAP_RING_STATES] = "ring_states",
	[MAP_CPU_STATES] = "cpu_states",
	[MAP_LABELS] = "labels",
	[MAP_PORTS] = "ports",
	[MAP_TOEPLITZ] = "toeplitz",
	[MAP_ADDRESSES] = "addresses",
	[MAP_PEERS] = "peers",
	[MAP_STRAY_SEEN] = "stray_seen",
	[MAP_MOVE_RECORDS] = "move_records",
	[MAP_MOVE_LINES] = "move_lines",
	[MAP_COUNTS] = "counts",
	[MAP_FRAGMENTS] = "fragments",
	[MAP_ASKS] = "asks",
	[MAP_HEADS] = "heads",
	[MAP_IKE_SOURCES] = "ike_sources",
	[MAP_CPUS_SA] = "cpus_sa",
	[MAP_CPUS_STRAY] = "cpus_stray",
	[MAP_CPUS_IKE] = "cpus_ike",
	[MAP_RING_ANY] = "ring_any",
};

static const size_t element_sizes[MAP_MAPPED_END] = {
	[MAP_HOST] = sizeof(struct host),
	[MAP_SA_TABLE] = sizeof(struct sa_bucket),
	[MAP_SA_OVERFLOWS] = sizeof(struct sa_overflows),
	[MAP_SA_WARM] = sizeof(struct sa_warm),
	[MAP_SA_RARE] = sizeof(struct sa_rare),
	[MAP_SA_COLD] = sizeof(struct sa_cold),
	[MAP_RINGS] = sizeof(struct ring),
	[MAP_RING_STATES] = sizeof(struct ring_state),
	[MAP_CPU_STATES] = sizeof(struct cpu_state),
	[MAP_LABELS] = sizeof(struct label_row),
	[MAP_PORTS] = sizeof(struct encap_ports),
	[MAP_TOEPLITZ] = sizeof(struct toeplitz),
	[MAP_ADDRESSES] = sizeof(struct addr_set),
	[MAP_PEERS] = sizeof(struct addr_set),
	[MAP_STRAY_SEEN] = sizeof(struct stray_seen),
	[MAP_MOVE_RECORDS] = sizeof(struct move_record),
	[MAP_MOVE_LINES] = sizeof(struct move_line),
};

const char *map_name(enum map map)
{
	return map_names[map];
}

void maps_init(struct maps *maps)
{
	memset(maps, 0, sizeof(*maps));
	for (int i = 0; i < MAPS; i++)
		maps->fd[i] = -1;
}

/* An array's elements lie 8 bytes aligned, one after the other, from the start of its memory. */
static int map_memory(struct maps *maps, enum map map, bool write)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);
	size_t page = sysconf(_SC_PAGESIZE);
	void *memory;

	if (bpf_obj_get_info_by_fd(maps->fd[map], &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != element_sizes[map] ||
	    !(info.map_flags & BPF_F_MMAPABLE) || !info.max_entries)
		return -EPROTO;
	maps->elements[map] = info.max_entries;
	maps->size[map] = (size_t)((info.value_size + 7) & ~7u) * info.max_entries;
	maps->size[map] = (maps->size[map] + page - 1) & ~(page - 1);
	memory = mmap(NULL, maps->size[map], PROT_READ | (write ? PROT_WRITE : 0), MAP_SHARED,
		      maps->fd[map], 0);
	if (memory == MAP_FAILED)
		return -errno;
	maps->memory[map] = memory;
	return 0;
}

static void set_pointers(struct maps *maps)
{
	maps->host = maps->memory[MAP_HOST];
	maps->table = maps->memory[MAP_SA_TABLE];
	maps->overflows = maps->memory[MAP_SA_OVERFLOWS];
	maps->warm = maps->memory[MAP_SA_WARM];
	maps->rare = maps->memory[MAP_SA_RARE];
	maps->cold = maps->memory[MAP_SA_COLD];
	maps->rings = maps->memory[MAP_RINGS];
	maps->ring_states = maps->memory[MAP_RING_STATES];
	maps->cpu_states = maps->memory[MAP_CPU_STATES];
	maps->labels = maps->memory[MAP_LABELS];
	maps->ports = maps->memory[MAP_PORTS];
	maps->toeplitz = maps->memory[MAP_TOEPLITZ];
	maps->addresses = maps->memory[MAP_ADDRESSES];
	maps->peers = maps->memory[MAP_PEERS];
	maps->stray_seen = maps->memory[MAP_STRAY_SEEN];
	maps->records = maps->memory[MAP_MOVE_RECORDS];
	maps->lines = maps->memory[MAP_MOVE_LINES];
}

struct table maps_table(const struct maps *maps)
{
	return (struct table){
		.shape = maps->host->shape,
		.buckets = maps->table,
		.overflows = maps->overflows,
		.warm = maps->warm,
		.rare = maps->rare,
		.cold = maps->cold,
		.colds = maps_colds(maps),
	};
}

static bool holds(const struct maps *maps, enum map map, size_t elements)
{
	return maps->elements[map] >= elements;
}

/* Also those not in use (zeros): a damaged word may name any, and its CPU indexes arrays. */
static bool rings_valid(const struct maps *maps)
{
	for (__u32 i = 0; i < SA_RINGS; i++)
		if (maps->rings[i].kind >= RING_KINDS || maps->rings[i].cpu >= maps->host->cpus)
			return false;
	return true;
}

/* Those with an element for each CPU. Sets *bad if not. */
static bool have_cpus(const struct maps *maps, size_t cpus, enum map *bad)
{
	*bad = MAP_RING_STATES;
	if (!holds(maps, MAP_RING_STATES, cpus * RING_KINDS))
		return false;
	*bad = MAP_CPU_STATES;
	if (!holds(maps, MAP_CPU_STATES, cpus))
		return false;
	*bad = MAP_LABELS;
	return holds(maps, MAP_LABELS, cpus);
}

/* Do the maps agree with each other and with this program? Sets *bad if not. */
static bool consistent(const struct maps *maps, enum map *bad)
{
	const struct host *h = maps->host;
	size_t slots;

	*bad = MAP_HOST;
	if (h->magic != LAYOUT_MAGIC || h->layout != LAYOUT_VERSION)
		return false;
	if (h->shape.bits < SA_BITS_MIN || h->shape.bits > 24 || !h->cpus || h->cpus > CPU_SETSIZE ||
	    h->rings > SA_RINGS || !h->moves)
		return false;
	slots = (size_t)SA_BUCKET_SLOTS << h->shape.bits;
	*bad = MAP_SA_TABLE;
	if (!holds(maps, MAP_SA_TABLE, slots / SA_BUCKET_SLOTS))
		return false;
	*bad = MAP_SA_OVERFLOWS;
	if (!holds(maps, MAP_SA_OVERFLOWS, sa_overflows_elements(&h->shape)))
		return false;
	*bad = MAP_SA_WARM;
	if (!holds(maps, MAP_SA_WARM, slots))
		return false;
	*bad = MAP_SA_RARE;
	if (!holds(maps, MAP_SA_RARE, slots))
		return false;
	*bad = MAP_SA_COLD;
	if (!h->max_sas || !holds(maps, MAP_SA_COLD, h->max_sas))
		return false;
	*bad = MAP_RINGS;
	if (!holds(maps, MAP_RINGS, SA_RINGS) || !rings_valid(maps))
		return false;
	if (!have_cpus(maps, h->cpus, bad))
		return false;
	*bad = MAP_STRAY_SEEN;
	if (!holds(maps, MAP_STRAY_SEEN, STRAY_SEEN))
		return false;
	*bad = MAP_MOVE_RECORDS;
	return holds(maps, MAP_MOVE_RECORDS, h->moves) &&
	       holds(maps, MAP_MOVE_LINES, (size_t)h->moves * h->cpus);
}

/* The maps that are not memory: right type, and sizes that the code relies on. */
static int check_type(const struct maps *maps, enum map map)
{
	static const struct {
		__u32 type, value_size;
	} want[MAPS] = {
		[MAP_COUNTS] = {BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(struct interface_counts)},
		[MAP_FRAGMENTS] = {BPF_MAP_TYPE_LRU_HASH, sizeof(struct fragment_value)},
		[MAP_ASKS] = {BPF_MAP_TYPE_RINGBUF, 0},
		[MAP_HEADS] = {BPF_MAP_TYPE_ARRAY, sizeof(struct head)},
		[MAP_IKE_SOURCES] = {BPF_MAP_TYPE_ARRAY, sizeof(struct ike_source)},
		[MAP_CPUS_SA] = {BPF_MAP_TYPE_CPUMAP, sizeof(struct bpf_cpumap_val)},
		[MAP_CPUS_STRAY] = {BPF_MAP_TYPE_CPUMAP, sizeof(struct bpf_cpumap_val)},
		[MAP_CPUS_IKE] = {BPF_MAP_TYPE_CPUMAP, sizeof(struct bpf_cpumap_val)},
		[MAP_RING_ANY] = {BPF_MAP_TYPE_PROG_ARRAY, sizeof(__u32)},
	};
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(maps->fd[map], &info, &size) < 0)
		return -errno;
	return info.type == want[map].type && info.value_size == want[map].value_size ? 0 : -EPROTO;
}

int maps_attach(struct maps *maps, bool write, enum map *bad)
{
	int err = 0;

	for (int i = 0; i < MAPS && !err; i++) {
		*bad = i;
		err = i < MAP_MAPPED_END ? map_memory(maps, i, write) : check_type(maps, i);
	}
	if (err)
		return err;
	set_pointers(maps);
	return consistent(maps, bad) ? 0 : -EPROTO;
}

int maps_open(struct maps *maps, const struct pins *pins, bool write, enum map *bad)
{
	int err;

	maps_init(maps);
	if (pins_state(pins) != PINS_OURS)
		return -ENOENT;
	for (int i = 0; i < MAPS; i++) {
		maps->fd[i] = pins_get(pins, map_names[i]);
		err = maps->fd[i] < 0 ? maps->fd[i] : 0;
		if (err) {
			*bad = i;
			maps_close(maps);
			return err == -ENOENT ? -EPROTO : err;
		}
	}
	err = maps_attach(maps, write, bad);
	if (!err) {
		maps->report = report_open(pins, write, &maps->report_blank);
		err = maps->report ? 0 : -ENOMEM;
	}
	if (err)
		maps_close(maps);
	return err;
}

int maps_renew_report(struct maps *maps, const struct pins *pins)
{
	struct report *made;
	int err = report_create(pins, &made);

	if (err)
		return err;
	report_close(maps->report);
	maps->report = made;
	maps->report_blank = false;
	return 0;
}

void maps_close(struct maps *maps)
{
	report_close(maps->report);
	for (int i = 0; i < MAP_MAPPED_END; i++)
		if (maps->memory[i])
			munmap(maps->memory[i], maps->size[i]);
	for (int i = 0; i < MAPS; i++)
		if (maps->fd[i] >= 0)
			close(maps->fd[i]);
	maps_init(maps);
}

int maps_counts(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	int cpus = libbpf_num_possible_cpus();
	struct interface_counts *each;
	__u32 key = index;
	int err = 0;

	memset(sum, 0, sizeof(*sum));
	if (cpus < 0)
		return cpus;
	each = calloc(cpus, sizeof(*each));
	if (!each)
		return -ENOMEM;
	if (bpf_map_lookup_elem(maps->fd[MAP_COUNTS], &key, each) < 0)
		err = -errno;
	for (int cpu = 0; cpu < cpus && !err; cpu++) {
		for (int which = 0; which < CLASSES; which++) {
			sum->by_class[which].packets += each[cpu].by_class[which].packets;
			sum->by_class[which].bytes += each[cpu].by_class[which].bytes;
		}
	}
	free(each);
	return err;
}

int maps_clear_counts(const struct maps *maps, unsigned int index)
{
	int cpus = libbpf_num_possible_cpus();
	struct interface_counts *zero;
	__u32 key = index;
	int err = 0;

	if (cpus < 0)
		return cpus;
	zero = calloc(cpus, sizeof(*zero));
	if (!zero)
		return -ENOMEM;
	if (bpf_map_update_elem(maps->fd[MAP_COUNTS], &key, zero, BPF_ANY) < 0)
		err = -errno;
	free(zero);
	return err;
}
