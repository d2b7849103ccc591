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

int ring_answer_open(struct ring_answer *r, struct sandbox *box, int cpu)
{
	cpu_set_t one;
	int err;

	*r = (struct ring_answer){.maps = &box->xdp.maps, .cpu = (__u32)cpu};
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		return -errno;
	err = bench_ring_load(&r->program, r->maps);
	return err ? err : sandbox_hold(box, bench_ring_fd(r->program));
}

void ring_answer_close(struct ring_answer *r)
{
	bench_ring_free(r->program);
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
	return f->slot != NO_SLOT && r->maps->rings[f->number].cpu == r->cpu;
}

static bool is_right(struct ring_answer *r, const struct ring_frame *f, __u32 meta)
{
	const struct ring_state *state =
		&r->maps->ring_states[ring_place(RING_SA, r->cpu, r->maps->host->cpus)];
	bool known = f->slot != NO_SLOT, here = is_here(r, f);
	struct sa_warm before = {0}, after = {0};
	__u64 runs = state->runs;
	int is;

	if (known)
		before = r->maps->warm[f->slot];
	is = verdict(r, f, meta);
	if (known)
		after = r->maps->warm[f->slot];
	before.pair[0].packets += here;
	before.pair[0].bytes += here ? f->bytes : 0;
	r->here += here;
	r->elsewhere += known && !here;
	return is == (known && !here ? XDP_REDIRECT : XDP_PASS) && state->runs == runs + 1 &&
	       !memcmp(&before, &after, sizeof(before));
}

/* Where the copy of the word on the warm side is all that the program needs. */
static bool is_right_blind(struct ring_answer *r, const struct ring_frame *f)
{
	__u64 *word = &r->maps->table[f->slot / SA_BUCKET_SLOTS].slot[f->slot % SA_BUCKET_SLOTS];
	__u64 kept = *word;
	bool right;

	if (sa_guess(&r->maps->host->shape, sa_word_key(kept)) != f->slot)
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
