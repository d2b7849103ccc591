// SPDX-License-Identifier: GPL-2.0-only
// What the daemon left in the shared maps about its last round of placing, and about moves.
#include <stdlib.h>
#include "show/snapshot_impl.h"

/* A round that is old is of a daemon that is gone, or that makes none any more. */
static void take_round(struct snapshot *s, const struct round_state *from, __u64 now_ns)
{
	struct snapshot_round *to = &s->round;
	__u64 time_ns = LOAD(from->time_ns), key = LOAD(from->heaviest_key);
	__u32 why = LOAD(from->why);

	to->interval_ms = LOAD(from->interval_ms);
	to->age_ns = now_ns > time_ns ? now_ns - time_ns : 0;
	s->measured = time_ns && to->age_ns <= HEARTBEAT_OLD_NS + 2000000ull * to->interval_ms;
	to->count = LOAD(from->rounds);
	to->why = why < ROUND_WHYS ? (enum round_why)why : ROUND_NONE;
	to->moves = LOAD(from->moves);
	to->drained = LOAD(from->drained);
	to->before = snapshot_load(LOAD(from->before));
	to->after = snapshot_load(LOAD(from->after));
	to->fair = snapshot_load(LOAD(from->fair));
	to->heaviest = LOAD(from->heaviest) == NO_SLOT ? 0 : sa_word_spi(sa_word(key, 0, 0, 0));
	to->heaviest_load = snapshot_load(LOAD(from->heaviest_load));
	to->packet_ns = (double)LOAD(from->packet_ps) / 1e3;
	to->byte_ns = (double)LOAD(from->byte_ps) / 1e3;
	to->receive_ns = (double)LOAD(from->receive_ps) / 1e3;
}

static int by_size(const void *a, const void *b)
{
	const __u32 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void take_times(struct snapshot_moves *moves, const struct move_times *times)
{
	__u32 wait_us[MOVE_TIMES] = {0};
	size_t n, middle;

	moves->done = LOAD(times->done);
	moves->median_ms = moves->worst_ms = NAN;
	n = moves->done < MOVE_TIMES ? moves->done : MOVE_TIMES;
	if (!n)
		return;
	for (size_t i = 0; i < n; i++)
		wait_us[i] = LOAD(times->wait_us[i]);
	qsort(wait_us, n, sizeof(*wait_us), by_size);
	middle = n / 2;
	moves->median_ms = wait_us[middle] / 1e3;
	moves->worst_ms = wait_us[n - 1] / 1e3;
}

void snapshot_take_round(struct snapshot *snapshot, const struct report *report, __u64 now_ns)
{
	take_round(snapshot, &report->round, now_ns);
	take_times(&snapshot->moves, &report->move_times);
}
