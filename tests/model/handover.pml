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
 * What is shown: a frame is overtaken by fewer than BATCH later ones of its SA and receiving CPU
 * (docs/moves.md, the promise); and every move ends once its traffic pauses, in whatever state that
 * finds it. With a rule left out (BREAK) a frame comes too late; but for NO_BATCH_WAIT: it is for
 * GRO, which may hold frames over several batches (Linux 6.15) and is not in the model. Nor is a ring
 * on the receiving CPU itself, and tickets are never lost to a driver without metadata.
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
#define FLUSH BATCH
#define RINGS 3

/* Rules left out, as bits of BREAK. */
#define NO_DELAY      1
#define NO_FLUSH_WAIT 2
#define NO_BATCH_WAIT 4
#define UNPROTECTED   8
#ifndef BREAK
#define BREAK 0
#endif

/* A frame: whose, its number from 1 on, the SA (0, 1: after reuse), its ticket. */
typedef frame { byte from, number, sa, generation, ticket };

chan queue[RINGS] = [ROOM] of { byte, byte, byte, byte, byte };
byte runs[RINGS];
byte in_flight[RECEIVERS]; /* frames from being sent to being delivered or lost */
byte old_in_flight;	   /* of them, those sent by a word at rest */
#define AT_REST 255	   /* as their generation */

/* The word of the entry. */
byte word_sa, word_to, word_own;
bool word_there = true;

/* The record, and its lines. */
byte generation, mark;
bool mark_delivered, drained;
byte line_generation[RECEIVERS], line_sent[RECEIVERS], line_crossed[RECEIVERS];
byte line_taken[RECEIVERS], line_passed[RECEIVERS], line_passed_runs[RECEIVERS];
bool line_untold[RECEIVERS], line_late[RECEIVERS], silent[RECEIVERS];

/* Who holds what he read: for the rules of time. */
bool busy[RECEIVERS];
bool held[RECEIVERS];   /* a frame that it was at when the word was set */
bool holds[RECEIVERS];  /* the same of the wait that is under way */

/* What was delivered, as bits by number. */
byte delivered[RECEIVERS];

#define bit(d, n) ((d >> (n)) & 1)
#define after(d, n, k) (k > n -> bit(d, k) : 0)
#define overtaken(r, n) (after(delivered[r], n, 1) + after(delivered[r], n, 2) + \
	after(delivered[r], n, 3) + after(delivered[r], n, 4) + after(delivered[r], n, 5) + \
	after(delivered[r], n, 6) + after(delivered[r], n, 7))

/* HANDOVER_REST_NS after the word was visible: nobody is at a frame by the word of before. */
#define is_rested (!held[0] && !held[RECEIVERS - 1])

inline gone(f) {
	in_flight[f.from]--;
	old_in_flight = old_in_flight - (f.generation == AT_REST -> 1 : 0)
}

inline arrived(f) {
	d_step {
		if
		:: f.sa == word_sa && word_there ->
			assert(overtaken(f.from, f.number) < BATCH);
			delivered[f.from] = delivered[f.from] | (1 << f.number)
		:: else
		fi;
		gone(f)
	}
}

inline enqueue(ring, f) {
	atomic {
		if
		:: nfull(queue[ring]) -> queue[ring]!f.from, f.number, f.sa, f.generation, f.ticket
		:: full(queue[ring]) -> gone(f)
		fi
	}
}

/* handover_crosses(), of what was read: now_runs of ring `to`, and whether it is late enough. */
#define passed_on(r) (line_passed[r] == line_sent[r] && \
	((BREAK & NO_FLUSH_WAIT) || now_runs - line_passed_runs[r] >= FLUSH))
#define all_passed(r) (!line_untold[r] && (line_taken[r] == line_sent[r] || passed_on(r)))
#define batch_done ((BREAK & NO_BATCH_WAIT) || \
	(mark && (now_runs >= mark + BATCH || mark_delivered)))

proctype receiver(byte me)
{
	byte number = (me == 0 -> 1 + FRAMES - FIRST : 1), to, own, now_runs, now_generation;
	bool there, crosses, now_rested;
	frame f;

	do
	:: number > FRAMES -> break
	:: number <= FRAMES ->
		/* The word, and whose frame it is: of the SA that is there now. */
		d_step {
			busy[me] = true;
			there = word_there; to = word_to; own = word_own;
			f.from = me; f.number = number; f.sa = word_sa;
			f.generation = 0; f.ticket = 0;
			in_flight[me]++
		}
		if
		:: !there -> d_step { in_flight[me]--; own = RINGS } /* a stray */
		:: there && to == own -> d_step { f.generation = AT_REST; old_in_flight++ }
		:: there && to != own ->
			d_step { now_runs = runs[to]; now_rested = is_rested; now_generation = generation }
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
				:: crosses -> line_crossed[me] = now_generation
				:: else ->
					line_untold[me] = false;
					line_late[me] = now_rested;
					silent[me] = false;
					line_sent[me]++;
					f.generation = now_generation;
					f.ticket = line_sent[me];
					own = to
				fi
			}
		fi;
		if
		:: own < RINGS -> enqueue(own, f)
		:: else
		fi;
		d_step { busy[me] = false; held[me] = false; holds[me] = false; number++; to = 0; own = 0; there = false; crosses = false; now_runs = 0; now_generation = 0; now_rested = false; f.ticket = 0; f.generation = 0; f.sa = 0 }
	od
}

/* The ring program over one frame. Whether it is to be delivered: own == me, or not of this SA. */
inline program(f, own) {
	atomic { runs[me]++; own = (f.sa == word_sa && word_there -> word_own : me); to = word_to;
	if
	:: own == me ->
		d_step {
			if
			:: f.ticket && f.generation == generation -> line_taken[f.from] = f.ticket
			:: else
			fi
		}
	:: own != me && to == me ->
		d_step {
			if
			:: !mark -> mark = runs[me]; marked = true
			:: else
			fi;
			if
			:: f.ticket && f.generation == generation ->
				line_passed[f.from] = f.ticket;
				line_passed_runs[f.from] = runs[me]
			:: else
			fi
		}
	:: else
	fi
	}
}

proctype ring(byte me)
{
	frame f0, f1;
	byte n, own0, own1, to;
	bool marked;

end:	do
	:: atomic {
		queue[me]?f0.from, f0.number, f0.sa, f0.generation, f0.ticket;
		n = 1;
		if
		:: BATCH > 1 && nempty(queue[me]) ->
			queue[me]?f1.from, f1.number, f1.sa, f1.generation, f1.ticket;
			n = 2
		:: true
		fi
	   }
		program(f0, own0);
		if
		:: n == 2 -> program(f1, own1)
		:: else
		fi;
		if
		:: own0 != me -> enqueue(own0, f0)
		:: else
		fi;
		if
		:: n == 2 && own1 != me -> enqueue(own1, f1)
		:: else
		fi;
		if
		:: own0 == me -> arrived(f0)
		:: else
		fi;
		if
		:: n == 2 && own1 == me -> arrived(f1)
		:: else
		fi;
		d_step {
			if
			:: marked -> mark_delivered = true; marked = false
			:: else
			fi;
			n = 0; own0 = 0; own1 = 0; to = 0;
			f0.from = 0; f0.number = 0; f0.sa = 0; f0.generation = 0; f0.ticket = 0;
			f1.from = 0; f1.number = 0; f1.sa = 0; f1.generation = 0; f1.ticket = 0
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

proctype user_space()
{
	byte moves;

	do
	:: moves == MOVES -> break
	:: moves < MOVES ->
		d_step {
			generation++; mark = 0; mark_delivered = false; drained = false;
			held[0] = busy[0]; held[RECEIVERS - 1] = busy[RECEIVERS - 1];
			word_own = (word_own + 1) % RINGS
		}
#if BREAK & UNPROTECTED
		word_to = word_own;
#endif
		if
		:: word_to != word_own ->
			if
			:: any_crossed -> skip
			:: is_rested && none_in_flight -> skip
#ifdef DELETE
			:: word_there -> goto delete
#endif
			fi;
			drained = true;
			rest();
			line_done(0) && line_done(RECEIVERS - 1);
			word_to = word_own;
			rest()
		:: else
		fi;
		moves++
	od;
	goto over;
delete:
	/* The entry is empty; the record may be used again when nothing of it is in flight. */
	word_there = false;
	none_in_flight && !busy[0] && !busy[RECEIVERS - 1];
	d_step {
		word_sa = 1; word_to = 0; word_own = 0; word_there = true;
		delivered[0] = 0; delivered[RECEIVERS - 1] = 0;
		generation++; mark = 0; mark_delivered = false; drained = false;
			held[0] = busy[0]; held[RECEIVERS - 1] = busy[RECEIVERS - 1];
		word_own = 1
	}
	if
	:: any_crossed -> skip
	:: is_rested && none_in_flight -> skip
	fi;
	drained = true;
	rest();
	line_done(0) && line_done(RECEIVERS - 1);
	word_to = word_own;
over:	skip
}

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

init {
	atomic {
		run ring(0); run ring(1);
#if MOVES > 1
		run ring(2);
#endif
		run user_space();
		run receiver(0); run clock(0);
#if RECEIVERS > 1
		run receiver(1); run clock(1)
#endif
	}
}
