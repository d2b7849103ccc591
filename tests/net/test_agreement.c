// SPDX-License-Identifier: GPL-2.0-only
/*
 * Same code, same answer: frames through the steering program of the test build, which writes its
 * decision down, and through user space. The SAs, our addresses and the heartbeat change every few
 * frames, so that every way occurs often. Each frame once more with a first buffer that ends
 * anywhere in its headers; and all of it again as on a kernel that cannot bring headers forward, and
 * with the flow dissector of method rps, alone, which decides the same.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../bench/sandbox.h"
#include "../unit/frames.h"
#include "captures.h"
#include "decisions.h"
#include "dissect_answer.h"
#include "core/quick.h"
#include "core/random.h"
#include "host/clock.h"
#include "model.h"
#include "own_process.h"
#include "ring_answer.h"
#include "sas/local.h"

enum {
	MUTATED = 100000,
	PER_ROUND = 500, /* frames between two changes of the SAs */
	BYTES_MAX = 2048,
	BASES_MAX = 1024,
	CPUS_MAX = 512,
	COMPLAINTS = 10,
	HEADERS = 192, /* what is read of a frame beyond its first buffer: bpf/headers.h */
	CUT_MAX = 100, /* first buffers of all lengths up to this */
	ETHERNET = 14,
};

struct base {
	char name[64];
	size_t len;
	__u8 bytes[BYTES_MAX];
	struct flow flow;
};

struct test {
	struct sandbox box;
	struct model model;
	struct base bases[BASES_MAX];
	unsigned int n_bases;
	struct encap_ports ports;
	const struct decision *decision; /* the BPF program's */
	uint64_t random;
	/* The programs of this CPU's ring, and of another CPU's: that one runs astray. */
	struct ring_answer ring[2];
	int n_rings;
	bool dissect; /* it is the flow dissector that is asked */
	struct dissect_answer dissector;
	bool cuts, pull; /* the kernel runs tests on frames in several buffers; and can pull */
	unsigned long ran, short_ones, quick, overflow, cut, untouched, over, wrong;
	int cpus[CPUS_MAX], n_cpus;
};

static void add_base(void *arg, const char *name, int n, const void *bytes, size_t len)
{
	struct test *t = arg;
	struct base *base = &t->bases[t->n_bases];

	if (t->n_bases == BASES_MAX || len > BYTES_MAX)
		die("room for the frames", ENOSPC);
	snprintf(base->name, sizeof(base->name), "%.40s, %d", name, n);
	base->len = len;
	memcpy(base->bytes, bytes, len);
	flow_parse(&base->flow, base->bytes, base->bytes + len, &t->ports);
	t->n_bases++;
}

static void read_bases(struct test *t)
{
	int err = captures_each(CAPTURES, add_base, t);

	if (err || !t->n_bases)
		die(CAPTURES, err ? err : ENOENT);
	for (size_t i = 0; i < frames_count; i++)
		add_base(t, frames[i].name, (int)i, frames[i].bytes, frames[i].len);
}

/* All on the first CPU. */
static void open_rings(struct test *t)
{
	for (int i = 0; i < 2 && i < t->n_cpus; i++) {
		int number = rings_get(&t->box.sas.maps, 0, RING_SA, (__u32)t->cpus[i]);
		int err = number < 0 ? number
				     : ring_answer_open(&t->ring[i], &t->box, (__u32)number,
							t->cpus[0]);

		if (err)
			die("the ring program", err);
		t->n_rings++;
	}
}

static void set_up(struct test *t)
{
	char why[SANDBOX_WHY];
	int err;

	frames_ports(&t->ports);
	read_bases(t);
	err = sandbox_open(&t->box, MODEL_SAS, why, sizeof(why));
	if (err)
		die(why, err);
	t->decision = decisions_of(t->box.steer);
	if (!t->decision)
		die("map decisions of the test build", errno);
	*t->box.sas.maps.ports = t->ports;
	for (int cpu = 0; cpu < CPU_SETSIZE && t->n_cpus < CPUS_MAX; cpu++)
		if (CPU_ISSET(cpu, &t->box.sas.roles.sas))
			t->cpus[t->n_cpus++] = cpu;
	t->model.shape = t->box.sas.table.shape;
	t->model.toeplitz = t->box.sas.maps.toeplitz;
	t->model.ike_ring = t->box.sas.maps.host->ike_ring;
	if (t->dissect) {
		err = dissect_answer_open(&t->dissector, &t->box);
		if (err)
			die("loading the flow dissector", err);
		return;
	}
	open_rings(t);
	t->cuts = ring_answer_can_cut(&t->ring[0]);
	t->pull = t->box.sas.maps.host->pull_data;
}

static void add_sa(struct test *t, struct model_sa *sa)
{
	struct table *table = &t->box.sas.table;
	int cpu = t->cpus[random_below(&t->random, t->n_cpus)];
	int err = sandbox_add(&t->box, sa->family, sa->dst, sa->spi, sa->protocol, cpu,
			      sa->hands_off);
	int slot = table_find(table, sa_key(&table->shape, sa->dst, sa->spi, sa->protocol));

	if (err || slot < 0)
		die("adding an SA", err ? err : ENOENT);
	sa->slot = slot;
	sa->ring = sa_word_own(table_word(table, slot));
	t->model.n_sas++;
}

/* Other SAs into the primary bucket of @sa, until it is full. */
static void crowd_out(struct test *t, const struct model_sa *sa)
{
	const struct table *table = &t->box.sas.table;
	const struct sa_table_shape *shape = &table->shape;
	__u32 primary = sa_primary(shape, sa_key(shape, sa->dst, sa->spi, sa->protocol));

	while (t->model.n_sas < MODEL_SAS - 1) {
		struct model_sa *other = &t->model.sas[t->model.n_sas];
		__u64 key;

		*other = *sa;
		other->spi = 1 + (__u32)random_below(&t->random, UINT32_MAX);
		key = sa_key(shape, other->dst, other->spi, other->protocol);
		if (sa_primary(shape, key) != primary || table_find(table, key) >= 0)
			continue;
		if (table_free_slot(table, key, clock_now() + t->box.ahead_ns) /
			    SA_BUCKET_SLOTS !=
		    (int)primary)
			return;
		add_sa(t, other);
	}
}

/*
 * Fills the table and the model's list with SAs of the frames, half of them at random; half the
 * time such that they lie in overflow buckets.
 */
static void change_sas(struct test *t)
{
	bool overflow = random_below(&t->random, 2);
	struct model *m = &t->model;

	sandbox_clear(&t->box);
	t->box.ahead_ns += 2 * TABLE_REST_NS;
	/* An SA that was a stray before would begin with a move. */
	memset(t->box.sas.maps.stray_seen, 0, STRAY_SEEN * sizeof(struct stray_seen));
	m->n_sas = 0;
	for (unsigned int i = 0; i < t->n_bases && m->n_sas < MODEL_SAS; i++) {
		const struct flow *f = &t->bases[i].flow;
		struct model_sa sa = {.family = f->family, .protocol = flow_sa_protocol(f)};

		if (!f->spi || model_find(m, f->dst, f->spi, sa.protocol) ||
		    random_below(&t->random, 2))
			continue;
		sa.spi = f->spi;
		memcpy(sa.dst, f->dst, sizeof(sa.dst));
		sa.hands_off = !random_below(&t->random, 4);
		if (overflow)
			crowd_out(t, &sa);
		m->sas[m->n_sas] = sa;
		add_sa(t, &m->sas[m->n_sas]);
	}
}

/* At random some addresses of the frames, their destinations or their sources, into a set. */
static unsigned int choose_addresses(struct test *t, struct model_local *into, bool sources,
				     struct addr_half *half)
{
	struct local_address list[MODEL_LOCAL];
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->n_bases && n < MODEL_LOCAL; i++) {
		const struct flow *f = &t->bases[i].flow;

		if (!f->family || random_below(&t->random, 4))
			continue;
		into[n].family = f->family;
		list[n].family = f->family == 4 ? AF_INET : AF_INET6;
		memcpy(into[n].addr, sources ? f->src : f->dst, sizeof(f->dst));
		memcpy(list[n].addr, into[n].addr, sizeof(f->dst));
		n++;
	}
	local_fill(half, t->box.sas.table.shape.seed, list, n);
	return n;
}

/* Which destinations are ours, which sources our peers', and whether strangers may use the IKE
 * ring. */
static void change_addresses(struct test *t)
{
	struct maps *maps = &t->box.sas.maps;
	__u32 ours = !maps->host->addresses, peers = !maps->host->peers;
	struct model *m = &t->model;

	m->n_local = choose_addresses(t, m->local, false, &maps->addresses->half[ours]);
	__atomic_store_n(&maps->host->addresses, ours, __ATOMIC_RELEASE);
	m->n_peers = choose_addresses(t, m->peer, true, &maps->peers->half[peers]);
	__atomic_store_n(&maps->host->peers, peers, __ATOMIC_RELEASE);
	m->peers_only = random_below(&t->random, 2);
	maps->host->ike_share = UINT32_MAX;
	maps->host->ike_strangers = m->peers_only ? 0 : UINT32_MAX;
}

/* What was remembered is forgotten on both sides, long before the LRU map is full. */
static void forget_fragments(struct test *t)
{
	int fd = t->box.sas.maps.fd[MAP_FRAGMENTS];
	struct fragment_key key;

	while (!bpf_map_get_next_key(fd, NULL, &key))
		bpf_map_delete_elem(fd, &key);
	t->model.n_fragments = 0;
}

static void change(struct test *t)
{
	struct host *host = t->box.sas.maps.host;
	bool old = random_below(&t->random, 2);

	forget_fragments(t);
	change_sas(t);
	change_addresses(t);
	host->heartbeat_ns = old ? 1 : clock_now();
	t->model.stray_ring = host->stray_ring[old ? STRAYS_SPREAD : STRAYS_CONFINED];
}

static void complain(struct test *t, const char *name, const struct flow *flow,
		     const struct model_answer *should, __u32 verdict)
{
	const struct decision *is = t->decision;
	char a[256], b[256];

	if (t->wrong++ >= COMPLAINTS)
		return;
	printf("%s, frame %lu (%s):\n", name, t->ran, model_case_names[should->how]);
	printf("  BPF program: way %u ring %u slot %d verdict %u\n    %s\n", is->way, is->ring,
	       (int)is->slot, verdict, flow_print(&is->flow, a, sizeof(a)));
	printf("  user space:  way %u ring %u slot %d\n    %s\n", should->way, should->ring,
	       (int)should->slot, flow_print(flow, b, sizeof(b)));
}

/* The short cut is for whatever it can take of SAs at rest, and for nothing else. */
static bool should_be_quick(const struct test *t, const struct model_answer *should,
			    const __u8 *bytes, size_t first)
{
	struct quick q;

	return should->how == CASE_SA && quick_parse(&q, &t->model.shape, bytes, bytes + first);
}

/* The same frame on a ring; every few frames also while its SA moves between that and another one.
 */
static void run_on_ring(struct test *t, const char *name, const __u8 *bytes, size_t len,
			size_t first, const struct model_answer *should, const struct flow *flow,
			bool quick)
{
	const struct ring_frame frame = {
		.at = bytes,
		.len = len,
		.first = first,
		.slot = should->way == WAY_SA ? should->slot : NO_SLOT,
		.number = should->ring,
		.bytes = flow->bytes,
		.quick = quick,
	};

	for (int i = 0; i < t->n_rings; i++) {
		struct ring_answer *r = &t->ring[i];
		__u32 other = t->n_rings > 1 ? t->ring[!i].number : t->model.ike_ring;
		bool right = ring_answer_is_right(r, &frame);

		if (right && frame.slot != NO_SLOT && t->ran % 4 == 0)
			right = ring_answer_is_right_moving(r, &frame, other);
		if (!right && t->wrong++ < COMPLAINTS)
			printf("%s, frame %lu (%s): wrong on ring %u\n", name, t->ran,
			       model_case_names[should->how], r->number);
	}
}

/* What is TCP by its first buffer stays as it is: of no use to us, and the NIC has parted it. */
static void check_untouched(struct test *t, const __u8 *bytes, size_t first, __u32 first_after)
{
	struct flow flow;

	flow_parse(&flow, bytes, bytes + first, &t->ports);
	if (!flow.family || flow.protocol != IPPROTO_TCP)
		return;
	t->untouched++;
	t->wrong += first_after != first;
}

/* Such a frame comes to no ring, for the parser finds nothing of ours in it. */
static bool is_like_ticketed(const __u8 *bytes, size_t len)
{
	const __be16 type = be16_host(ETH_P_802_EX1);

	return len >= sizeof(struct ticket) &&
	       !memcmp(bytes + offsetof(struct ticket, type), &type, sizeof(type));
}

static void run_dissector(struct test *t, const char *name, const __u8 *bytes, size_t len)
{
	struct model_answer should;
	struct flow flow;
	char text[256];

	if (len < ETHERNET)
		return;
	flow_parse(&flow, bytes, bytes + len, &t->ports);
	should = model_decide(&t->model, &flow, len);
	t->ran++;
	if (dissect_answer_is_right(&t->dissector, bytes, len, &should) ||
	    t->wrong++ >= COMPLAINTS)
		return;
	printf("%s, frame %lu (%s): the flow dissector answers %x, should be of ring %u\n    %s\n", name,
	       t->ran, model_case_names[should.how], t->dissector.label, should.ring,
	       flow_print(&flow, text, sizeof(text)));
}

/* A frame of which @first bytes are in its first buffer. */
static void run_cut(struct test *t, const char *name, const __u8 *bytes, size_t len, size_t first)
{
	struct xdp_md context = {.data_end = (__u32)first}, after = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = len, .repeat = 1,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .ctx_out = &after,
		    .ctx_size_out = sizeof(after));
	bool beyond = first < ETHERNET && !t->pull, quick;
	size_t seen = first < HEADERS && len > HEADERS ? HEADERS : len;
	struct model_answer should;
	struct flow flow;

	flow_parse(&flow, bytes, bytes + (first < HEADERS ? seen : first), &t->ports);
	if (len < ETHERNET) {
		t->short_ones++;
		t->wrong += flow.kind != FLOW_OTHER || flow.family;
		return;
	}
	should = beyond ? model_pass_beyond(&t->model, &flow, len)
			: model_decide(&t->model, &flow, len);
	quick = should_be_quick(t, &should, bytes, first);
	if (bpf_prog_test_run_opts(t->box.steer, &opts) < 0)
		die("test run", errno);
	t->ran++;
	if (!flows_equal(&t->decision->flow, &flow) || t->decision->way != should.way ||
	    t->decision->ring != should.ring || t->decision->slot != should.slot ||
	    t->decision->quick != quick || opts.retval != (should.ring ? XDP_REDIRECT : XDP_PASS))
		complain(t, name, &flow, &should, opts.retval);
	if (first < len)
		check_untouched(t, bytes, first, after.data_end);
	t->quick += t->decision->quick;
	t->overflow += should.how == CASE_SA &&
		       should.slot / SA_BUCKET_SLOTS >= sa_primary_buckets(&t->model.shape);
	if (!beyond && !is_like_ticketed(bytes, len))
		run_on_ring(t, name, bytes, len, first, &should, &flow, quick);
}

static void run(struct test *t, const char *name, const __u8 *bytes, size_t len)
{
	size_t first = random_below(&t->random, CUT_MAX);

	if (t->dissect) {
		run_dissector(t, name, bytes, len);
		return;
	}
	run_cut(t, name, bytes, len, len);
	if (t->cuts && first < len && len >= ETHERNET) {
		run_cut(t, name, bytes, len, first);
		t->cut++;
	}
}

/* A frame with a first buffer of every length that headers may end in. */
static void run_every_cut(struct test *t, const struct base *base)
{
	for (size_t first = 0; t->cuts && first < CUT_MAX && first < base->len; first++) {
		run_cut(t, base->name, base->bytes, base->len, first);
		t->cut++;
	}
}

/* A frame in three goes as it is, or a fragment would seldom find its datagram. */
static void run_mutated(struct test *t)
{
	__u8 bytes[BYTES_MAX];

	for (int i = 0; i < MUTATED; i++) {
		const struct base *base = &t->bases[random_below(&t->random, t->n_bases)];
		size_t len = base->len;

		if (i % PER_ROUND == 0)
			change(t);
		memcpy(bytes, base->bytes, len);
		if (i % 3 == 0)
			run(t, base->name, bytes, len);
		len = frames_mutate(random_next(&t->random), bytes, len);
		run(t, base->name, bytes, len);
		if (i % PER_ROUND < 14)
			run(t, base->name, bytes, i % PER_ROUND);
	}
}

/* The counters of the interface, and that the frames brought about everything there is. */
static void check_counts(struct test *t)
{
	struct interface_counts sum;
	int err = maps_counts(&t->box.sas.maps, 0, &sum);

	if (err)
		die("reading the counters", err);
	for (int i = 0; i < CLASSES; i++) {
		const struct count *is = &sum.by_class[i], *should = &t->model.counts.by_class[i];

		if (is->packets == should->packets && is->bytes == should->bytes)
			continue;
		printf("class %d: the BPF program counted %llu packets %llu bytes, should be %llu "
		       "%llu\n",
		       i, is->packets, is->bytes, should->packets, should->bytes);
		t->wrong++;
	}
	for (int i = 0; i < MODEL_CASES; i++) {
		printf("  %7lu  %s\n", t->model.seen[i], model_case_names[i]);
		t->wrong += !t->model.seen[i] && (i != CASE_BEYOND || (t->cuts && !t->pull));
	}
	printf("  %lu by the short cut, %lu of SAs in overflow buckets\n", t->quick, t->overflow);
	printf("  %lu of TCP whose first buffer stayed as it was\n", t->untouched);
	t->wrong += t->cuts && t->untouched < MUTATED / 1000;
	t->wrong += t->quick < MUTATED / 100 || t->overflow < MUTATED / 100;
	for (int i = 0; i < t->n_rings; i++) {
		const struct ring_answer *r = &t->ring[i];

		printf("  on ring %u%s %lu of its own SAs, %lu of them by the short cut, %lu of "
		       "others', %lu that move\n",
		       r->number, r->astray ? ", which runs elsewhere," : "", r->here, r->blind,
		       r->elsewhere, r->passed_on);
		t->wrong += r->here < MUTATED / 100 || r->blind < MUTATED / 100 ||
			    (t->n_cpus > 1 && r->elsewhere < MUTATED / 100) ||
			    r->passed_on < MUTATED / 100;
	}
}

/* A frame in one buffer; the ring that the program decided on. */
static __u32 ring_of(struct test *t, const __u8 *bytes, size_t len, int times)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = len,
		    .repeat = times);

	if (bpf_prog_test_run_opts(t->box.steer, &opts) < 0)
		die("test run", errno);
	return t->decision->ring;
}

static const struct base *find_base(const struct test *t, enum flow_kind kind, enum flow_part part)
{
	for (unsigned int i = 0; i < t->n_bases; i++) {
		const struct flow *f = &t->bases[i].flow;

		if (f->family == 4 && f->kind == kind && f->part == part)
			return &t->bases[i];
	}
	die("a frame of the kind", ENOENT);
	return NULL;
}

/* Where in a frame these four bytes stand. */
static __u8 *place_of(struct base *base, __be32 word)
{
	__u8 *at = memmem(base->bytes, base->len, &word, sizeof(word));

	if (!at)
		die("a field of a frame", ENOENT);
	return at;
}

/* The counter of an IPv4 source: bpf/ike.h. */
static __u32 counter_of(const struct test *t, __be32 source)
{
	return sa_top(sa_mix((__u64)source << 32 ^ t->model.shape.seed), IKE_SOURCE_BITS);
}

/* A stranger whose counter would be a peer's has used it up; the peer has its share all the same. */
static void check_shares(struct test *t)
{
	struct maps *maps = &t->box.sas.maps;
	struct base base = *find_base(t, FLOW_IKE, PART_WHOLE), stranger = base;
	struct local_address here = {.family = AF_INET, .addr = {base.flow.dst[0]}};
	struct local_address peer = {.family = AF_INET, .addr = {base.flow.src[0]}};
	__u8 *source = place_of(&stranger, base.flow.src[0]);
	__be32 other = 1;

	while (counter_of(t, other) != counter_of(t, base.flow.src[0]) ||
	       other == base.flow.src[0])
		other++;
	memcpy(source, &other, sizeof(other));
	for (int half = 0; half < 2; half++) {
		local_fill(&maps->addresses->half[half], t->model.shape.seed, &here, 1);
		local_fill(&maps->peers->half[half], t->model.shape.seed, &peer, 1);
	}
	maps->host->ike_share = 10;
	maps->host->ike_strangers = UINT32_MAX;
	/* A window may end between two runs: then this tells nothing, but not each time. */
	for (int i = 0; i < 20; i++) {
		usleep(2 << IKE_WINDOW_SHIFT >> 10); /* what came before is of another window */
		t->over += ring_of(t, stranger.bytes, stranger.len, 11) != t->model.ike_ring;
		t->wrong += ring_of(t, base.bytes, base.len, 1) != t->model.ike_ring;
	}
	t->wrong += t->over < 10;
	printf("  %lu of 20 times a stranger beside a peer was over its share\n", t->over);
}

/* The same frames, SAs and addresses, but nothing else runs on them. */
static bool test_dissector(struct test *t)
{
	t->random = 1;
	set_up(t);
	change(t);
	for (unsigned int i = 0; i < t->n_bases; i++)
		run(t, t->bases[i].name, t->bases[i].bytes, t->bases[i].len);
	run_mutated(t);
	t->wrong += !dissect_answer_counted(&t->dissector, &t->model.counts);
	for (int i = 0; i < MODEL_CASES; i++)
		t->wrong += !t->model.seen[i] && i != CASE_BEYOND;
	printf("  %lu frames by both, %lu answered by the flow dissector; %lu disagreements\n", t->ran,
	       t->dissector.answered, t->wrong);
	dissect_answer_close(&t->dissector);
	sandbox_close(&t->box);
	return !t->wrong && t->ran >= MUTATED && t->dissector.answered > MUTATED / 10;
}

static bool test(struct test *t)
{
	t->random = 1;
	set_up(t);
	change(t);
	for (unsigned int i = 0; i < t->n_bases; i++) {
		run(t, t->bases[i].name, t->bases[i].bytes, t->bases[i].len);
		run_every_cut(t, &t->bases[i]);
	}
	run_mutated(t);
	check_counts(t);
	check_shares(t);
	printf("  %lu frames by both, %lu of them cut, %lu too short for the BPF program; %lu "
	       "disagreements\n",
	       t->ran, t->cut, t->short_ones, t->wrong);
	for (int i = 0; i < t->n_rings; i++)
		ring_answer_close(&t->ring[i]);
	sandbox_close(&t->box);
	return !t->wrong && t->ran >= MUTATED;
}

struct named {
	const char *name;
	const char *switches; /* sas/switches.h; NULL: with the flow dissector */
};

static bool run_test(const void *arg)
{
	const struct named *named = arg;
	struct test *t = calloc(1, sizeof(*t));
	bool good;

	if (!t)
		die("a test", ENOMEM);
	setenv("ESPALIER_TEST", named->switches ? named->switches : "", 1);
	t->dissect = !named->switches;
	good = t->dissect ? test_dissector(t) : test(t);
	if (!t->cuts && !t->dissect)
		printf("skip %s of cut frames: test runs of this kernel (before 6.18) know none\n",
		       named->name);
	free(t);
	return good;
}

int main(void)
{
	static const struct named tests[] = {
		{"agreement", ""},
		{"agreement without bpf_xdp_pull_data()", "no-pull-data"},
		{"dissector", NULL},
	};
	bool good = true;

	if (geteuid()) {
		printf("skip agreement: not root\n");
		return 0;
	}
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		good &= in_own_process(tests[i].name, run_test, &tests[i]);
	return !good;
}
