// SPDX-License-Identifier: GPL-2.0-only
/* The generator's program: makes one frame a run and sends it out of the device. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <stdbool.h>
#include "espgen.h"

const volatile struct lab_run run = {};
const volatile __u32 device = 0;
const volatile __u32 process = 0;
const volatile __u32 fragments = 1;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* one a possible CPU */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct espgen_sender);
} senders SEC(".maps");

/* [sender][variant][fragment] */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lab_frame);
} frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} spis SEC(".maps");

/* [sender][SA]: packets so far */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct zipf_cell);
} weights SEC(".maps");

/* A copy that the compiler knows to be constant where the loader has set it. */
static __always_inline struct lab_run constants(void)
{
	return (struct lab_run){
		.rates = run.rates,
		.encap = run.encap,
		.sas = run.sas,
		.senders = run.senders,
		.source = run.source,
		.pairs = run.pairs,
		.first_sequence = run.first_sequence,
		.swap = run.swap,
		.swap_size = run.swap_size,
		.duplicate = run.duplicate,
		.rising = run.rising,
		.seed = run.seed,
	};
}

static __always_inline void finish(struct espgen_sender *s)
{
	if (s->done)
		return;
	if (!s->interval_q16)
		s->last_ns = bpf_ktime_get_ns();
	s->done = 1;
}

/* Whether a packet is due at this time; gives up what is too far behind. */
static __always_inline bool in_time(struct espgen_sender *s, __u64 now)
{
	__u64 when, late;

	when = s->start_ns + s->shift_ns + (s->choice.position * s->interval_q16 >> 16);
	if (now < when)
		return false;
	late = now - when;
	if (late > s->burst_ns && s->interval_q16)
		s->shift_ns += late - s->burst_ns;
	return true;
}

/* Whether a packet is due; keeps the times. */
static __always_inline bool due(struct espgen_sender *s)
{
	__u64 now;

	if (!s->start_ns) {
		s->ready = 1;
		return false;
	}
	if (s->choice.position >= s->quota) {
		finish(s);
		return false;
	}
	/* The clock costs as much as all the rest. */
	if (!s->interval_q16 && s->choice.position % 64)
		return true;
	now = bpf_ktime_get_ns();
	if (s->time_ns && now >= s->start_ns + s->time_ns) {
		finish(s);
		return false;
	}
	if (!in_time(s, now))
		return false;
	if (!s->choice.position)
		s->first_ns = now;
	s->last_ns = now;
	return true;
}

static __always_inline __u32 choose(const struct lab_run *r, struct espgen_sender *s)
{
	struct zipf_cell *w;
	__u32 sa;

	if (r->rates == LAB_EQUAL)
		return lab_next_sa(r, &s->choice);
	sa = lab_draw_cell(r, &s->choice);
	w = bpf_map_lookup_elem(&weights, &sa);
	if (w && lab_random(&s->choice) >= w->threshold)
		sa = w->alias;
	return sa;
}

/* Fills s->now for the next packet. */
static __always_inline bool next_packet(const struct lab_run *r, struct espgen_sender *s)
{
	__u32 sa, at, *spi;
	__u64 *count;

	if (r->rates == LAB_FLOOD) {
		sa = s->choice.position;
		lab_flood(r, &s->choice, &s->now);
	} else {
		sa = choose(r, s);
		at = s->choice.number * r->sas + sa;
		spi = bpf_map_lookup_elem(&spis, &sa);
		count = bpf_map_lookup_elem(&counts, &at);
		if (!spi || !count)
			return false;
		s->now.spi = *spi;
		lab_numbers(r, &s->choice, count, &s->now);
	}
	s->variant = lab_variant(r, sa);
	s->now.source = lab_source(r, sa);
	s->now.id++;
	s->choice.position++;
	return true;
}

static __always_inline int send_frame(struct xdp_md *ctx, struct lab_frame *f)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int surplus = (int)(end - data) - f->len;

	if (data + LAB_HEAD_BYTES > end)
		return XDP_DROP;
	for (int i = 0; i < LAB_HEAD_BYTES; i += 8)
		*(__u64 *)(data + i) = *(__u64 *)(f->bytes + 2 + i);
	if (surplus && bpf_xdp_adjust_tail(ctx, -surplus))
		return XDP_DROP;
	return bpf_redirect(device, 0);
}

SEC("xdp")
int espgen(struct xdp_md *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id(), at;
	const struct lab_run r = constants();
	struct espgen_sender *s = bpf_map_lookup_elem(&senders, &cpu);
	struct lab_frame *f;
	int action;

	if (!s || (!s->fragment && (!due(s) || !next_packet(&r, s))))
		return XDP_DROP;
	at = (s->choice.number * LAB_VARIANTS + s->variant) * fragments + s->fragment;
	f = bpf_map_lookup_elem(&frames, &at);
	if (!f)
		return XDP_DROP;
	lab_frame_fill(f, &s->now);
	action = send_frame(ctx, f);
	if (action == XDP_REDIRECT)
		s->frames++;
	else
		s->failed++;
	s->fragment = s->fragment + 1 < fragments ? s->fragment + 1 : 0;
	return action;
}

struct net_device {
	int ifindex;
} __attribute__((preserve_access_index));

static __always_inline struct espgen_sender *our_sender(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	if (bpf_get_current_pid_tgid() >> 32 != process)
		return NULL;
	return bpf_map_lookup_elem(&senders, &cpu);
}

/* The device takes frames in bulks and says here how many it could not. */
SEC("tp_btf/xdp_devmap_xmit")
int BPF_PROG(espgen_lost, const struct net_device *from, const struct net_device *to, int sent,
	     int drops)
{
	struct espgen_sender *s;

	if (drops && to->ifindex == (int)device) {
		s = our_sender();
		if (s)
			s->lost += drops;
	}
	return 0;
}

/* A device that takes no frames at all; other programs' redirects come from other devices. */
SEC("tp_btf/xdp_redirect_err")
int BPF_PROG(espgen_failed, const struct net_device *from)
{
	struct espgen_sender *s = from->ifindex == 1 ? our_sender() : NULL;

	if (s)
		s->failed++;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
