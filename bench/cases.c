// SPDX-License-Identifier: GPL-2.0-only
// Runs the shipped programs, and what they are compared with, on frames by BPF_PROG_TEST_RUN.
#include "cases.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "bench.skel.h"
#include "host/clock.h"
#include "larval.h"
#include "peer_kfunc.skel.h"
#include "ring.h"
#include "sandbox.h"
#include "spi.h"

enum { REPEAT = 100000, MANY_STRAYS = 1 << 20 };

const struct bench_case cases[] = {
	{"empty", 0, RUN_EMPTY, PACKET_ESP, 0, 0, XDP_PASS, "a program that passes everything"},
	{"empty-vary", 0, RUN_EMPTY, PACKET_ESP, 0, CASES_KNOWN, XDP_PASS,
	 "and one that gives each frame an SPI and jumps to it"},
	{"empty-dissect", 0, RUN_NO_DISSECT, PACKET_OTHER, 0, 0, BPF_FLOW_DISSECTOR_CONTINUE,
	 "and a flow dissector that is not asked for a hash"},
	{"other", 6, RUN_STEER, PACKET_OTHER, 0, 0, XDP_PASS, "TCP over IPv4"},
	{"known", 20, RUN_STEER, PACKET_ESP, 0, 0, XDP_REDIRECT, "one SA"},
	{"known-10k", 0, RUN_STEER, PACKET_ESP, 0, CASES_PEER, XDP_REDIRECT,
	 "random of 10,000 SAs"},
	{"known-100k", 60, RUN_STEER, PACKET_ESP, 0, CASES_KNOWN, XDP_REDIRECT,
	 "random of 100,000 SAs"},
	{"known-1m", 0, RUN_STEER, PACKET_ESP, 0, CASES_MILLION, XDP_REDIRECT,
	 "random of 1,000,000 SAs"},
	{"known-vlan", 0, RUN_STEER, PACKET_ESP_VLAN, 0, 0, XDP_REDIRECT, "one SA in a VLAN"},
	{"known-udp", 25, RUN_STEER, PACKET_ESP_UDP, 0, 0, XDP_REDIRECT, "one SA, ESP-in-UDP"},
	{"known-ipv6", 30, RUN_STEER, PACKET_ESP_IPV6, 0, 0, XDP_REDIRECT, "one SA over IPv6"},
	{"stray", 35, RUN_STEER, PACKET_ESP, CASES_KNOWN, 0, XDP_REDIRECT, "one SPI of no SA"},
	{"stray-flood", 0, RUN_STEER, PACKET_ESP, CASES_KNOWN, MANY_STRAYS, XDP_REDIRECT,
	 "random of 2^20 SPIs of no SA"},
	{"ring", 15, RUN_RING, PACKET_ESP, 0, 0, XDP_PASS, "the ring program, one SA at rest"},
	{"ring-10k", 0, RUN_RING, PACKET_ESP, 0, CASES_PEER, XDP_PASS,
	 "the ring program, random of 10,000 SAs"},
	{"ring-100k", 80, RUN_RING, PACKET_ESP, 0, CASES_KNOWN, XDP_PASS,
	 "the ring program, random of 100,000 SAs"},
	{"ring-1m", 0, RUN_RING, PACKET_ESP, 0, CASES_MILLION, XDP_PASS,
	 "the ring program, random of 1,000,000 SAs"},
	{"dissect-other", 10, RUN_DISSECT, PACKET_OTHER, 0, 0, BPF_FLOW_DISSECTOR_CONTINUE,
	 "method rps: the flow dissector, TCP over IPv4"},
	{"dissect-known", 0, RUN_DISSECT, PACKET_ESP, 0, 0, BPF_OK, "the flow dissector, one SA"},
	{"dissect-udp", 0, RUN_DISSECT, PACKET_ESP_UDP, 0, 0, BPF_OK,
	 "the flow dissector, one SA, ESP-in-UDP"},
	{"peer-hashmap", 0, RUN_HASHMAP, PACKET_ESP, 0, CASES_PEER, XDP_REDIRECT,
	 "known-10k with a BPF hash map"},
	{"peer-kfunc", 0, RUN_KFUNC, PACKET_ESP, 0, CASES_PEER, XDP_REDIRECT,
	 "known-10k with bpf_xdp_get_xfrm_state"},
};

unsigned int cases_empty_of(const struct bench_case *c)
{
	if (c->program == RUN_DISSECT)
		return 2;
	return c->sas ? 1 : 0;
}

const unsigned int cases_count = sizeof(cases) / sizeof(cases[0]);

_Static_assert(sizeof(cases) / sizeof(cases[0]) <= CASES_MAX, "CASES_MAX is too small");

struct bench {
	struct sandbox box;
	struct bench_bpf *bpf;
	struct peer_kfunc_bpf *kfunc; /* NULL: this kernel has none */
	struct espalier_bpf *ring;
	__u32 sas; /* so many are known */
	int dissect;
	int cpu;
};

static int pin_to_cpu(struct bench *b)
{
	cpu_set_t one;

	b->cpu = sched_getcpu();
	CPU_ZERO(&one);
	CPU_SET(b->cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) < 0 ? -errno : 0;
}

/* Our tables, and those of the peers, with the SAs that the cases name. */
static int add_sas(struct bench *b)
{
	int peers = bpf_map__fd(b->bpf->maps.peer_sas);
	__be32 dst[4], dst6[4];
	__u32 zero = 0;
	int err = 0;

	sandbox_address(4, dst);
	sandbox_address(6, dst6);
	for (__u32 i = 0; i < b->sas && !err; i++)
		err = sandbox_add(&b->box, 4, dst, bench_spi(i), IPPROTO_ESP, b->cpu, false);
	if (!err)
		err = sandbox_add(&b->box, 6, dst6, bench_spi(0), IPPROTO_ESP, b->cpu, false);
	for (__u32 i = 0; i < CASES_PEER && !err; i++) {
		__u32 key[2] = {dst[0], bench_spi(i)};

		err = bpf_map_update_elem(peers, key, &zero, BPF_ANY) < 0 ? -errno : 0;
	}
	if (!err && b->kfunc && b->sas == CASES_KNOWN)
		err = larval_make(dst[0], CASES_PEER);
	return err;
}

static int make_cpu_entry(int map)
{
	struct bpf_cpumap_val value = {.qsize = 64};
	__u32 zero = 0;

	return bpf_map_update_elem(map, &zero, &value, BPF_ANY) < 0 ? -errno : 0;
}

static int load_peers(struct bench *b)
{
	int err;

	b->bpf = bench_bpf__open_and_load();
	if (!b->bpf)
		return -errno;
	err = make_cpu_entry(bpf_map__fd(b->bpf->maps.peer_cpus));
	if (err)
		return err;
	b->kfunc = peer_kfunc_bpf__open_and_load();
	return b->kfunc ? make_cpu_entry(bpf_map__fd(b->kfunc->maps.peer_cpus)) : 0;
}

/* All that are run, but for the steering program, which is attached. */
static int hold(struct bench *b)
{
	int err = sandbox_hold(&b->box, bpf_program__fd(b->bpf->progs.bench_empty));

	if (!err)
		err = sandbox_hold(&b->box, bpf_program__fd(b->bpf->progs.bench_vary));
	return err ? err : sandbox_hold(&b->box, bench_ring_fd(b->ring));
}

/* With labels for our CPU; which ones is all the same. */
static int load_dissect(struct bench *b)
{
	struct label_row *row = &b->box.sas.maps.labels[b->cpu];

	for (__u32 i = 0; i < LABELS; i++)
		row->sa[i] = i + 1;
	b->dissect = program_load_dissect(&b->box.sas.maps, 1, NULL, 0);
	return b->dissect < 0 ? b->dissect : 0;
}

static int set_up(struct bench *b, char *why, size_t size)
{
	int err = sandbox_open(&b->box, b->sas + 1, why, size);
	int ring = 0;

	if (err)
		return err;
	err = pin_to_cpu(b);
	if (!err)
		err = load_peers(b);
	if (!err)
		ring = rings_get(&b->box.sas.maps, 0, RING_SA, (__u32)b->cpu);
	if (!err)
		err = ring < 0 ? ring : bench_ring_load(&b->ring, &b->box.sas.maps, (__u32)ring);
	if (!err)
		err = load_dissect(b);
	if (!err)
		err = hold(b);
	if (!err)
		err = add_sas(b);
	if (err)
		snprintf(why, size, "setting up: %s", strerror(-err));
	return err;
}

static void clean_up(struct bench *b)
{
	if (b->dissect >= 0)
		close(b->dissect);
	bench_ring_free(b->ring);
	peer_kfunc_bpf__destroy(b->kfunc);
	bench_bpf__destroy(b->bpf);
	if (b->box.sas.maps.host)
		sandbox_close(&b->box);
}

static int program_of(const struct bench *b, enum cases_program program)
{
	switch (program) {
	case RUN_STEER:
		return b->box.steer;
	case RUN_RING:
		return bench_ring_fd(b->ring);
	case RUN_HASHMAP:
		return bpf_program__fd(b->bpf->progs.bench_peer_hashmap);
	case RUN_KFUNC:
		return b->kfunc ? bpf_program__fd(b->kfunc->progs.bench_peer_kfunc) : -1;
	case RUN_NO_DISSECT:
	case RUN_DISSECT:
		return b->dissect;
	case RUN_EMPTY:
		break;
	}
	return bpf_program__fd(b->bpf->progs.bench_empty);
}

/* Where the SPI shall vary, the program is reached by a jump from bench_vary. */
static int vary(struct bench *b, const struct bench_case *c, int program)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(bpf_map__fd(b->bpf->maps.next), &zero, &program, BPF_ANY) < 0)
		return -errno;
	b->bpf->data->vary_sas = c->sas;
	b->bpf->bss->vary_first = c->first;
	return bpf_program__fd(b->bpf->progs.bench_vary);
}

/*
 * One run, in ns a frame. By our own clock, because the kernel's figure is rounded to whole ns;
 * what the call itself costs is lost among so many frames.
 */
static int run(struct bench *b, const struct bench_case *c, double *ns)
{
	struct bpf_flow_keys asked = {.flags = BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL};
	__u8 frame[PACKET_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = REPEAT);
	int program = program_of(b, c->program);
	__u64 start;

	*ns = 0;
	if (program < 0)
		return 0;
	if (c->program == RUN_DISSECT) {
		opts.ctx_in = &asked;
		opts.ctx_size_in = sizeof(asked);
	}
	opts.data_size_in = packet_make(frame, c->packet, bench_spi(c->first));
	if (c->sas)
		program = vary(b, c, program);
	if (program < 0)
		return program;
	start = clock_now();
	if (bpf_prog_test_run_opts(program, &opts) < 0)
		return -errno;
	*ns = (double)(clock_now() - start) / REPEAT;
	return opts.retval == c->expect ? 0 : -EPROTO;
}

static bool belongs(const struct bench *b, const struct bench_case *c)
{
	return (b->sas == CASES_MILLION) == (c->sas == CASES_MILLION);
}

/* Those cases that want a table of @sas. */
static int run_all(__u32 sas, unsigned int rounds, struct bench_result *results, char *why,
		   size_t size)
{
	struct bench b = {.dissect = -1, .sas = sas};
	int err = set_up(&b, why, size);
	double ns;

	for (unsigned int round = 0; round < rounds && !err; round++) {
		for (unsigned int i = 0; i < cases_count && !err; i++) {
			if (!belongs(&b, &cases[i]))
				continue;
			sandbox_beat(&b.box);
			err = run(&b, &cases[i], &ns);
			if (err)
				snprintf(why, size, "case %s: %s", cases[i].name, strerror(-err));
			else if (!results[i].ns || ns < results[i].ns)
				results[i].ns = ns;
		}
	}
	clean_up(&b);
	return err;
}

int cases_run(unsigned int rounds, struct bench_result *results, char *why, size_t size)
{
	int err;

	memset(results, 0, cases_count * sizeof(*results));
	err = run_all(CASES_KNOWN, rounds, results, why, size);
	return err ? err : run_all(CASES_MILLION, rounds, results, why, size);
}
