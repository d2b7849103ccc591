// SPDX-License-Identifier: GPL-2.0-only
// Asks the kernel for the hashes of labels: by frames that only differ in their label, through the
// flow dissector that is attached to the network namespace (bpf/dissect.h), as each received
// packet's is.
#include "core/env.h"
#include <linux/if_ether.h>
#include "core/label.h"
#include "core/label_hash.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct label_hashes);
} label_hashes SEC(".maps");

/* 0: asked. The frame is the same in all runs of a call. */
SEC("tc")
int espalier_label_hash(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;
	__u32 zero = 0, at;
	struct label_hashes *h = bpf_map_lookup_elem(&label_hashes, &zero);

	if (!h || data + ETH_HLEN + LABEL_FRAME_MIN > (__u8 *)(long)skb->data_end)
		return 1;
	at = h->asked;
	h->asked = at + LABEL_HASHES_RUN;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < LABEL_HASHES_RUN; i++) {
		*(__be32 *)(data + ETH_HLEN) = be32_host(h->first + at + i);
		bpf_set_hash_invalid(skb);
		h->hash[(at + i) & (LABEL_HASHES - 1)] = bpf_get_hash_recalc(skb);
	}
	return 0;
}
