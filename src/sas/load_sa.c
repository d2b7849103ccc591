// SPDX-License-Identifier: GPL-2.0-only
// Reads the counters of an SA, and no line of memory more than it must.
#include "sas/load_sa.h"

static const struct sa_cold *cold_of(const struct maps *maps, __u32 slot)
{
	return &maps->cold[maps->warm[slot].cold];
}

void load_sa_begin(struct sas_load_sa *sa, const struct maps *maps, __u32 slot, __u64 word)
{
	const struct sa_cold *cold = cold_of(maps, slot);

	*sa = (struct sas_load_sa){
		.placed = (__u32)cold->placed_ns,
		.cpu = (__u16)maps->rings[sa_word_own(word)].cpu,
		.moves = (__u16)cold->moves,
	};
	for (int second = 0; second < 2; second++) {
		const struct count *now = maps_pair(maps, slot, second);

		sa->packets[second] = (__u32)SHARED(now->packets);
		sa->bytes[second] = SHARED(now->bytes);
	}
}

void load_sa_off(struct sas_load_sa *sa, const struct sa_cold *cold)
{
	*sa = (struct sas_load_sa){.placed = (__u32)cold->placed_ns, .cpu = SAS_LOAD_OFF};
}

double load_since(__u64 *then, __u64 now)
{
	double grown = now > *then ? (double)(now - *then) : 0;

	*then = now;
	return grown;
}

static void look_at_pair(struct sas_load_sa *sa, const struct count *now, bool second,
			 struct load_grown *grown)
{
	__u32 packets = (__u32)SHARED(now->packets);

	grown->packets = packets - sa->packets[second];
	grown->bytes = load_since(&sa->bytes[second], SHARED(now->bytes));
	sa->packets[second] = packets;
}

/*
 * The second pair grows only while the word names it, as in a move, and by what comes beside rings:
 * without these nobody reads that line.
 */
void load_sa_look(struct sas_load_sa *sa, const struct maps *maps, __u32 slot, __u64 word,
		  bool besides, struct load_grown grown[2])
{
	__u16 moves = (__u16)cold_of(maps, slot)->moves;

	look_at_pair(sa, maps_pair(maps, slot, false), false, &grown[0]);
	grown[1] = (struct load_grown){0};
	if (besides || sa_word_flags(word) & SA_PAIR || sa->moves != moves)
		look_at_pair(sa, maps_pair(maps, slot, true), true, &grown[1]);
	sa->moves = moves;
}
