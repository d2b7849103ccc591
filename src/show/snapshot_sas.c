// SPDX-License-Identifier: GPL-2.0-only
// The SAs of a snapshot.
#include <errno.h>
#include <stdlib.h>
#include "show/snapshot_impl.h"

/* Larval and learned SAs are what their flags say, unless something weightier is to be told. */
static enum sa_state state_of(__u64 word, __u8 flags)
{
	if (sa_word_to(word) != sa_word_own(word))
		return SA_MOVING;
	if (sa_word_flags(word) & SA_HANDS_OFF)
		return SA_STATE_HANDS_OFF;
	if (flags & COLD_LEARNED)
		return SA_STATE_LEARNED;
	return flags & COLD_LARVAL ? SA_LARVAL : SA_VALID;
}

static void take_cold(struct snapshot_sa *sa, const struct sa_cold *cold, __u64 word)
{
	__u8 flags = LOAD(cold->flags);
	__u32 pcpu = LOAD(cold->pcpu);

	for (int i = 0; i < 4; i++) {
		sa->src[i] = LOAD(cold->src[i]);
		sa->dst[i] = LOAD(cold->dst[i]);
	}
	sa->family = LOAD(cold->family);
	sa->protocol = LOAD(cold->protocol);
	sa->udp = flags & COLD_UDP;
	sa->any_port = flags & COLD_ANY_PORT;
	sa->state = state_of(word, flags);
	sa->source = flags & COLD_LEARNED ? SA_LEARNED : flags & COLD_FILE ? SA_FILE : SA_KERNEL;
	sa->pcpu = pcpu >= CPU_SETSIZE ? -1 : (int)pcpu;
	sa->replay_window = LOAD(cold->replay_window);
	sa->reqid = LOAD(cold->reqid);
	sa->if_id = LOAD(cold->if_id);
	sa->moves = LOAD(cold->moves);
	sa->references = LOAD(cold->references);
	sa->load = snapshot_load(LOAD(cold->load));
	if (LOAD(cold->hand) != NO_CPU)
		sa->fixed = SA_FIXED_BY_HAND;
	else if (LOAD(cold->file) != NO_CPU)
		sa->fixed = SA_FIXED_BY_FILE;
}

/* Since when a move is under way: its record tells, if it is about this slot. */
static void take_move(struct snapshot_taking *t, __u32 slot, struct snapshot_sa *sa)
{
	struct snapshot_moves *moves = &t->snapshot->moves;
	__u32 index = LOAD(t->maps->warm[slot].record);
	const struct move_record *record;
	__u64 started;

	moves->pending++;
	sa->waiting_ns = 0;
	if (index >= t->maps->host->moves)
		return;
	record = &t->maps->records[index];
	started = LOAD(record->started_ns);
	if (LOAD(record->slot) != slot || !started || started > t->now_ns)
		return;
	sa->waiting_ns = (int64_t)(t->now_ns - started);
	if (t->now_ns - started > moves->oldest_ns)
		moves->oldest_ns = t->now_ns - started;
}

static void take_counts(struct count *total, const struct maps *maps, __u32 slot)
{
	for (int second = 0; second < 2; second++) {
		const struct count *pair = maps_pair(maps, slot, second);

		total->packets += LOAD(pair->packets);
		total->bytes += LOAD(pair->bytes);
	}
}

/* The SA of a slot; false if there is none, or it went while we looked. */
static bool take_slot(struct snapshot_taking *t, __u32 slot, struct snapshot_sa *sa)
{
	const __u64 *place = &t->maps->table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS];
	__u64 word = sa_load(place);
	__u32 cold = LOAD(t->maps->warm[slot].cold);

	if (!word || cold >= t->maps->elements[MAP_SA_COLD])
		return false;
	*sa = (struct snapshot_sa){.spi = sa_word_spi(word), .cpu = -1, .waiting_ns = -1};
	if (!(sa_word_flags(word) & SA_HANDS_OFF))
		sa->cpu = t->cpu[sa_word_own(word)];
	if (t->cpus_told == TOLD_BY_NOBODY ||
	    (t->cpus_told == TOLD_IF_SEEN && !(LOAD(t->maps->cold[cold].flags) & COLD_SEEN)))
		sa->cpu = -1;
	take_counts(&sa->total, t->maps, slot);
	take_cold(sa, &t->maps->cold[cold], word);
	return sa_word_key(sa_load(place)) == sa_word_key(word);
}

static struct snapshot_sa *next_sa(struct snapshot_taking *t)
{
	struct snapshot *s = t->snapshot;

	if (s->sas == t->room) {
		size_t room = t->room ? 2 * t->room : 64;
		struct snapshot_sa *sa = reallocarray(s->sa, room, sizeof(*sa));

		if (!sa)
			return NULL;
		s->sa = sa;
		t->room = room;
	}
	return &s->sa[s->sas];
}

int snapshot_take_sas(struct snapshot_taking *t)
{
	struct snapshot *s = t->snapshot;

	for (__u32 slot = 0; slot < s->slots; slot++) {
		struct snapshot_sa *sa = next_sa(t);
		struct snapshot_cpu *cpu;

		if (!sa)
			return -ENOMEM;
		if (!take_slot(t, slot, sa))
			continue;
		s->used = ++s->sas;
		if (sa->state == SA_MOVING)
			take_move(t, slot, sa);
		if (!s->measured)
			sa->load = NAN;
		if (sa->cpu < 0)
			continue;
		cpu = &s->cpu[snapshot_row(s, (unsigned int)sa->cpu)];
		cpu->sas++;
		snapshot_add(&cpu->total, &sa->total);
	}
	return 0;
}
