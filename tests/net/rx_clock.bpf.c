// SPDX-License-Identifier: GPL-2.0-only
/* A clock of receiving: how long each CPU was in the softirq that polls devices, to the nanosecond. The
 * kernel's own, in /proc/stat, goes by which moments ticks hit, and softirqs follow ticks. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define NET_RX_SOFTIRQ 3

struct clock {
	__u64 ns, since; /* since: 0 while it does not run */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clock);
} rx_clock SEC(".maps");

static __always_inline struct clock *its(unsigned int softirq)
{
	__u32 zero = 0;

	return softirq == NET_RX_SOFTIRQ ? bpf_map_lookup_elem(&rx_clock, &zero) : 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(rx_begins, unsigned int softirq)
{
	struct clock *clock = its(softirq);

	if (clock)
		clock->since = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(rx_ends, unsigned int softirq)
{
	struct clock *clock = its(softirq);

	if (clock && clock->since) {
		clock->ns += bpf_ktime_get_ns() - clock->since;
		clock->since = 0;
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
