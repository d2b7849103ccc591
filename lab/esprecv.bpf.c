// SPDX-License-Identifier: GPL-2.0-only
/* The receiver: counts and judges IPsec packets where the stack takes them, on the CPU that does.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include "esprecv.h"
#include "frame.h"

#define PULL 160 /* enough for all headers and the generator's payload */

const volatile struct esprecv_config config = {};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct esprecv_cpu);
} cpus SEC(".maps");

/* [CPU]: ns to spend a packet */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} work SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct esprecv_key);
	__type(value, __u32);
} indices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct esprecv_sa);
} sas SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} sa_packets SEC(".maps");

/* [SA][sender] */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct esprecv_order);
} orders SEC(".maps");

struct fragment_key {
	__u8 dst[16];
	__u32 id;
};

/* Datagrams in UDP whose first fragment we took. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct fragment_key);
	__type(value, __u8);
} begun SEC(".maps");

__u32 allotted = 0;

/* An index, plus one, that this CPU drew for an SA that another CPU entered first. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} spare SEC(".maps");

enum kind { OTHER, SECURITY, IKE, KEEPALIVE, FRAGMENT };

/* What the parser finds. */
struct found {
	struct esprecv_key key;
	__u32 sequence;
	bool tagged, datagram, split;
	__u32 id;  /* if split */
	bool ours; /* from the generator, with the next two */
	__u32 sender;
	__u64 counter;
};

/* A place in the packet. Checked again at each step, since offsets vary. */
struct cursor {
	void *data, *end;
	__u32 at;
};

static __always_inline void *take(struct cursor *c, __u32 bytes)
{
	void *p;

	if (c->at > PULL)
		return NULL;
	p = c->data + c->at;
	if (p + bytes > c->end)
		return NULL;
	c->at += bytes;
	return p;
}

static __always_inline __u16 be16(const void *p)
{
	return lab_be16(*(const __u16 *)p);
}

static __always_inline __u32 be32(const void *p)
{
	return lab_be32(*(const __u32 *)p);
}

static __always_inline enum kind parse_security(struct cursor *c, struct found *f, int protocol)
{
	__u8 *p = take(c, 8);

	if (!p)
		return OTHER;
	f->key.protocol = protocol;
	if (protocol == IPPROTO_AH) {
		__u32 bytes = (p[1] + 2) * 4;

		f->key.spi = be32(p + 4);
		p = take(c, 4);
		if (!p || bytes < 12 || bytes > 64)
			return OTHER;
		f->sequence = be32(p);
		c->at += bytes - 12;
	} else {
		f->key.spi = be32(p);
		f->sequence = be32(p + 4);
	}
	p = take(c, LAB_PAYLOAD_BYTES);
	if (p && be32(p) == LAB_MAGIC) {
		f->ours = true;
		f->sender = be32(p + 4);
		f->counter = (__u64)be32(p + 8) << 32 | be32(p + 12);
	}
	return SECURITY;
}

static __always_inline enum kind parse_udp(struct cursor *c, struct found *f)
{
	__u8 *p = take(c, 8), *marker;
	__u32 to, bytes;

	if (!p)
		return OTHER;
	to = be16(p + 2);
	bytes = be16(p + 4);
	if (to == 500)
		return IKE;
	if (to != config.port)
		return OTHER;
	marker = take(c, 1);
	if (bytes == 9 && marker && *marker == 0xff)
		return KEEPALIVE;
	c->at--;
	marker = take(c, 4);
	if (!marker)
		return OTHER;
	if (!be32(marker))
		return IKE;
	c->at -= 4;
	return parse_security(c, f, IPPROTO_ESP);
}

static __always_inline enum kind parse_protocol(struct cursor *c, struct found *f, int protocol,
						bool later)
{
	bool security = protocol == IPPROTO_ESP || protocol == IPPROTO_AH;

	if (later)
		return security || protocol == IPPROTO_UDP ? FRAGMENT : OTHER;
	if (security)
		return parse_security(c, f, protocol);
	return protocol == IPPROTO_UDP ? parse_udp(c, f) : OTHER;
}

static __always_inline enum kind parse_ip4(struct cursor *c, struct found *f)
{
	__u8 *p = take(c, 20);
	__u16 fragment;

	if (!p || p[0] >> 4 != 4 || (p[0] & 15) < 5)
		return OTHER;
	f->key.dst[10] = f->key.dst[11] = 0xff;
	__builtin_memcpy(f->key.dst + 12, p + 16, 4);
	c->at += (p[0] & 15) * 4 - 20;
	fragment = be16(p + 6);
	f->split = fragment & 0x3fff;
	f->id = be16(p + 4);
	f->datagram = p[9] == IPPROTO_UDP;
	return parse_protocol(c, f, p[9], fragment & 0x1fff);
}

static __always_inline enum kind parse_ip6(struct cursor *c, struct found *f)
{
	__u8 *p = take(c, 40);
	bool later = false;
	int next;

	if (!p)
		return OTHER;
	__builtin_memcpy(f->key.dst, p + 24, 16);
	next = p[6];
	for (int i = 0; i < 4 && !later; i++) {
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT)
			break;
		p = take(c, 8);
		if (!p)
			return OTHER;
		if (next == IPPROTO_FRAGMENT) {
			later = be16(p + 2) & 0xfff8;
			f->split = be16(p + 2) & 0xfff9;
			f->id = be32(p + 4);
		} else {
			c->at += p[1] * 8;
		}
		next = p[0];
	}
	/* Behind the first fragment's other headers. */
	if (later && next == IPPROTO_DSTOPTS)
		return FRAGMENT;
	f->datagram = next == IPPROTO_UDP;
	return parse_protocol(c, f, next, later);
}

static __always_inline enum kind parse(struct cursor *c, struct found *f)
{
	__u8 *p = take(c, 14);
	__u16 type;

	if (!p)
		return OTHER;
	type = be16(p + 12);
	for (int i = 0; i < 2 && (type == 0x8100 || type == 0x88a8); i++) {
		p = take(c, 4);
		if (!p)
			return OTHER;
		f->tagged = true;
		type = be16(p + 2);
	}
	if (type == 0x8864) {
		p = take(c, 8);
		if (!p)
			return OTHER;
		type = be16(p + 6) == 0x0021 ? 0x0800 : be16(p + 6) == 0x0057 ? 0x86dd : 0;
	}
	if (type == 0x0800)
		return parse_ip4(c, f);
	return type == 0x86dd ? parse_ip6(c, f) : OTHER;
}

static long nothing_yet(__u32 i, void *until)
{
	return bpf_ktime_get_ns() >= *(__u64 *)until;
}

static __always_inline void spend(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 *ns = bpf_map_lookup_elem(&work, &cpu), until;

	if (!ns || !*ns)
		return;
	until = bpf_ktime_get_ns() + *ns;
	bpf_loop(1 << 20, nothing_yet, &until, 0);
}

/* Enters a new SA. Returns its index, or config.room if there is no room. */
static __always_inline __u32 enter_sa(const struct esprecv_key *key)
{
	__u32 zero = 0, fresh, *index, *kept = bpf_map_lookup_elem(&spare, &zero);

	if (!kept)
		return config.room;
	if (!*kept) {
		/* The map holds config.sas; each CPU may have one index kept beyond that. */
		if (allotted >= config.room)
			return config.room;
		*kept = __sync_fetch_and_add(&allotted, 1) + 1;
	}
	fresh = *kept - 1;
	if (!bpf_map_update_elem(&indices, key, &fresh, BPF_NOEXIST))
		*kept = 0;
	index = bpf_map_lookup_elem(&indices, key);
	return index ? *index : config.room;
}

/* The index of the SA, or config.room if it is none of ours. */
static __always_inline __u32 find_sa(const struct esprecv_key *key)
{
	__u32 *index, nth;

	if (config.first_spi) {
		nth = key->spi - config.first_spi;
		return nth < config.sas ? nth : config.room;
	}
	index = bpf_map_lookup_elem(&indices, key);
	return index ? *index : enter_sa(key);
}

/* Moves the window to its new top, by clearing the words that it enters. */
static __always_inline void advance(struct esprecv_sa *sa, __u32 sequence)
{
	__u32 word = sa->top / 64, last = sequence / 64;

	if (last - word > ESPRECV_WORDS)
		word = last - ESPRECV_WORDS;
	for (int i = 0; i < ESPRECV_WORDS && word != last; i++) {
		word++;
		sa->bits[word % ESPRECV_WORDS] = 0;
	}
	sa->top = sequence;
}

/* As xfrm judges, by sequence number; false for a duplicate. Called with the lock held. */
static __always_inline bool judge_window(struct esprecv_sa *sa, __u32 sequence)
{
	__u64 *bits = &sa->bits[sequence / 64 % ESPRECV_WORDS], bit = 1ULL << sequence % 64;
	__s32 ahead = sequence - sa->top;

	if (!sa->seen) {
		sa->seen = 1;
		sa->top = sequence;
	} else if (ahead > 0) {
		advance(sa, sequence);
	} else {
		if ((__u32)-ahead >= config.window)
			sa->beyond++;
		if (-ahead >= (ESPRECV_WORDS - 1) * 64)
			return true;
		if (*bits & bit) {
			sa->duplicates++;
			return false;
		}
	}
	*bits |= bit;
	return true;
}

/* By the counter of this sender; called with the lock held. */
static __always_inline void judge_order(struct esprecv_order *o, const struct found *f, __u32 run)
{
	__u64 counter = f->ours ? f->counter : f->sequence, behind;

	if (!o->seen || o->run != run) {
		o->seen = 1;
		o->run = run;
		o->next = f->ours ? 0 : counter;
	}
	if (counter >= o->next) {
		o->missing += counter - o->next;
		o->next = counter + 1;
		return;
	}
	behind = o->next - 1 - counter;
	o->late++;
	o->missing--;
	if (behind > o->worst)
		o->worst = behind;
}

static __always_inline void judge(__u32 index, const struct found *f)
{
	__u32 sender = f->ours ? f->sender & 0xffff : 0, run = f->ours ? f->sender >> 16 : 0;
	__u32 at = index * config.senders + sender % config.senders;
	struct esprecv_order *o = bpf_map_lookup_elem(&orders, &at);
	struct esprecv_sa *sa = bpf_map_lookup_elem(&sas, &index);

	if (!o || !sa)
		return;
	bpf_spin_lock(&sa->lock);
	if (!sa->named) {
		sa->key = f->key;
		sa->named = 1;
	}
	if (sa->run != run) {
		sa->run = run;
		sa->seen = 0;
		for (int i = 0; i < ESPRECV_WORDS; i++)
			sa->bits[i] = 0;
	}
	if (judge_window(sa, f->sequence))
		judge_order(o, f, run);
	bpf_spin_unlock(&sa->lock);
}

static __always_inline void receive(struct esprecv_cpu *cpu, const struct found *f)
{
	__u64 *packets;
	__u32 index;

	if (config.count) {
		cpu->packets++;
		return;
	}
	index = find_sa(&f->key);
	packets = bpf_map_lookup_elem(&sa_packets, &index);
	if (index >= config.room || !packets) {
		cpu->others++;
		return;
	}
	spend();
	cpu->packets++;
	++*packets;
	judge(index, f);
}

/* Whether a packet is ours to drop: a later fragment of UDP may be anyone's. */
static __always_inline bool take_fragment(const struct found *f, enum kind kind)
{
	struct fragment_key key = {.id = f->id};
	__u8 one = 1;

	if (!f->datagram || !f->split)
		return true;
	__builtin_memcpy(key.dst, f->key.dst, sizeof(key.dst));
	if (kind == FRAGMENT)
		return bpf_map_lookup_elem(&begun, &key);
	bpf_map_update_elem(&begun, &key, &one, BPF_ANY);
	return true;
}

SEC("tc")
int esprecv(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct esprecv_cpu *cpu = bpf_map_lookup_elem(&cpus, &zero);
	struct found f = {};
	struct cursor c = {};
	enum kind kind;

	bpf_skb_pull_data(skb, skb->len < PULL ? skb->len : PULL);
	c.data = (void *)(long)skb->data;
	c.end = (void *)(long)skb->data_end;
	if (!cpu)
		return TC_ACT_OK;
	kind = parse(&c, &f);
	if (kind == OTHER)
		return TC_ACT_OK;
	cpu->with_metadata += (void *)(long)skb->data_meta < c.data;
	cpu->tagged += f.tagged || skb->vlan_present;
	cpu->ike += kind == IKE;
	cpu->keepalives += kind == KEEPALIVE;
	cpu->fragments += kind == FRAGMENT;
	if (kind == SECURITY)
		receive(cpu, &f);
	return take_fragment(&f, kind) && config.drop ? TC_ACT_SHOT : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
