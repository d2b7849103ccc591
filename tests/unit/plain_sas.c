// SPDX-License-Identifier: GPL-2.0-only
// The maps as allocated memory.
#include "plain_sas.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>

static void *zeros(struct plain_sas *plain, size_t number, size_t size)
{
	size_t bytes = (number * size + 127) / 128 * 128;
	void **memory = plain->memory;

	while (*memory)
		memory++;
	*memory = aligned_alloc(128, bytes);
	if (*memory)
		memset(*memory, 0, bytes);
	return *memory;
}

static bool make_maps(struct plain_sas *plain, __u32 max_sas, __u32 cpus)
{
	struct maps *maps = &plain->sas.maps;
	const struct sa_table_shape shape = {.bits = table_bits(max_sas), .seed = 1};
	__u32 buckets = 1u << shape.bits, slots = SA_BUCKET_SLOTS * buckets;

	maps_init(maps);
	maps->host = zeros(plain, 1, sizeof(*maps->host));
	maps->table = zeros(plain, buckets, sizeof(*maps->table));
	maps->overflows = zeros(plain, sa_overflows_elements(&shape), sizeof(*maps->overflows));
	maps->warm = zeros(plain, slots, sizeof(*maps->warm));
	maps->rare = zeros(plain, slots, sizeof(*maps->rare));
	maps->cold = zeros(plain, slots, sizeof(*maps->cold));
	maps->elements[MAP_SA_COLD] = slots;
	maps->rings = zeros(plain, SA_RINGS, sizeof(*maps->rings));
	maps->ring_states = zeros(plain, RING_KINDS * cpus, sizeof(*maps->ring_states));
	maps->cpu_states = zeros(plain, cpus, sizeof(*maps->cpu_states));
	maps->stray_seen = zeros(plain, STRAY_SEEN, sizeof(*maps->stray_seen));
	maps->labels = zeros(plain, cpus, sizeof(*maps->labels));
	maps->report = zeros(plain, 1, sizeof(*maps->report));
	plain->sas.table.spare = zeros(plain, slots, sizeof(__u32));
	if (!plain->sas.table.spare) /* the last: it has its place only if all others have */
		return false;
	maps->host->shape = shape;
	maps->host->max_sas = max_sas;
	maps->host->cpus = cpus;
	maps->host->rings = 1 + cpus;
	return true;
}

static void make_rings(struct sas *sas)
{
	for (__u32 cpu = 0; cpu < sas->maps.host->cpus; cpu++) {
		sas->maps.rings[1 + cpu] = (struct ring){.kind = RING_SA, .cpu = cpu};
		CPU_SET(cpu, &sas->roles.sas);
	}
}

int plain_sas_open(struct plain_sas *plain, __u32 max_sas, __u32 cpus)
{
	struct sas *sas = &plain->sas;
	__u32 *spare;

	*plain = (struct plain_sas){0};
	if (!make_maps(plain, max_sas, cpus))
		goto failed;
	make_rings(sas);
	spare = sas->table.spare;
	sas->table = maps_table(&sas->maps);
	sas->table.spare = spare;
	if (table_take_stock(&sas->table) || slots_init(&sas->known, maps_slots(&sas->maps)) ||
	    heirs_init(&sas->heirs, maps_slots(&sas->maps)))
		goto failed;
	moves_init(&sas->moves, &sas->maps, &sas->table);
	sas->moves.unprotected = true;
	return 0;
failed:
	plain_sas_close(plain);
	return -ENOMEM;
}

void plain_sas_close(struct plain_sas *plain)
{
	slots_free(&plain->sas.known);
	heirs_free(&plain->sas.heirs);
	for (size_t i = 0; i < sizeof(plain->memory) / sizeof(*plain->memory); i++)
		free(plain->memory[i]);
	*plain = (struct plain_sas){0};
}

struct sa plain_sas_sa(__u32 spi)
{
	return (struct sa){
		.id = {.family = AF_INET, .protocol = IPPROTO_ESP, .spi = spi, .dst = {1}},
		.src = {2},
		.pcpu = -1,
		.cpu = -1,
	};
}

int plain_sas_add(struct plain_sas *plain, __u32 spi, __u64 now_ns)
{
	struct sa sa = plain_sas_sa(spi);
	enum first_why why;
	int err = sas_add(&plain->sas, &sa, now_ns, &why);

	return err ? err : sas_find(&plain->sas, &sa.id);
}

void plain_sas_remove(struct plain_sas *plain, __u32 spi, __u64 now_ns)
{
	struct sa sa = plain_sas_sa(spi);

	sas_remove(&plain->sas, &sa.id, now_ns);
}

void plain_sas_packets(struct plain_sas *plain, __u32 slot, __u64 packets)
{
	struct maps *maps = &plain->sas.maps;
	__u64 word = table_word(&plain->sas.table, slot);
	struct count *count = maps_pair(maps, slot, sa_word_flags(word) & SA_PAIR);

	count->packets += packets;
	count->bytes += 1000 * packets;
	maps_ring_state(maps, sa_word_own(word))->runs += packets;
}
