// SPDX-License-Identifier: GPL-2.0-only
// The method xdp: SAs in and out of the table, and from CPU to CPU.
#include "steer/xdp.h"

#include <errno.h>
#include <string.h>

__u64 xdp_key(const struct xdp *xdp, const struct sa_cold *cold, __u32 spi)
{
	return sa_key(&xdp->table.shape, cold->dst, spi, cold->protocol);
}

__u32 xdp_cpu(const struct xdp *xdp, __u32 slot)
{
	return xdp->maps.rings[sa_word_own(table_word(&xdp->table, slot))].cpu;
}

/*
 * A new SA whose packets came as strays within the last second still has some on a stray ring: it
 * starts there and moves from there. Not if those rings are dropping: then waiting on them is
 * worse than a few packets out of order.
 */
static int stray_ring_of(const struct xdp *xdp, __u64 key, __u64 now_ns)
{
	const struct stray_seen *seen = &xdp->maps.stray_seen[stray_seen_index(key)];
	__u64 who = SHARED(seen->who), then = SHARED(seen->time_ns);
	__u32 ring = SHARED(seen->ring);

	if ((who & ((1ull << 44) - 1)) != key || then + HANDOVER_SILENCE_NS < now_ns)
		return 0;
	if (xdp->stray_drops != xdp->stray_drops_then)
		return 0;
	return ring < xdp->maps.host->rings && xdp->maps.rings[ring].kind == RING_STRAY ? ring : 0;
}

/* The identity of an entry, as show prints it; counters and the move stay as they are. */
static void describe(struct sa_cold *cold, const struct sa_cold *from)
{
	memcpy(cold->src, from->src, sizeof(cold->src));
	memcpy(cold->dst, from->dst, sizeof(cold->dst));
	cold->pcpu = from->pcpu;
	cold->file = from->file;
	cold->replay_window = from->replay_window;
	cold->reqid = from->reqid;
	cold->if_id = from->if_id;
	cold->family = from->family;
	cold->protocol = from->protocol;
	cold->flags = from->flags | (cold->flags & COLD_SEEN);
}

static int insert(struct xdp *xdp, const struct xdp_sa *sa, __u64 key, __u32 cpu, __u32 place,
		  __u64 now_ns)
{
	int own = rings_get(&xdp->maps, xdp->nice, RING_SA, cpu);
	int from = stray_ring_of(xdp, key, now_ns);
	int record = -1, err;
	struct entry entry;

	if (own < 0)
		return own;
	if (xdp->entries >= xdp->maps.host->max_sas)
		return -ENOSPC;
	if (from && !sa->hands_off && !xdp->generic && !xdp->moves.unprotected)
		record = moves_reserve(&xdp->moves, from, own, now_ns);
	if (record >= 0)
		moves_bind(&xdp->moves, record, place);
	entry = (struct entry){
		.to = record >= 0 ? from : own,
		.own = own,
		.flags = sa->hands_off ? SA_HANDS_OFF : 0,
		.record = record >= 0 ? (__u32)record : NO_MOVE,
		.cold = sa->cold,
	};
	entry.cold.hand = NO_CPU;
	entry.cold.load = LOAD_UNKNOWN;
	entry.cold.references = 1;
	entry.cold.placed_ns = now_ns;
	err = table_put(&xdp->table, place, key, &entry);
	if (record >= 0 && err)
		moves_drop(&xdp->moves, record, now_ns);
	if (err)
		return err;
	xdp->entries++;
	slots_add(&xdp->known, place);
	return 0;
}

void xdp_expect(struct xdp *xdp, const double *loads, double of_new_sa)
{
	memcpy(xdp->load, loads, sizeof(xdp->load));
	xdp->load_expected = of_new_sa;
}

/* The entry of an earlier daemon is an SA's that is still there. */
static void claim(struct xdp *xdp, __u32 slot)
{
	xdp->placed[xdp_cpu(xdp, slot)]++;
	xdp->unclaimed--;
}

int xdp_add(struct xdp *xdp, const struct xdp_sa *sa, __u64 now_ns, enum first_why *why)
{
	const struct first_named named = {
		.pcpu = sa->cold.pcpu,
		.hand = NO_CPU,
		.file = sa->cold.file,
	};
	__u64 key = xdp_key(xdp, &sa->cold, sa->spi);
	int place = table_place(&xdp->table, key, now_ns);
	int cpu, err;

	if (place == -EEXIST) {
		place = table_find(&xdp->table, key);
		*why = FIRST_ANY;
		if (!table_cold(&xdp->table, place)->references++)
			claim(xdp, place);
		return xdp_update(xdp, sa);
	}
	if (place < 0)
		return place;
	cpu = first_home(&xdp->roles.sas, &named, why);
	if (cpu < 0)
		cpu = first_cpu(&xdp->roles.sas, xdp->placed, xdp->load);
	err = insert(xdp, sa, key, cpu, place, now_ns);
	if (err)
		return err;
	xdp->placed[cpu]++;
	xdp->load[cpu] += xdp->load_expected;
	return 0;
}

static void drop_entry(struct xdp *xdp, __u32 slot, __u64 now_ns)
{
	table_remove(&xdp->table, slot, now_ns);
	slots_remove(&xdp->known, slot);
	moves_forget(&xdp->moves, slot, now_ns);
	xdp->entries--;
}

int xdp_remove(struct xdp *xdp, __u64 key, __u64 now_ns)
{
	int slot = table_find(&xdp->table, key);

	if (slot < 0)
		return -ENOENT;
	if (table_cold(&xdp->table, slot)->references > 1)
		return --table_cold(&xdp->table, slot)->references;
	xdp->placed[xdp_cpu(xdp, slot)]--;
	drop_entry(xdp, slot, now_ns);
	return 0;
}

int xdp_update(struct xdp *xdp, const struct xdp_sa *sa)
{
	int slot = table_find(&xdp->table, xdp_key(xdp, &sa->cold, sa->spi));
	bool was;
	__u64 word;

	if (slot < 0)
		return -ENOENT;
	describe(table_cold(&xdp->table, slot), &sa->cold);
	word = table_word(&xdp->table, slot);
	was = sa_word_flags(word) & SA_HANDS_OFF;
	if (sa->hands_off == was || (was && table_cold(&xdp->table, slot)->references > 1))
		return 0;
	return table_set(&xdp->table, slot, word, word ^ SA_HANDS_OFF);
}

int xdp_home(const struct xdp *xdp, __u32 slot, enum first_why *why)
{
	const struct sa_cold *cold = table_cold(&xdp->table, slot);
	const struct first_named named = {cold->pcpu, cold->hand, cold->file};

	return first_home(&xdp->roles.sas, &named, why);
}

int xdp_move(struct xdp *xdp, __u32 slot, __u32 cpu, __u64 now_ns)
{
	__u32 was = xdp_cpu(xdp, slot);
	int ring, err;

	if (sa_word_flags(table_word(&xdp->table, slot)) & SA_HANDS_OFF)
		return -EPERM;
	if (xdp->generic)
		return -EOPNOTSUPP;
	if (cpu >= xdp->maps.host->cpus || !CPU_ISSET(cpu, &xdp->roles.sas))
		return -ENODEV;
	ring = rings_get(&xdp->maps, xdp->nice, RING_SA, cpu);
	if (ring < 0)
		return ring;
	err = moves_begin(&xdp->moves, slot, ring, now_ns);
	if (err)
		return err;
	xdp->placed[was]--;
	xdp->placed[cpu]++;
	return 0;
}

int xdp_move_by_hand(struct xdp *xdp, __u32 slot, __u32 cpu, __u64 now_ns)
{
	struct sa_cold *cold = table_cold(&xdp->table, slot);
	int err;

	if (cold->pcpu == xdp_cpu(xdp, slot))
		return -EACCES;
	err = xdp_move(xdp, slot, cpu, now_ns);
	if (!err || err == -EALREADY)
		cold->hand = cpu;
	return err;
}

int xdp_release(struct xdp *xdp, __u32 slot)
{
	struct sa_cold *cold = table_cold(&xdp->table, slot);

	if (cold->hand == NO_CPU)
		return -EALREADY;
	cold->hand = NO_CPU;
	return 0;
}

void xdp_seen(struct xdp *xdp, __u32 slot, __u32 cpu)
{
	struct sa_cold *cold = table_cold(&xdp->table, slot);
	__u32 was = xdp_cpu(xdp, slot);
	int ring;

	cold->flags |= COLD_SEEN;
	if (cpu == was || cpu >= xdp->maps.host->cpus)
		return;
	ring = rings_get(&xdp->maps, xdp->nice, RING_SA, cpu);
	if (ring < 0 || moves_switch(&xdp->moves, slot, (__u32)ring))
		return;
	xdp->placed[was]--;
	xdp->placed[cpu]++;
}

void xdp_count(struct xdp *xdp, __u32 slot, __u64 packets, __u64 bytes)
{
	struct sa_warm *warm = &xdp->maps.warm[slot];
	__u64 word = table_word(&xdp->table, slot);
	struct ring_state *ring = maps_ring_state(&xdp->maps, sa_word_own(word));
	int pair = !!(sa_word_flags(word) & SA_PAIR);
	const struct count *before = &warm->pair[!pair];
	struct count was = {before->packets + warm->pair[pair].packets,
			    before->bytes + warm->pair[pair].bytes};

	if (packets > was.packets) {
		SHARED(warm->pair[pair].packets) = packets - before->packets;
		SHARED(ring->runs) = ring->runs + packets - was.packets;
	}
	if (bytes > was.bytes) {
		SHARED(warm->pair[pair].bytes) = bytes - before->bytes;
		SHARED(ring->bytes) = ring->bytes + bytes - was.bytes;
	}
}

void xdp_claim_begin(struct xdp *xdp)
{
	int slot;

	memset(xdp->placed, 0, sizeof(xdp->placed));
	table_each(&xdp->table, slot)
	{
		table_cold(&xdp->table, slot)->references = 0;
		slots_add(&xdp->known, slot);
	}
	xdp->entries = xdp->unclaimed = xdp->known.count;
}

/* From the end: the last of the list takes the place of one that goes. */
void xdp_claim_end(struct xdp *xdp, __u64 now_ns)
{
	for (__u32 i = xdp->known.count; xdp->unclaimed && i-- > 0;) {
		if (table_cold(&xdp->table, xdp->known.slot[i])->references)
			continue;
		drop_entry(xdp, xdp->known.slot[i], now_ns);
		xdp->unclaimed--;
	}
}
