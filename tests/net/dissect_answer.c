// SPDX-License-Identifier: GPL-2.0-only
// The flow dissector in test runs.
#include "dissect_answer.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "host/clock.h"

enum { LATE = 100 /* of seen_time(): a tick, and a busy machine */ };

int dissect_answer_open(struct dissect_answer *a, struct sandbox *box)
{
	struct maps *maps = &box->sas.maps;

	*a = (struct dissect_answer){.box = box};
	for (__u32 cpu = 0; cpu < maps->host->cpus; cpu++) {
		struct label_row *row = &maps->labels[cpu];

		for (__u32 l = 0; l < LABELS; l++)
			row->sa[l] = (cpu + 1) << 16 | l;
		row->other = (cpu + 1) << 16 | LABELS;
	}
	a->program = program_load_dissect(maps, DISSECT_INDEX, NULL, 0);
	return a->program < 0 ? a->program : 0;
}

void dissect_answer_close(struct dissect_answer *a)
{
	close(a->program);
}

/* What the frame is answered by; all else must stay as the kernel set it. False: it does not. */
static bool ask(struct dissect_answer *a, const __u8 *bytes, size_t len, __u32 flags)
{
	struct bpf_flow_keys asked = {.flags = flags}, keys = {0}, plain = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = len, .repeat = 1,
		    .data_out = &keys, .data_size_out = sizeof(keys), .ctx_in = &asked,
		    .ctx_size_in = sizeof(asked));

	if (bpf_prog_test_run_opts(a->program, &opts) < 0)
		return false;
	plain.nhoff = plain.thoff = ETH_HLEN;
	plain.flags = flags;
	memcpy(&plain.n_proto, bytes + 12, sizeof(plain.n_proto));
	a->label = 0;
	if (opts.retval == BPF_OK) {
		a->label = be32_host(keys.flow_label);
		plain.n_proto = 0;
		plain.flow_label = keys.flow_label;
	}
	return (opts.retval == BPF_OK) == (a->label != 0) && !memcmp(&keys, &plain, sizeof(keys)) &&
	       (opts.retval == BPF_OK || opts.retval == BPF_FLOW_DISSECTOR_CONTINUE);
}

/* The label that a frame of its own kind asks for. */
static bool asks_for_label(const __u8 *bytes, size_t len, __u32 *label)
{
	*label = 0;
	if (len < ETH_HLEN + LABEL_FRAME_MIN || load_be16(bytes + 12) != be16_host(LABEL_ETHERTYPE))
		return false;
	*label = be32_host(load_be32(bytes + ETH_HLEN));
	return true;
}

static __u32 label_for(const struct maps *maps, const struct model_answer *should)
{
	const struct table table = maps_table(maps);
	const struct label_row *row;

	if (!should->ring)
		return 0;
	row = &maps->labels[maps->rings[should->ring].cpu];
	if (should->way != WAY_SA)
		return row->other;
	return label_of_sa(row, sa_word_key(table_word(&table, should->slot)));
}

/* The slot is noted anew if it was seen before this tick. */
static bool seen_now(const struct maps *maps, __u32 slot)
{
	return seen_time(clock_now()) - maps->rare[slot].seen < LATE;
}

bool dissect_answer_is_right(struct dissect_answer *a, const __u8 *bytes, size_t len,
			     const struct model_answer *should)
{
	struct maps *maps = &a->box->sas.maps;
	bool is_sa = should->ring && should->way == WAY_SA;
	__u32 label;

	if (!ask(a, bytes, len, BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP) || a->label)
		return false;
	if (is_sa)
		maps->rare[should->slot].seen = 0;
	if (!ask(a, bytes, len, BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL))
		return false;
	a->answered += a->label != 0;
	if (!asks_for_label(bytes, len, &label))
		label = label_for(maps, should);
	return a->label == label && (!is_sa || seen_now(maps, should->slot));
}

bool dissect_answer_counted(const struct dissect_answer *a, const struct interface_counts *should)
{
	struct interface_counts is;
	bool right = !maps_counts(&a->box->sas.maps, DISSECT_INDEX, &is);

	for (int i = 0; i < CLASSES; i++) {
		bool left = i == CLASS_OTHER || i == CLASS_TRANSIT || i == CLASS_BEYOND;
		__u64 packets = left ? 0 : should->by_class[i].packets;
		__u64 bytes = left ? 0 : should->by_class[i].bytes;

		if (is.by_class[i].packets == packets && is.by_class[i].bytes == bytes)
			continue;
		printf("class %d: the flow dissector counted %llu packets %llu bytes, should be %llu "
		       "%llu\n",
		       i, is.by_class[i].packets, is.by_class[i].bytes, packets, bytes);
		right = false;
	}
	return right;
}
