// SPDX-License-Identifier: GPL-2.0-only
// The ring program's own source as an XDP program (bench/ring.h), in test runs.
#include "ring_answer.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <string.h>
#include "../../bench/ring.h"

enum { META = 16, FRAME_SIZE = 4096 };

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

/* How a frame comes to the ring. */
enum coming {
	PLAIN,
	WITH_METADATA, /* of somebody else */
	TICKETED,
	DISPLACED, /* with a ticket in the place of its first bytes */
	COMINGS
};

/* What lies in the buffers of a frame, and how much of it in the first one and before that. */
struct image {
	__u8 at[FRAME_SIZE];
	size_t len, first, meta;
};

static void append(struct image *image, const void *bytes, size_t len)
{
	memcpy(image->at + image->len, bytes, len);
	image->len += len;
}

static void make_image(struct image *image, const struct ring_frame *f, enum coming coming)
{
	const struct ticket ticket = {
		.generation = 1, .number = 2, .type = TICKET_TYPE, .displaced = coming == DISPLACED};

	*image = (struct image){.first = f->first};
	if (coming == WITH_METADATA)
		image->len = image->meta = META;
	if (coming == TICKETED) {
		append(image, &ticket, sizeof(ticket));
		image->first += sizeof(ticket);
	}
	if (coming != DISPLACED) {
		append(image, f->at, f->len);
		return;
	}
	append(image, &ticket, sizeof(ticket));
	append(image, f->at + sizeof(ticket), f->len - sizeof(ticket));
	append(image, f->at, sizeof(ticket));
	if (f->first == f->len)
		image->first = image->len;
}

/* Would the steering program have sent it on in that way? Not without an Ethernet header in front. */
static bool can_come(const struct ring_answer *r, const struct ring_frame *f, enum coming coming)
{
	if (coming == DISPLACED)
		return r->maps->host->frags && f->first >= sizeof(struct ticket);
	return coming != TICKETED || f->first >= ETH_HLEN;
}

/* Up the stack goes the frame alone; onwards it goes with its ticket, which is in front then. */
static bool is_whole(const struct image *out, const struct ring_frame *f, enum coming coming,
		     int verdict)
{
	struct image should;

	if (coming == DISPLACED)
		coming = TICKETED;
	if (coming == TICKETED && verdict == XDP_PASS)
		coming = PLAIN;
	make_image(&should, f, coming);
	return out->len == should.len && !memcmp(out->at, should.at, should.len);
}

/* The verdict for a frame, and what it is afterwards; negative: an error. */
static int verdict(const struct ring_answer *r, const struct ring_frame *f, enum coming coming,
		   struct image *out)
{
	struct xdp_md context = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .repeat = 1, .ctx_in = &context,
		    .ctx_size_in = sizeof(context));
	struct image in;

	if (f->len + sizeof(struct ticket) > FRAME_SIZE)
		return -EMSGSIZE;
	make_image(&in, f, coming);
	context.data = in.meta;
	context.data_end = in.meta + in.first;
	opts.data_in = in.at;
	opts.data_size_in = in.len;
	opts.data_out = out->at;
	opts.data_size_out = sizeof(out->at);
	if (bpf_prog_test_run_opts(bench_ring_fd(r->program), &opts) < 0)
		return -errno;
	out->len = opts.data_size_out;
	return (int)opts.retval;
}

bool ring_answer_can_cut(const struct ring_answer *r)
{
	const __u8 bytes[64] = {0};
	const struct ring_frame frame = {.at = bytes, .len = sizeof(bytes), .first = 14};

	struct image out;

	return verdict(r, &frame, PLAIN, &out) >= 0;
}

static bool is_here(const struct ring_answer *r, const struct ring_frame *f)
{
	return f->slot != NO_SLOT && f->number == r->number;
}

/* All that a ring may change of a slot. */
struct counters {
	struct sa_warm warm;
	struct sa_rare rare;
};

static struct counters counters_of(const struct ring_answer *r, const struct ring_frame *f)
{
	if (f->slot == NO_SLOT)
		return (struct counters){0};
	return (struct counters){.warm = r->maps->warm[f->slot], .rare = r->maps->rare[f->slot]};
}

/* Runs it: is the verdict @should, the frame whole, and counted @here, or nowhere? */
static bool does_as(struct ring_answer *r, const struct ring_frame *f, enum coming coming,
		    int should, bool here)
{
	struct ring_state *state = maps_ring_state(r->maps, r->number);
	bool known = f->slot != NO_SLOT;
	struct counters before, after;
	__u64 runs = state->runs;
	struct count *pair;
	struct image out;
	int is;

	before = counters_of(r, f);
	state->astray = 0;
	is = verdict(r, f, coming, &out);
	after = counters_of(r, f);
	pair = known && sa_word_flags(*word_of(r, f)) & SA_PAIR ? &before.rare.count
								: &before.warm.count;
	pair->packets += here;
	pair->bytes += here ? f->bytes : 0;
	return is == should && is_whole(&out, f, coming, should) && state->runs == runs + 1 &&
	       state->astray == r->astray && !memcmp(&before, &after, sizeof(before));
}

static bool does(struct ring_answer *r, const struct ring_frame *f, int should, bool here)
{
	for (enum coming coming = PLAIN; coming < COMINGS; coming++)
		if (can_come(r, f, coming) && !does_as(r, f, coming, should, here))
			return false;
	return true;
}

/* At rest a ring delivers, whosever frame it is. */
static bool is_right(struct ring_answer *r, const struct ring_frame *f)
{
	bool here = is_here(r, f);

	r->here += here;
	r->elsewhere += f->slot != NO_SLOT && !here;
	return does(r, f, XDP_PASS, here);
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
	right = does_as(r, f, PLAIN, XDP_PASS, true);
	*word = kept;
	return right;
}

bool ring_answer_is_right(struct ring_answer *r, const struct ring_frame *f)
{
	return is_right(r, f) && (!f->quick || !is_here(r, f) || is_right_blind(r, f));
}

/* With the SA on its way from ring to ring; the copy of the word is cleared and the pair of counters
 * changed, as user space does it.
 */
static bool moves(struct ring_answer *r, const struct ring_frame *f, __u32 to, __u32 own,
		  int should)
{
	__u64 *word = word_of(r, f), kept = *word;
	__u64 *at_rest = &r->maps->warm[f->slot].at_rest, kept_at_rest = *at_rest;
	bool right;

	*at_rest = 0;
	*word = sa_word(sa_word_key(kept), to, own, sa_word_flags(kept) ^ SA_PAIR);
	right = does(r, f, should, own == r->number);
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
