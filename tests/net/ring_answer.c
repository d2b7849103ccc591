// SPDX-License-Identifier: GPL-2.0-only
// The ring program's own source as an XDP program (bench/ring.h), in test runs.
#include "ring_answer.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <string.h>
#include "../../bench/ring.h"

enum { META = sizeof(struct ticket), FRAME_SIZE = 4096 };

int ring_answer_open(struct ring_answer *r, struct sandbox *box, __u32 number, int cpu)
{
	cpu_set_t one;
	int err;

	*r = (struct ring_answer){.maps = &box->sas.maps, .number = number};
	r->astray = r->maps->rings[number].cpu != (__u32)cpu;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		return -errno;
	err = bench_ring_load(&r->program, r->maps, number);
	return err ? err : sandbox_hold(box, bench_ring_fd(r->program));
}

void ring_answer_close(struct ring_answer *r)
{
	bench_ring_free(r->program);
}

static __u64 *word_of(const struct ring_answer *r, const struct ring_frame *f)
{
	return &r->maps->table[f->slot / SA_BUCKET_SLOTS].slot[f->slot % SA_BUCKET_SLOTS];
}

/* The verdict for a frame with @meta bytes before it; negative: an error. */
static int verdict(const struct ring_answer *r, const struct ring_frame *f, __u32 meta)
{
	__u8 bytes[FRAME_SIZE] = {0};
	struct xdp_md context = {.data = meta, .data_end = meta + (__u32)f->first};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .repeat = 1, .ctx_in = &context,
		    .ctx_size_in = sizeof(context));

	if (meta + f->len > sizeof(bytes))
		return -EMSGSIZE;
	memcpy(bytes + meta, f->at, f->len);
	opts.data_size_in = meta + (__u32)f->len;
	if (bpf_prog_test_run_opts(bench_ring_fd(r->program), &opts) < 0)
		return -errno;
	return (int)opts.retval;
}

bool ring_answer_can_cut(const struct ring_answer *r)
{
	const __u8 bytes[64] = {0};
	const struct ring_frame frame = {.at = bytes, .len = sizeof(bytes), .first = 14};

	return verdict(r, &frame, 0) >= 0;
}

static bool is_here(const struct ring_answer *r, const struct ring_frame *f)
{
	return f->slot != NO_SLOT && f->number == r->number;
}

/* Runs it: is the verdict @should, and is the frame counted @here, or nowhere? */
static bool does(struct ring_answer *r, const struct ring_frame *f, __u32 meta, int should,
		 bool here)
{
	struct ring_state *state = maps_ring_state(r->maps, r->number);
	bool known = f->slot != NO_SLOT;
	struct sa_warm before = {0}, after = {0};
	__u64 runs = state->runs;
	struct count *pair;
	int is;

	if (known)
		before = r->maps->warm[f->slot];
	state->astray = 0;
	is = verdict(r, f, meta);
	if (known)
		after = r->maps->warm[f->slot];
	pair = &before.pair[known && sa_word_flags(*word_of(r, f)) & SA_PAIR ? 1 : 0];
	pair->packets += here;
	pair->bytes += here ? f->bytes : 0;
	return is == should && state->runs == runs + 1 && state->astray == r->astray &&
	       !memcmp(&before, &after, sizeof(before));
}

/* At rest a ring delivers, whosever frame it is. */
static bool is_right(struct ring_answer *r, const struct ring_frame *f, __u32 meta)
{
	bool here = is_here(r, f);

	r->here += here;
	r->elsewhere += f->slot != NO_SLOT && !here;
	return does(r, f, meta, XDP_PASS, here);
}

/* Where the copy of the word on the warm side is all that the program needs. */
static bool is_right_blind(struct ring_answer *r, const struct ring_frame *f)
{
	__u64 *word = word_of(r, f);
	__u64 kept = *word;
	bool right;

	if (sa_preferred(&r->maps->host->shape, sa_word_key(kept)) != f->slot)
		return true;
	r->blind++;
	*word = 0;
	right = is_right(r, f, 0);
	*word = kept;
	return right;
}

bool ring_answer_is_right(struct ring_answer *r, const struct ring_frame *f)
{
	return is_right(r, f, 0) && is_right(r, f, META) &&
	       (!f->quick || !is_here(r, f) || is_right_blind(r, f));
}

/* With the SA on its way from ring to ring; the copy of the word is cleared, as user space does it.
 */
static bool moves(struct ring_answer *r, const struct ring_frame *f, __u32 to, __u32 own,
		  int should)
{
	__u64 *word = word_of(r, f), kept = *word;
	__u64 *at_rest = &r->maps->warm[f->slot].at_rest, kept_at_rest = *at_rest;
	bool right;

	*at_rest = 0;
	*word = sa_word(sa_word_key(kept), to, own, sa_word_flags(kept));
	right = does(r, f, 0, should, own == r->number) &&
		does(r, f, META, should, own == r->number);
	*word = kept;
	*at_rest = kept_at_rest;
	return right;
}

bool ring_answer_is_right_moving(struct ring_answer *r, const struct ring_frame *f, __u32 other)
{
	const __u32 unused = SA_RINGS - 1;
	struct ring *by_another_name = &r->maps->rings[unused];
	bool right;

	r->passed_on++;
	*by_another_name = r->maps->rings[r->number];
	right = moves(r, f, r->number, other, XDP_REDIRECT) &&
		moves(r, f, other, r->number, XDP_PASS) && moves(r, f, other, unused, XDP_PASS) &&
		moves(r, f, r->number, unused, XDP_PASS) &&
		moves(r, f, unused, r->number, XDP_PASS);
	*by_another_name = (struct ring){0};
	return right;
}
