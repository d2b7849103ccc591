// SPDX-License-Identifier: GPL-2.0-only
// SAs in and out of the table, and from CPU to CPU.
#include "sas/sas.h"

#include <errno.h>
#include <string.h>

static __u64 key_of(const struct sas *sas, const struct sa *sa)
{
	return sa_id_key(&sas->table.shape, &sa->id);
}

int sas_find(const struct sas *sas, const struct sa_id *id)
{
	return table_find(&sas->table, sa_id_key(&sas->table.shape, id));
}

static bool hands_off(const struct sa *sa)
{
	return sa->offload != SA_OFFLOAD_NONE;
}

static __u32 cpu_or_none(int32_t cpu)
{
	return cpu < 0 ? NO_CPU : (__u32)cpu;
}

__u32 sas_cpu(const struct sas *sas, __u32 slot)
{
	return sas->maps.rings[sa_word_own(table_word(&sas->table, slot))].cpu;
}

/*
 * A new SA whose packets came as strays within the last second still has some on a stray ring: it
 * starts there and moves from there. Not if those rings are dropping: then waiting on them is
 * worse than a few packets out of order.
 */
static int stray_ring_of(const struct sas *sas, __u64 key, __u64 now_ns)
{
	const struct stray_seen *seen = &sas->maps.stray_seen[stray_seen_index(key)];
	__u64 who = SHARED(seen->who), then = SHARED(seen->time_ns);
	__u32 ring = SHARED(seen->ring);

	if ((who & ((1ull << 44) - 1)) != key || then + HANDOVER_SILENCE_NS < now_ns)
		return 0;
	if (sas->stray_drops != sas->stray_drops_then)
		return 0;
	return ring < sas->maps.host->rings && sas->maps.rings[ring].kind == RING_STRAY ? ring : 0;
}

/* The identity of an entry, as show prints it; counters and the move stay as they are. */
static void describe(struct sa_cold *cold, const struct sa *sa)
{
	if (cold->flags & (COLD_LEARNED | COLD_FILE) && sa->source == SA_KERNEL)
		cold->before = (struct count){sa->packets, sa->bytes};
	memcpy(cold->src, sa->src, sizeof(cold->src));
	memcpy(cold->dst, sa->id.dst, sizeof(cold->dst));
	cold->family = sa->id.family;
	cold->protocol = sa->id.protocol;
	cold->pcpu = cpu_or_none(sa->pcpu);
	cold->file = cpu_or_none(sa->cpu);
	cold->replay_window = sa->replay_window;
	cold->reqid = sa->reqid;
	cold->if_id = sa->if_id;
	cold->flags = (sa->larval ? COLD_LARVAL : 0) | (sa->encap ? COLD_UDP : 0) |
		      (sa_any_port(sa) ? COLD_ANY_PORT : 0) | (sa->esn ? COLD_ESN : 0) |
		      (sa->source == SA_LEARNED ? COLD_LEARNED : 0) |
		      (sa->source == SA_FILE ? COLD_FILE : 0) | (cold->flags & (COLD_SEEN | COLD_WISH));
}

static int insert(struct sas *sas, const struct sa *sa, __u64 key, __u32 cpu, __u32 place,
		  __u64 now_ns)
{
	int own = rings_get(&sas->maps, sas->nice, RING_SA, cpu);
	int from = stray_ring_of(sas, key, now_ns);
	int record = -1, err;
	struct entry entry;

	if (own < 0)
		return own;
	if (sas->entries >= sas->maps.host->max_sas)
		return -ENOSPC;
	if (from && !hands_off(sa) && !sas->moves.unprotected)
		record = moves_reserve(&sas->moves, from, own, now_ns);
	if (record >= 0)
		moves_bind(&sas->moves, record, place);
	entry = (struct entry){
		.to = record >= 0 ? from : own,
		.own = own,
		.flags = hands_off(sa) ? SA_HANDS_OFF : 0,
		.record = record >= 0 ? (__u32)record : NO_MOVE,
		.cold = {.hand = NO_CPU,
			 .load = LOAD_UNKNOWN,
			 .references = 1,
			 .placed_ns = now_ns},
	};
	describe(&entry.cold, sa);
	if (sa->source == SA_KERNEL)
		entry.cold.before = (struct count){sa->packets, sa->bytes};
	err = table_put(&sas->table, place, key, &entry);
	if (record >= 0 && err)
		moves_drop(&sas->moves, record, now_ns);
	if (err)
		return err;
	sas->entries++;
	slots_add(&sas->known, place);
	return 0;
}

void sas_forecast(struct sas *sas, const double *loads, double of_new_sa)
{
	memcpy(sas->load, loads, sizeof(sas->load));
	sas->load_expected = of_new_sa;
}

/* The entry of an earlier daemon is an SA's that is still there. */
static void claim(struct sas *sas, __u32 slot)
{
	sas->placed[sas_cpu(sas, slot)]++;
	sas->unclaimed--;
}

static bool takes_sas(const struct sas *sas, int cpu)
{
	return cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &sas->roles.sas);
}

/*
 * An heir goes where its predecessor is, which brought no more than it will; a per-CPU SA to its
 * CPU, where what answers it is sent: a wish and no more, for the kernel's input does not look at
 * the number. Others go to the coldest.
 */
static int choose_cpu(struct sas *sas, const struct sa *sa, int before)
{
	int cpu = before >= 0 ? (int)sas_cpu(sas, before) : -1;

	if (takes_sas(sas, cpu))
		return cpu;
	if (takes_sas(sas, sa->pcpu))
		return sa->pcpu;
	cpu = first_cpu(&sas->roles.sas, sas->placed, sas->load);
	sas->load[cpu] += sas->load_expected;
	return cpu;
}

int sas_add(struct sas *sas, const struct sa *sa, __u64 now_ns, enum first_why *why)
{
	const struct first_named named = {
		.hand = FIRST_NONE,
		.file = cpu_or_none(sa->cpu),
	};
	__u64 key = key_of(sas, sa);
	int place = table_find(&sas->table, key);
	int before = heirs_find(&sas->heirs, &sas->table, sa);
	int cpu, err;

	if (place >= 0) {
		*why = FIRST_ANY;
		heirs_note(&sas->heirs, place, sa, -1);
		if (!table_cold(&sas->table, place)->references++)
			claim(sas, place);
		return sas_update(sas, sa);
	}
	place = table_free_slot(&sas->table, key, now_ns);
	if (place < 0)
		return place;
	cpu = first_home(&sas->roles.sas, &named, why);
	if (cpu < 0)
		cpu = choose_cpu(sas, sa, before);
	err = insert(sas, sa, key, cpu, place, now_ns);
	if (err)
		return err;
	heirs_note(&sas->heirs, place, sa, before);
	sas->placed[cpu]++;
	return 0;
}

static void drop_entry(struct sas *sas, __u32 slot, __u64 now_ns)
{
	table_remove(&sas->table, slot, now_ns);
	slots_remove(&sas->known, slot);
	moves_forget(&sas->moves, slot, now_ns);
	sas->entries--;
}

int sas_remove(struct sas *sas, const struct sa_id *id, __u64 now_ns)
{
	int slot = sas_find(sas, id);

	if (slot < 0)
		return -ENOENT;
	if (table_cold(&sas->table, slot)->references > 1)
		return --table_cold(&sas->table, slot)->references;
	sas->placed[sas_cpu(sas, slot)]--;
	drop_entry(sas, slot, now_ns);
	return 0;
}

/*
 * Found between allocspi and its update an SA has no number yet: its first packets may come before, and
 * it was placed as any other.
 */
static void note_wish(struct sas *sas, __u32 slot, __u32 number_before)
{
	struct sa_cold *cold = table_cold(&sas->table, slot);

	if (number_before != NO_CPU || cold->pcpu == NO_CPU || cold->pcpu == sas_cpu(sas, slot))
		return;
	cold->flags |= COLD_WISH;
	sas->homes++;
}

int sas_update(struct sas *sas, const struct sa *sa)
{
	int slot = sas_find(sas, &sa->id);
	struct sa_cold *cold;
	__u32 number;
	bool was;
	__u64 word;

	if (slot < 0)
		return -ENOENT;
	cold = table_cold(&sas->table, slot);
	number = cold->pcpu;
	sas->homes += cold->file != cpu_or_none(sa->cpu);
	describe(cold, sa);
	note_wish(sas, slot, number);
	word = table_word(&sas->table, slot);
	was = sa_word_flags(word) & SA_HANDS_OFF;
	if (hands_off(sa) == was || (was && cold->references > 1))
		return 0;
	return table_set(&sas->table, slot, word, word ^ SA_HANDS_OFF);
}

int sas_pinned_cpu(const struct sas *sas, __u32 slot, enum first_why *why)
{
	const struct sa_cold *cold = table_cold(&sas->table, slot);
	const struct first_named named = {cold->hand, cold->file};

	return first_home(&sas->roles.sas, &named, why);
}

int sas_wished_cpu(const struct sas *sas, __u32 slot)
{
	const struct sa_cold *cold = table_cold(&sas->table, slot);
	enum first_why why;

	if (!(cold->flags & COLD_WISH) || cold->pcpu == sas_cpu(sas, slot) ||
	    !takes_sas(sas, (int)cold->pcpu) || sas_pinned_cpu(sas, slot, &why) >= 0)
		return -1;
	return (int)cold->pcpu;
}

bool sas_can_move(const struct sas *sas, __u32 slot, __u64 now_ns)
{
	__u32 seen;

	if (!sas->gap_ns)
		return true;
	seen = SHARED(sas->maps.rare[slot].seen);
	/* The time of a tick may be one tick old, and 10 ms is the longest. */
	return !seen || !sas->maps.labels[sas_cpu(sas, slot)].other ||
	       seen_time(now_ns) - seen > seen_time(sas->gap_ns + 10000000);
}

int sas_move(struct sas *sas, __u32 slot, __u32 cpu, __u64 now_ns)
{
	__u32 was = sas_cpu(sas, slot);
	int ring, err;

	if (sa_word_flags(table_word(&sas->table, slot)) & SA_HANDS_OFF)
		return -EPERM;
	if (cpu >= sas->maps.host->cpus || !CPU_ISSET(cpu, &sas->roles.sas))
		return -ENODEV;
	if (!sas_can_move(sas, slot, now_ns))
		return -ETIME;
	ring = rings_get(&sas->maps, sas->nice, RING_SA, cpu);
	if (ring < 0)
		return ring;
	err = moves_begin(&sas->moves, slot, ring, now_ns);
	if (err)
		return err;
	table_cold(&sas->table, slot)->flags &= (__u8)~COLD_WISH;
	sas->placed[was]--;
	sas->placed[cpu]++;
	return 0;
}

int sas_move_by_hand(struct sas *sas, __u32 slot, __u32 cpu, __u64 now_ns)
{
	struct sa_cold *cold = table_cold(&sas->table, slot);
	int err = sas_move(sas, slot, cpu, now_ns);

	if (!err || err == -EALREADY) {
		sas->homes += cold->hand != cpu;
		cold->hand = cpu;
	}
	return err;
}

int sas_release(struct sas *sas, __u32 slot)
{
	struct sa_cold *cold = table_cold(&sas->table, slot);

	if (cold->hand == NO_CPU)
		return -EALREADY;
	cold->hand = NO_CPU;
	sas->homes++;
	return 0;
}

void sas_seen(struct sas *sas, __u32 slot, __u32 cpu)
{
	struct sa_cold *cold = table_cold(&sas->table, slot);
	__u32 was = sas_cpu(sas, slot);
	int ring;

	cold->flags |= COLD_SEEN;
	if (cpu == was || cpu >= sas->maps.host->cpus)
		return;
	ring = rings_get(&sas->maps, sas->nice, RING_SA, cpu);
	if (ring < 0 || moves_switch(&sas->moves, slot, (__u32)ring))
		return;
	sas->placed[was]--;
	sas->placed[cpu]++;
}

/*
 * Into the counters that no ring writes now. Should one still be at it, what is lost of that is added
 * the next time, since all is compared from the beginning.
 */
void sas_count(struct sas *sas, __u32 slot, __u64 packets, __u64 bytes)
{
	__u64 word = table_word(&sas->table, slot);
	struct ring_state *ring = maps_ring_state(&sas->maps, sa_word_own(word));
	struct count *free = maps_pair(&sas->maps, slot, true), grown;
	struct count was = maps_counted(&sas->maps, slot);
	const struct sa_cold *cold = table_cold(&sas->table, slot);

	was.packets += cold->before.packets;
	was.bytes += cold->before.bytes;
	if (packets <= was.packets || (sas->counted_by_rings && sa_word_flags(word) & SA_PAIR))
		return;
	grown.packets = packets - was.packets;
	/* Rings count whole packets, the kernel what was in them: then the mean of these has to do. */
	grown.bytes = sas->counted_by_rings  ? grown.packets * (bytes / packets)
		      : bytes > was.bytes ? bytes - was.bytes
					  : 0;
	SHARED(free->packets) = free->packets + grown.packets;
	SHARED(free->bytes) = free->bytes + grown.bytes;
	SHARED(ring->besides.packets) = ring->besides.packets + grown.packets;
	SHARED(ring->besides.bytes) = ring->besides.bytes + grown.bytes;
}

void sas_adopt_begin(struct sas *sas)
{
	int slot;

	memset(sas->placed, 0, sizeof(sas->placed));
	table_each(&sas->table, slot)
	{
		table_cold(&sas->table, slot)->references = 0;
		slots_add(&sas->known, slot);
	}
	sas->entries = sas->unclaimed = sas->known.count;
	sas->adopting = true;
}

/* From the end: the last of the list takes the place of one that goes. */
void sas_adopt_end(struct sas *sas, __u64 now_ns)
{
	for (__u32 i = sas->known.count; sas->unclaimed && i-- > 0;) {
		if (table_cold(&sas->table, sas->known.slot[i])->references)
			continue;
		drop_entry(sas, sas->known.slot[i], now_ns);
		sas->unclaimed--;
	}
	sas->adopting = false;
}
