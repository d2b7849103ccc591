/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hand-over of core/handover.h as a Promela model: every order in which its parties can take
 * their steps, where the simulation of tests/unit/test_handover.c draws some at random.
 *
 * Receiving CPUs send the frames of an SA; rings take them in batches, each thread running its
 * program over a batch, flushing what it passes on, then delivering; user space moves the SA from
 * ring to ring, may delete it at any time, and uses the entry anew. Full rings drop.
 *
 * Time is what the code takes it for, and no more: after HANDOVER_REST_NS whoever held a word or a
 * record has done with it; after HANDOVER_SILENCE_NS nothing of the past is in flight.
 *
 * What is shown, of finite traffic: a frame is overtaken by fewer than BATCH later ones of its SA and
 * receiving CPU (docs/moves.md, the promise); and every move ends once its traffic pauses, in whatever
 * state that finds it. With a rule left out (BREAK) a frame comes too late; but for NO_TAKEN, which
 * keeps a move from ending, and for NO_BATCH_WAIT, which is for GRO: it may hold frames over several
 * batches (Linux 6.15) and is not in the model.
 *
 * With BESIDE ring 0 is on the CPU of receiving CPU 0: neither runs while the other is between reading
 * and flushing, and what was passed on there is flushed at once. But its thread may lose that CPU at any
 * time (`astray`), and what it passes on from then on is not. It goes on being ring 0: with BY_CPU it
 * takes its identity from the CPU, and sends frames of an SA at rest to itself.
 *
 * And of ENDLESS traffic, in which no CPU is ever silent: every move ends, if time and again nothing
 * that a receiving CPU sent is in flight and its last frame was not lost (`ends`). That the last one
 * may not always be lost is needed: who sees neither it nor its loss cannot know that it is gone
 * (`ends_though_lost`: there is a run of bursts, each longer than a ring, that never ends).
 *
 * A ticket stands in front of its frame, and only receiving CPUs put it there. So an attacker's frames
 * (FORGED) and such as come again are frames like others: each has the ticket of the CPU that received it,
 * and none has one of its own, for no frame with a ticket in front comes to a ring from the wire. With
 * TRUSTED they do, with numbers that are yet to come, and a frame comes too late. Frames may have no
 * room for a ticket (ROOMLESS); then the moves of endless traffic end if time and again the last frame of
 * a receiving CPU has one (`ends_though_roomless`: who never has one does not).
 *
 * Numbers are left out without loss. Of tickets only the last one of a receiving CPU counts, so a
 * frame has a bit for that, which the next ticket takes from it. Of runs, how many came since the mark,
 * or since the last ticket was passed on, counts up to a limit.
 */
#ifndef RECEIVERS
#define RECEIVERS 2
#endif
#ifndef FRAMES
#define FRAMES 4 /* of each receiving CPU */
#endif
#ifndef FIRST
#define FIRST FRAMES /* so many of the first one */
#endif
#ifndef BATCH
#define BATCH 2 /* frames that a ring takes at once: 8 in the kernel */
#endif
#ifndef ROOM
#define ROOM 2 /* of a ring's queue */
#endif
#ifndef MOVES
#define MOVES 1
#endif
/* With COARSE a CPU does at once what it does between reading the word and queueing the frame. */
#ifdef COARSE
#define STEP atomic
#else
#define STEP
#endif
#define FLUSH BATCH
#ifndef FORGED
#define FORGED 0 /* frames of an attacker, or that come again */
#endif
#ifndef ROOMLESS
#define ROOMLESS 0 /* frames without room for a ticket */
#endif
#define RINGS 3
#ifdef BESIDE
#define beside(r) (r == 0)
#else
#define beside(r) false
#endif

/* Rules left out, as bits of BREAK. */
#define NO_DELAY      1
#define NO_FLUSH_WAIT 2
#define NO_BATCH_WAIT 4
#define UNPROTECTED   8
#define NO_TAKEN      16
#define ANY_CPU       32 /* passed on is flushed, wherever the thread was */
#define BY_CPU        64
#define TRUSTED       128 /* an attacker's frame may come with a ticket */
#define ROOMLESS_TOO  256 /* behind a frame without a ticket the one before speaks */
#ifndef BREAK
#define BREAK 0
#endif

/*
 * A frame: whose, its number from 1 on (0: an attacker's), the SA (0, 1: after reuse), the move of its
 * ticket, and whether that is its CPU's last.
 */
typedef frame { byte from, number, sa, generation; bool ticket };

chan queue[RINGS] = [ROOM] of { byte, byte, byte, byte, bool };
frame batch0[RINGS], batch1[RINGS]; /* that a ring has taken */
byte in_flight[RECEIVERS]; /* frames from being sent to being delivered or lost */
byte old_in_flight;	   /* of them, those sent by a word at rest */
#ifdef ENDLESS
#define AT_REST 0 /* only silence asks for them */
#else
#define AT_REST 255 /* as their generation */
#endif

/* The word of the entry. */
byte word_sa, word_to, word_own;
bool word_there = true;

/* The record, and its lines. */
byte generation;
bool mark_delivered, drained;
byte mark_age; /* runs of `to` from the mark on, the mark's own counted; 0: not marked */
byte line_generation[RECEIVERS], line_crossed[RECEIVERS];
bool taken[RECEIVERS], passed[RECEIVERS]; /* the last ticket was */
byte passed_age[RECEIVERS];		  /* runs of `to` since */
bool passed_on_cpu[RECEIVERS];		  /* by a thread that was on its ring's CPU */
byte forged, roomless;
bool line_untold[RECEIVERS], line_late[RECEIVERS], silent[RECEIVERS];

/* With BESIDE: somebody is between reading and flushing on CPU 0; the thread of ring 0 has lost it. */
bool cpu_taken, astray;

/* Who holds what he read: for the rules of time. */
bool busy[RECEIVERS];
bool held[RECEIVERS];   /* a frame that it was at when the word was set */
bool holds[RECEIVERS];  /* the same of the wait that is under way */

/* What was delivered, as bits by number; whose last ticket a full ring dropped. */
byte delivered[RECEIVERS];
bool lost[RECEIVERS];
bool all_over;

#define bit(d, n) ((d >> (n)) & 1)
#define after(d, n, k) (k > n -> bit(d, k) : 0)
#define overtaken(r, n) (after(delivered[r], n, 1) + after(delivered[r], n, 2) + \
	after(delivered[r], n, 3) + after(delivered[r], n, 4) + after(delivered[r], n, 5) + \
	after(delivered[r], n, 6) + after(delivered[r], n, 7))

/* HANDOVER_REST_NS after the word was visible: nobody is at a frame by the word of before. */
#define is_rested (!held[0] && !held[RECEIVERS - 1])

inline gone(f) {
	in_flight[f.from]--;
	old_in_flight = old_in_flight - (AT_REST && f.generation == AT_REST -> 1 : 0)
}

inline arrived(f) {
	d_step {
#ifndef ENDLESS
		if
		:: f.sa == word_sa && word_there ->
			assert(!f.number || overtaken(f.from, f.number) < BATCH);
			delivered[f.from] = delivered[f.from] | (f.number -> 1 << f.number : 0)
		:: else
		fi;
#endif
		gone(f)
	}
}

inline enqueue(ring, f) {
	atomic {
		if
		:: nfull(queue[ring]) -> queue[ring]!f.from, f.number, f.sa, f.generation, f.ticket
		:: full(queue[ring]) -> d_step { lost[f.from] = lost[f.from] || f.ticket; gone(f) }
		fi
	}
}

/* With an attacker's ticket: of a number that is yet to come, so it stays the last. */
#define is_trusted(f) ((BREAK & TRUSTED) && f.number == 0)

/* None of the tickets that it sent before is the last now. */
#define is_old(f) (f.from == which && !is_trusted(f))
inline forget(which) {
	i = 0;
	do
	:: i < RINGS ->
		batch0[i].ticket = (is_old(batch0[i]) -> 0 : batch0[i].ticket);
		batch1[i].ticket = (is_old(batch1[i]) -> 0 : batch1[i].ticket);
		n = len(queue[i]);
		do
		:: n > 0 ->
			queue[i]?x.from, x.number, x.sa, x.generation, x.ticket;
			queue[i]!x.from, x.number, x.sa, x.generation, (is_old(x) -> 0 : x.ticket);
			n--
		:: else -> break
		od;
		i++
	:: else -> break
	od;
	i = 0; x.from = 0; x.number = 0; x.sa = 0; x.generation = 0; x.ticket = 0
}

/*
 * handover_crosses(). What of the ring `to` was read before: the age of the mark; whether it had passed
 * the last ticket on, and how long ago.
 */
#define flushed(r) ((BREAK & NO_FLUSH_WAIT) || (now_passed && now_passed_age >= FLUSH) || \
	(beside(r) && (passed_on_cpu[r] || (BREAK & ANY_CPU))))
#define all_passed(r) (!line_untold[r] && \
	((taken[r] && !(BREAK & NO_TAKEN)) || (passed[r] && flushed(r))))
#define batch_done ((BREAK & NO_BATCH_WAIT) || \
	(mark_age && ((now_generation == generation && now_mark_age > BATCH) || mark_delivered)))

/* What the frame is: the sender's next, or an attacker's; and has it room for a ticket? */
inline choose() {
	if
	:: true -> f.number = number
	:: forged < FORGED -> d_step {
		f.number = 0;
#ifndef ENDLESS
		forged++
#endif
	}
	fi;
	if
	:: true -> room = true
	:: roomless < ROOMLESS -> d_step {
		room = false;
#ifndef ENDLESS
		roomless++
#endif
	}
	fi
}

proctype receiver(byte me)
{
	byte number = (me == 0 -> 1 + FRAMES - FIRST : 1), to, own, now_generation;
	byte now_mark_age, now_passed_age;
	bool there, crosses, now_rested, now_passed, room;
	byte i, n;
	frame f, x;

	do
	:: number > FRAMES -> break
	:: number <= FRAMES ->
		/* The word, and whose frame it is: of the SA that is there now. */
		atomic {
		!(beside(me) && cpu_taken);
		choose();
		d_step {
			cpu_taken = cpu_taken || beside(me);
			busy[me] = true;
			there = word_there; to = word_to; own = word_own;
			f.from = me; f.sa = word_sa;
			f.generation = 0;
			in_flight[me] = in_flight[me] + (there -> 1 : 0)
		}
		}
		STEP {
		if
		:: !there -> own = RINGS /* a stray */
		:: there && to == own -> d_step {
			f.generation = AT_REST;
			old_in_flight = old_in_flight + (AT_REST -> 1 : 0)
		}
		:: there && to != own ->
			d_step {
				now_mark_age = mark_age;
				now_passed = passed[me]; now_passed_age = passed_age[me];
				now_rested = is_rested; now_generation = generation
			}
			d_step {
				crosses = false;
				if
				:: line_crossed[me] == now_generation -> crosses = true
				:: else ->
					if
					:: line_generation[me] != now_generation ->
						line_untold[me] = true;
						silent[me] = false;
						line_generation[me] = now_generation;
						crosses = drained
					:: else ->
						crosses = silent[me] || (all_passed(me) && batch_done &&
							(line_late[me] || (BREAK & NO_DELAY)))
					fi
				fi;
				if
				:: crosses ->
					line_crossed[me] = now_generation;
					line_late[me] = false; taken[me] = false; passed[me] = false;
					passed_age[me] = 0; lost[me] = false
				:: else ->
					line_late[me] = now_rested;
					silent[me] = false;
					if
					:: is_trusted(f) ->
						f.generation = now_generation; f.ticket = true
					:: !is_trusted(f) && !room && (BREAK & ROOMLESS_TOO)
					:: else ->
						line_untold[me] = !room;
						f.generation = (room -> now_generation : 0);
						forget(me);
						f.ticket = room;
						taken[me] = false; passed[me] = false; lost[me] = false;
						passed_on_cpu[me] = false;
						passed_age[me] = 0
					fi;
					own = to
				fi
			}
		fi;
		if
		:: own < RINGS -> enqueue(own, f)
		:: else
		fi;
		d_step {
			busy[me] = false; held[me] = false; holds[me] = false;
			cpu_taken = cpu_taken && !beside(me);
#ifndef ENDLESS
			number++;
#endif
			to = 0; own = 0; there = false; crosses = false;
			now_mark_age = 0; now_passed = false; now_passed_age = 0;
			now_generation = 0; now_rested = false; room = false; f.generation = 0; f.ticket = 0; f.sa = 0
		}
		}
	od
}

/* One run of ring `to`. */
inline age() {
	mark_age = (mark_age && mark_age <= BATCH -> mark_age + 1 : mark_age);
	passed_age[0] = (passed[0] && passed_age[0] < FLUSH -> passed_age[0] + 1 : passed_age[0]);
#if RECEIVERS > 1
	passed_age[1] = (passed[1] && passed_age[1] < FLUSH -> passed_age[1] + 1 : passed_age[1])
#endif
}

inline pass(f) {
	if
	:: !mark_age -> mark_age = 1; marked = true
	:: else
	fi;
	passed[f.from] = passed[f.from] || (f.ticket && f.generation == generation);
	passed_on_cpu[f.from] = passed[f.from] && on_cpu
}

/*
 * The ring program over one frame: where it goes. To be delivered: own == me. A ring redirects only while
 * the SA moves, and from ring `to`.
 */
#if BREAK & BY_CPU /* then what it owns is another's, and is sent there: to itself */
#define identity (beside(me) && astray -> RINGS : me)
#else
#define identity me
#endif

inline program(f, own) {
	d_step {
		to = word_to;
		own = (f.sa == word_sa && word_there -> word_own : me);
		if
		:: to == me -> age()
		:: else
		fi;
		if
		:: own == me ->
			taken[f.from] = taken[f.from] || (f.ticket && f.generation == generation)
		:: own != me && to == me -> pass(f)
		:: else -> own = me
		fi
		assert(!(identity != me && f.sa == word_sa && word_there && word_own == me))
	}
}

inline done_with(f) {
	f.from = 0; f.number = 0; f.sa = 0; f.generation = 0; f.ticket = false
}

proctype ring(byte me)
{
	byte n, own0, own1, to;
	bool marked, on_cpu;

end:	do
	:: STEP { atomic {
		nempty(queue[me]) && (!beside(me) || astray || !cpu_taken);
		on_cpu = beside(me) && !astray;
		cpu_taken = cpu_taken || on_cpu;
		queue[me]?batch0[me].from, batch0[me].number, batch0[me].sa, batch0[me].generation, batch0[me].ticket;
		n = 1;
		if
		:: BATCH > 1 && nempty(queue[me]) ->
			queue[me]?batch1[me].from, batch1[me].number, batch1[me].sa, batch1[me].generation, batch1[me].ticket;
			n = 2
		:: true
		fi
		}
		program(batch0[me], own0);
		if
		:: n == 2 -> program(batch1[me], own1)
		:: else
		fi
	   }
	   STEP {
		if
		:: own0 != me -> enqueue(own0, batch0[me])
		:: else
		fi;
		if
		:: n == 2 && own1 != me -> enqueue(own1, batch1[me])
		:: else
		fi;
		cpu_taken = cpu_taken && !on_cpu;
		if
		:: own0 == me -> arrived(batch0[me])
		:: else
		fi;
		if
		:: n == 2 && own1 == me -> arrived(batch1[me])
		:: else
		fi;
		d_step {
#ifndef ENDLESS /* of time, and no time passes there */
			if
			:: marked -> mark_delivered = true
			:: else
			fi;
#endif
			marked = false;
			n = 0; own0 = 0; own1 = 0; to = 0; on_cpu = false;
			done_with(batch0[me]); done_with(batch1[me])
		}
	   }
	od
}

/* Waits: receiving CPUs that are at a frame are done with it. Threads of rings may take any time. */
inline rest() {
	d_step { holds[0] = busy[0]; holds[RECEIVERS - 1] = busy[RECEIVERS - 1] }
	!holds[0] && !holds[RECEIVERS - 1]
}

#define line_done(r) (line_generation[r] != generation || line_crossed[r] == generation || silent[r])
#define any_crossed (line_crossed[0] == generation || line_crossed[RECEIVERS - 1] == generation)
#define none_in_flight (in_flight[0] == 0 && in_flight[RECEIVERS - 1] == 0)

inline begin(where) {
	d_step {
		generation++; mark_age = 0; mark_delivered = false; drained = false;
		held[0] = busy[0]; held[RECEIVERS - 1] = busy[RECEIVERS - 1];
		word_own = where
	}
}

/* The end of a move, once the old path is drained. */
inline finish() {
	drained = true;
	rest();
	line_done(0) && line_done(RECEIVERS - 1);
	word_to = word_own;
	rest()
}

proctype user_space()
{
	byte moves;

	do
	:: moves == MOVES -> break
	:: moves < MOVES ->
		begin((word_own + 1) % RINGS);
#if BREAK & UNPROTECTED
		word_to = word_own;
#endif
		if
		:: word_to != word_own ->
			if
			:: any_crossed -> skip
#ifndef ENDLESS
			:: is_rested && none_in_flight -> skip /* all are silent */
#endif
#ifdef DELETE
			:: word_there -> goto delete
#endif
			fi;
			finish()
		:: else
		fi;
		moves++
	od;
	goto over;
delete:
	/* The entry is empty; the record may be used again when nothing of it is in flight. */
	word_there = false;
	rest();
	none_in_flight;
	d_step {
		word_sa = 1; word_to = 0; word_own = 0; word_there = true;
		delivered[0] = 0; delivered[RECEIVERS - 1] = 0
	}
	begin(1);
	if
	:: any_crossed -> skip
#ifndef ENDLESS
	:: is_rested && none_in_flight -> skip
#endif
	fi;
	finish();
over:	all_over = true
}

#ifndef ENDLESS
/*
 * HANDOVER_SILENCE_NS: one who sent nothing in this move for so long has nothing in flight, nor has
 * anybody what he sent before it.
 */
proctype clock(byte who)
{
end:	do
	:: d_step { !silent[who] && in_flight[who] == 0 && !busy[who] && is_rested && old_in_flight == 0 &&
			line_generation[who] == generation && word_to != word_own ->
		silent[who] = true }
	od
}
#endif

#ifdef ENDLESS
#define through(r) (in_flight[r] == 0 && !lost[r] && (!line_untold[r] || line_done(r)))

ltl ends { ([]<> through(0) && []<> through(RECEIVERS - 1)) -> <> all_over }
#if ROOMLESS
ltl ends_though_roomless { []<> (in_flight[0] == 0 && !lost[0]) -> <> all_over }
#endif
ltl ends_though_lost { ([]<> (in_flight[0] == 0) && []<> (in_flight[RECEIVERS - 1] == 0)) -> <> all_over }
#endif

#ifdef BESIDE
/* CPU 0 goes offline for a moment: the thread of ring 0 runs elsewhere from then on. */
proctype offline()
{
	astray = true
}
#endif

init {
	atomic {
		run ring(0); run ring(1);
#if MOVES > 1
		run ring(2);
#endif
		run user_space();
#ifdef BESIDE
		run offline();
#endif
		run receiver(0);
#if RECEIVERS > 1
		run receiver(1);
#endif
#ifndef ENDLESS
		run clock(0);
#if RECEIVERS > 1
		run clock(1)
#endif
#endif
	}
}
