/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What CPUs that take loads and stores out of order (arm64) may see of the hand-over, the SA table and the
 * counters. tests/model/run checks every order, one CASE at a time; BREAK takes away what keeps them.
 *
 * A CPU is a process that takes its steps in any order that arm64 allows it: a step waits for others of its
 * own CPU only where AFTER says so, and why is said there. All CPUs see a store at once, as on arm64. Time is
 * no matter here: where the code rests (HANDOVER_REST_NS, a slot's second) nothing of before is under way.
 */
#ifndef BREAK
#define BREAK 0
#endif
#define TABLE	1
#define MOVE	2
#define MARK	3
#define FLUSH	4
#define COUNTERS 5

#define STEP(n, before, what) :: !did[n] && (before) -> atomic { what; did[n] = true }
#define ANYTIME true

#if CASE == TABLE
/* A new SA in a slot whose last one counted 7: the first packet of the new one is number 1. */
byte pair = 7, word = 0;

proctype user_space() /* src/sas/table.c, table_put() */
{
	bool did[2];

	do
	STEP(0, ANYTIME, pair = 0)
	STEP(1, did[0] || BREAK == 1, word = 1) /* __ATOMIC_RELEASE */
	:: did[0] && did[1] -> break
	od
}

proctype ring() /* src/bpf/ring.h, count_frame() */
{
	bool did[3];
	byte my_word, my_pair;

	do
	STEP(0, ANYTIME, my_word = word)
	/* SA_PAIR of the word is in the address of the pair. */
	STEP(1, did[0] || BREAK == 2, my_pair = pair)
	:: !did[2] && did[0] && did[1] ->
		if
		:: my_word -> atomic { assert(my_pair == 0); did[2] = true }
		:: else -> break
		fi
	:: did[2] -> break
	od
}

init { atomic { run user_space(); run ring() } }
#endif

#if CASE == MOVE
/*
 * A slot moves again, by the record of its last move (0) or by another: a receiving CPU, which has crossed in
 * the last one, generation 1, does not take it for this one.
 */
byte word = 0, record = 0, generation[2];
bool bound[2];

proctype user_space() /* src/sas/moves.c, moves_begin() */
{
	bool did[4];
	byte mine;

	select (mine : 0 .. 1);
	do
	STEP(0, ANYTIME, generation[mine] = 2)
	STEP(1, did[0], record = mine) /* the fence of moves_reserve() */
	STEP(2, did[0], bound[mine] = true)
	STEP(3, (did[0] && did[1] && did[2]) || BREAK == 1, word = 1) /* __ATOMIC_ACQ_REL */
	:: did[0] && did[1] && did[2] && did[3] -> break
	od
}

proctype receiver() /* src/bpf/steer.h, steer_moving() */
{
	bool did[4];
	byte my_word, my_record, my_generation;
	bool my_bound;

	do
	STEP(0, ANYTIME, my_word = word)
	STEP(1, did[0] || BREAK == 2, my_record = record) /* after() */
	STEP(2, did[1], my_generation = generation[my_record]) /* the record is in the address */
	STEP(3, did[1], my_bound = bound[my_record])
	:: did[0] && did[2] && did[3] -> break
	od
	assert(!(my_word && my_bound && my_generation == 1))
}

init { generation[0] = 1; bound[0] = true; atomic { run user_space(); run receiver() } }
#endif

#if CASE == MARK
/* Ring `to` begins to pass on, at time 5. A receiving CPU does not think that this was long ago. */
#define NOW	5
#define SILENCE 3
byte mark = 0, mark_ns = 0;

proctype ring() /* src/core/handover.h, handover_mark() */
{
	bool did[2];

	do
	STEP(0, ANYTIME, mark_ns = NOW)
	STEP(1, ANYTIME, mark = 1)
	:: did[0] && did[1] -> break
	od
}

proctype receiver() /* handover_batch_done(); its run counter is not yet high enough */
{
	bool did[2];
	byte my_mark, my_mark_ns;

	do
	STEP(0, ANYTIME, my_mark = mark)
	STEP(1, ANYTIME, my_mark_ns = mark_ns)
	:: did[0] && did[1] -> break
	od
	assert(!(my_mark && (my_mark_ns || BREAK == 1) && NOW >= my_mark_ns + SILENCE))
}

init { atomic { run ring(); run receiver() } }
#endif

#if CASE == FLUSH
/*
 * Ring `to` flushes a frame into the queue of `own` and begins another batch. A receiving CPU that sees this
 * by the run counter puts its frame behind that one.
 */
bool locked = false, runs = false;
byte queued = 0, place_of_passed = 0, place_of_sent = 0;

proctype ring() /* bq_flush_to_queue() in kernel/bpf/cpumap.c; src/bpf/ring.h, ring() */
{
	bool did[4];

	do
	STEP(0, !locked || BREAK == 1, locked = true)
	STEP(1, did[0], queued++; place_of_passed = queued)
	STEP(2, did[1], locked = false)
	/* It may overtake what the lock keeps, but not the taking of the lock. */
	STEP(3, did[0] || BREAK == 1, runs = true)
	:: did[2] && did[3] -> break
	od
}

proctype receiver() /* handover_all_passed() */
{
	bool did[4], my_runs;

	do
	STEP(0, ANYTIME, my_runs = runs)
	/* What is stored waits for the loads that decide on it. */
	STEP(1, did[0] && my_runs && !locked, locked = true)
	STEP(2, did[1], queued++; place_of_sent = queued)
	STEP(3, did[2], locked = false)
	:: did[3] || (did[0] && !my_runs) -> break
	od
	assert(!place_of_sent || (place_of_passed && place_of_passed < place_of_sent))
}

init { atomic { run ring(); run receiver() } }
#endif

#if CASE == COUNTERS
/* An SA has moved while its old ring still counts a frame: no count is lost. */
byte pair[2], finished = 0;

proctype ring(byte which) /* src/bpf/ring.h, count_frame(); the pair is by SA_PAIR, which the move flips */
{
	byte count;

	count = pair[which];
	pair[which] = count + 1;
	finished++
}

init {
	atomic { run ring(0); run ring((BREAK == 1 -> 0 : 1)) }
	finished == 2;
	assert(pair[0] + pair[1] == 2)
}
#endif
