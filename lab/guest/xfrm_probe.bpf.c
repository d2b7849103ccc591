// SPDX-License-Identifier: GPL-2.0-only
/* Counts on which CPU the kernel decrypted packets of each SA: SPI (network order) -> packets. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* The kernel's struct xfrm_state as far as it is read here; libbpf finds the real offsets. */
struct xfrm_id {
	__be32 spi;
} __attribute__((preserve_access_index));

struct xfrm_state {
	struct xfrm_id id;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u64);
} decrypted SEC(".maps");

/* xfrm_input() calls it for each packet that was decrypted and is authentic, on that CPU. */
SEC("fentry/xfrm_replay_advance")
int BPF_PROG(count_decrypted, struct xfrm_state *x, __be32 net_seq)
{
	const __u64 one = 1;
	__u32 spi = x->id.spi;
	__u64 *packets = bpf_map_lookup_elem(&decrypted, &spi);

	if (packets)
		*packets += 1;
	else
		bpf_map_update_elem(&decrypted, &spi, &one, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
