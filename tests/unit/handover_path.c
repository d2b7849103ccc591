// SPDX-License-Identifier: GPL-2.0-only
// The simulator's packets: from the wire through receiving CPUs and rings to the stack. What the
// BPF programs do (bpf/steer.h, bpf/ring.h) in steps, and the kernel's cpumap between them.
#include "handover_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static bool push(struct fifo *fifo, const struct frame *frame)
{
	if (fifo->count == fifo->limit)
		return false;
	fifo->at[(fifo->head + fifo->count++) % FIFO_MAX] = *frame;
	return true;
}

static struct frame pop(struct fifo *fifo)
{
	struct frame frame = fifo->at[fifo->head];

	fifo->head = (fifo->head + 1) % FIFO_MAX;
	fifo->count--;
	return frame;
}

static void flush(struct sim *sim, struct bulk *bulk, __u32 ring)
{
	for (__u32 i = 0; i < bulk->count[ring]; i++)
		sim->result.lost += !push(&sim->thread[ring].queue, &bulk->at[ring][i]);
	bulk->count[ring] = 0;
}

static void redirect(struct sim *sim, struct bulk *bulk, __u32 ring, const struct frame *frame)
{
	assert_in_range(ring, 1, RINGS - 1);
	if (bulk->count[ring] == BULK)
		flush(sim, bulk, ring);
	bulk->at[ring][bulk->count[ring]++] = *frame;
}

/* The ring whose thread is on this receiving CPU, if they share CPUs. */
static __u32 ring_beside(const struct sim *sim, const struct receiver *r)
{
	return r - sim->receiver + 1;
}

/* Is the thread of a ring on a receiving CPU, and has not lost it? */
static bool on_cpu(const struct sim *sim, const struct thread *t)
{
	return sim->config.share_cpus && t - sim->thread <= RECEIVERS && !t->astray;
}

/* The thread runs its program and flushes with soft interrupts off: no receiving CPU beside it. */
static bool keeps_out(const struct sim *sim, const struct receiver *r)
{
	const struct thread *t = &sim->thread[ring_beside(sim, r)];

	return on_cpu(sim, t) && t->stage != IDLE && t->stage != DELIVER;
}

/* And it does not begin before the receiving CPU has done with its poll. */
static bool is_kept_out(const struct sim *sim, const struct thread *t)
{
	__u32 ring = t - sim->thread;

	return on_cpu(sim, t) && t->stage == IDLE && sim->receiver[ring - 1].stage != IDLE;
}

/* Flushes one ring's part; false if there was none. */
static bool flush_one(struct sim *sim, struct bulk *bulk)
{
	__u32 first = pick(sim, RINGS);

	for (__u32 i = 0; i < RINGS; i++) {
		__u32 ring = (first + i) % RINGS;

		if (!bulk->count[ring])
			continue;
		flush(sim, bulk, ring);
		return true;
	}
	return false;
}

/*
 * The next frame from the wire. In a burst they are of one SA. Now and then one comes again, unless
 * all is calm.
 */
static void new_frame(struct sim *sim, struct receiver *r)
{
	struct frame *f = &r->frame;
	struct sa_state *sa;

	if (!sim->calm && !pick(sim, 4))
		sim->burst = pick(sim, sim->config.sas);
	sa = &sim->sa[sim->burst];
	if (!sim->calm && r->last.key == sa->key && !pick(sim, 16)) {
		*f = r->last;
		f->copy = true;
	} else {
		*f = (struct frame){
			.sa = sim->burst, .receiver = r - sim->receiver, .key = sa->key};
		f->index = ++sa->index[f->receiver];
		if (!pick(sim, 3))
			r->last = *f;
	}
	f->born_ns = sim->now_ns;
	sim->result.sent++;
}

static void receive_next(struct sim *sim, struct receiver *r)
{
	int slot;

	if (!r->budget--) {
		r->stage = FLUSH;
		return;
	}
	new_frame(sim, r);
	slot = table_lookup(&sim->table, r->frame.key, &r->word);
	r->slot = slot;
	r->stage = DECIDE;
	/* Noted at once: that an SA becomes known between the two is a frame's bad luck. */
	if (!r->word)
		sim->sa[r->frame.sa].stray_ns = sim->now_ns;
}

/* As steer_moving() of bpf/steer.h, but for the frame itself: up to the ticket. */
static void receive_decide(struct sim *sim, struct receiver *r)
{
	__u32 to = sa_word_to(r->word), own = sa_word_own(r->word);

	r->stage = NEXT;
	if (!r->word) {
		redirect(sim, &r->bulk, STRAY_RING, &r->frame);
		return;
	}
	r->record = SHARED(sim->warm[r->slot].record);
	r->to = (struct old_ring){
		.runs = SHARED(sim->ring_state[to].runs),
		.batch = sim->host.batch,
		.beside = sim->config.share_cpus && to == ring_beside(sim, r),
	};
	if (to == own || r->record >= RECORDS || sim->record[r->record].slot != r->slot)
		redirect(sim, &r->bulk, to, &r->frame);
	else
		r->stage = CROSS;
}

static void receive_cross(struct sim *sim, struct receiver *r)
{
	struct move_line *line = &sim->line[r->record * RECEIVERS + (r - sim->receiver)];

	r->stage = SEND;
	if (!handover_crosses(&sim->record[r->record], line, &r->to, coarse(sim)))
		return;
	redirect(sim, &r->bulk, sa_word_own(r->word), &r->frame);
	r->stage = NEXT;
}

static void receive_send(struct sim *sim, struct receiver *r)
{
	__u32 index = r->record * RECEIVERS + (r - sim->receiver);
	struct move_line *line = &sim->line[index];
	struct frame *f = &r->frame;

	f->ticketed = !sim->config.no_room || sim->calm || pick(sim, 2);
	if (f->ticketed)
		f->ticket = (struct ticket){
			.generation = sim->record[r->record].generation,
			.line = index,
			.number = handover_sent(line, coarse(sim)),
		};
	else
		handover_sent_untold(line, coarse(sim));
	redirect(sim, &r->bulk, sa_word_to(r->word), f);
	r->stage = NEXT;
}

void receiver_step(struct sim *sim, struct receiver *r)
{
	if (r->stage == IDLE && keeps_out(sim, r))
		return;
	switch (r->stage) {
	case NEXT:
		receive_next(sim, r);
		return;
	case DECIDE:
		receive_decide(sim, r);
		return;
	case CROSS:
		receive_cross(sim, r);
		return;
	case SEND:
		receive_send(sim, r);
		return;
	case FLUSH:
		if (!flush_one(sim, &r->bulk))
			r->stage = IDLE;
		return;
	default:
		if (sim->quiet)
			return;
		r->budget = 1 + pick(sim, pick(sim, 4) ? 4 : 64);
		r->poll_ns = sim->now_ns;
		r->stage = NEXT;
	}
}

/* As ring_quick() of bpf/ring.h: does the copy of the word say that the SA is at rest here? */
static bool thread_quick(const struct sim *sim, struct thread *t)
{
	const struct frame *f = &t->batch[t->at];
	__u32 guess = sa_preferred(&sim->table.shape, f->key);
	__u64 word = SHARED(sim->warm[guess].at_rest);

	if (f->ticketed ||
	    word != (f->key << 20 | sa_word_resting_on(t - sim->thread)))
		return false;
	t->slot = (int)guess;
	t->word = word;
	return true;
}

static void thread_next(struct sim *sim, struct thread *t)
{
	if (t->at == t->n) {
		t->stage = FLUSH;
		return;
	}
	sim->ring_state[t - sim->thread].runs++;
	if (!thread_quick(sim, t))
		t->slot = table_lookup(&sim->table, t->batch[t->at].key, &t->word);
	t->read_ns = sim->now_ns;
	t->stage = ACT;
}

/* As note_passed() of bpf/ring.h. */
static void note_passed(struct sim *sim, const struct thread *t, const struct frame *f)
{
	__u32 record = SHARED(sim->warm[t->slot].record);
	__u64 runs = sim->ring_state[t - sim->thread].runs;
	struct move_record *move;

	if (record >= RECORDS || sim->record[record].slot != t->slot)
		return;
	move = &sim->record[record];
	handover_mark(move, runs, coarse(sim));
	if (f->ticketed && f->ticket.generation == move->generation)
		handover_passed(&sim->line[f->ticket.line].passed, f->ticket.number, runs,
				on_cpu(sim, t));
}

static struct count *pair_of(const struct sim *sim, const struct thread *t)
{
	return maps_pair(&sim->maps, (__u32)t->slot, sa_word_flags(t->word) & SA_PAIR);
}

/* As any_frame() of bpf/ring.h, but that counting takes one step to read and one to write. */
static void thread_act(struct sim *sim, struct thread *t)
{
	struct frame *f = &t->batch[t->at];
	__u32 me = t - sim->thread;

	t->stage = NEXT;
	if (t->word && sa_word_own(t->word) == me) {
		t->counted = pair_of(sim, t)->packets;
		t->stage = COUNT;
		return;
	}
	t->at++;
	if (t->word && sa_word_to(t->word) == me) {
		note_passed(sim, t, f);
		redirect(sim, &t->bulk, sa_word_own(t->word), f);
		return;
	}
	sim->result.strewn += t->word && me != STRAY_RING;
	push(&t->passed, f);
}

/* As arrive() of bpf/ring.h. */
static void thread_count(struct sim *sim, struct thread *t)
{
	__u32 record = SHARED(sim->warm[t->slot].record);
	struct frame *f = &t->batch[t->at++];

	pair_of(sim, t)->packets = t->counted + 1;
	sim->sa[f->sa].counted += sim->sa[f->sa].key == f->key;
	t->stage = NEXT;
	push(&t->passed, f);
	if (f->ticketed && record < RECORDS)
		handover_take(&sim->record[record], &sim->line[f->ticket.line], &f->ticket);
}

static void is_late(struct sim *sim, const struct sa_state *sa, const struct frame *f)
{
	__u32 overtaken = 0;

	for (int i = 0; i < DELIVERED; i++)
		overtaken += sa->order[f->receiver][i] > f->index;
	sim->result.late++;
	if (overtaken > sim->result.worst)
		sim->result.worst = overtaken;
	if (sa->highest[f->receiver] - f->index > sim->result.worst_seq)
		sim->result.worst_seq = sa->highest[f->receiver] - f->index;
}

/* To the stack. */
static void thread_deliver(struct sim *sim, struct thread *t)
{
	struct frame f = pop(&t->passed);
	struct sa_state *sa = &sim->sa[f.sa];
	__u32 *highest = &sa->highest[f.receiver];

	if (f.key != sa->key || f.copy)
		return;
	if (f.index < *highest)
		is_late(sim, sa, &f);
	else
		*highest = f.index;
	sa->order[f.receiver][sa->delivered[f.receiver]++ % DELIVERED] = f.index;
}

/* The programs' part of a batch is over. With GRO the frames may have to wait for more. */
static void thread_batch_done(struct sim *sim, struct thread *t)
{
	t->packets += t->n;
	t->stage = DELIVER;
	if (sim->config.gro && t->packets < GRO_MAX && t->queue.count &&
	    (sim->calm || pick(sim, 32)))
		t->stage = IDLE;
}

void thread_step(struct sim *sim, struct thread *t)
{
	if (is_kept_out(sim, t))
		return;
	switch (t->stage) {
	case NEXT:
		thread_next(sim, t);
		return;
	case ACT:
		thread_act(sim, t);
		return;
	case COUNT:
		thread_count(sim, t);
		return;
	case FLUSH:
		if (!flush_one(sim, &t->bulk))
			thread_batch_done(sim, t);
		return;
	case DELIVER:
		if (t->passed.count) {
			thread_deliver(sim, t);
			return;
		}
		t->packets = 0;
		t->stage = IDLE;
		return;
	default:
		if (!t->queue.count)
			return;
		for (t->n = t->at = 0; t->n < BATCH && t->queue.count;)
			t->batch[t->n++] = pop(&t->queue);
		t->stage = NEXT;
	}
}

bool thread_in_program(const struct thread *t)
{
	return t->stage == ACT || t->stage == COUNT;
}

static bool thread_idle(const struct thread *t)
{
	return t->stage == IDLE && !t->queue.count;
}

/* Lets the receiving CPU that keeps a thread out come to its end. */
static void finish_poll(struct sim *sim, const struct thread *t)
{
	while (is_kept_out(sim, t))
		receiver_step(sim, &sim->receiver[t - sim->thread - 1]);
}

void drain_rings(struct sim *sim)
{
	bool idle;

	do {
		idle = true;
		for (__u32 i = 1; i < RINGS; i++) {
			while (!thread_idle(&sim->thread[i])) {
				finish_poll(sim, &sim->thread[i]);
				thread_step(sim, &sim->thread[i]);
				idle = false;
			}
		}
	} while (!idle);
}

__u64 oldest(const struct sim *sim)
{
	__u64 ns = ~0ull;

	for (__u32 i = 1; i < RINGS; i++) {
		const struct thread *t = &sim->thread[i];
		const struct frame *first[] = {
			t->queue.count ? &t->queue.at[t->queue.head] : NULL,
			t->passed.count ? &t->passed.at[t->passed.head] : NULL,
			t->stage != IDLE ? &t->batch[0] : NULL,
		};

		for (int j = 0; j < 3; j++)
			if (first[j] && first[j]->born_ns < ns)
				ns = first[j]->born_ns;
	}
	return ns;
}
