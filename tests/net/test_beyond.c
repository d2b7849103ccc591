// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames whose headers are not, or not all, in their first buffer go where they go in one buffer. Where
 * the kernel cannot bring headers forward, one without its Ethernet header in front passes and is
 * counted: redirected it would stop the machine. Each frame of tests/unit/frames.c, on any kernel that
 * has frames in several buffers.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../bench/sandbox.h"
#include "../unit/frames.h"
#include "cut.h"
#include "decisions.h"
#include "nic/kernel.h"
#include "own_process.h"
#include "sas/local.h"
#include "steer/measure.h"

enum { SAS = 256 };

/* Nothing, not quite the Ethernet header, that, and IPv4's behind it but for a byte. */
static const __u32 firsts[] = {0, ETH_HLEN - 1, ETH_HLEN, ETH_HLEN + 19, ETH_HLEN + 40};

/* One run of the test. */
struct round {
	const char *name, *switches; /* daemon/switches.h */
	bool behind;		     /* cut by a program in front, on this kernel too */
};

struct test {
	const struct round *round;
	struct sandbox box;
	struct cut cut;
	const struct decision *decision;
	bool pull;
	unsigned long ran, redirected, beyond, should_beyond, should_measure, wrong;
};

/* Every second SA of the frames is one of ours, and all destinations are. */
static void know(struct test *t)
{
	struct maps *maps = &t->box.sas.maps;
	struct local_address ours[SAS];
	unsigned int n = 0;

	for (size_t i = 0; i < frames_count && n < SAS; i++) {
		const struct flow *f = &frames[i].flow;

		if (!f->family)
			continue;
		ours[n].family = f->family == 4 ? AF_INET : AF_INET6;
		memcpy(ours[n++].addr, f->dst, sizeof(f->dst));
		if (f->spi && i % 2)
			(void)sandbox_add(&t->box, f->family, f->dst, f->spi, flow_sa_protocol(f),
					  -1, false);
	}
	local_fill(&maps->addresses->half[maps->host->addresses], t->box.sas.table.shape.seed, ours,
		   n);
	frames_ports(maps->ports);
	maps->host->ike_share = maps->host->ike_strangers = UINT32_MAX;
}

static void set_up(struct test *t)
{
	char why[SANDBOX_WHY];
	int err = sandbox_open(&t->box, SAS, why, sizeof(why));

	if (err)
		die(why, err);
	err = cut_open(&t->cut, t->box.steer, t->round->behind);
	if (err)
		die("the program that cuts frames", err);
	t->decision = decisions_of(t->box.steer);
	if (!t->decision)
		die("map decisions of the test build", errno);
	t->pull = t->box.sas.maps.host->pull_data;
	know(t);
}

static int run(struct test *t, const struct frame *frame, __u32 first, struct decision *decision,
	       __u32 *after)
{
	int verdict = cut_run(&t->cut, frame->bytes, frame->len, first, after);

	if (verdict < 0)
		die(frame->name, verdict);
	*decision = *t->decision;
	t->ran++;
	return verdict;
}

/* The same frame, in one buffer and cut. */
static void run_cut(struct test *t, const struct frame *frame, __u32 first)
{
	bool beyond = first < ETH_HLEN && !t->pull && frame->flow.kind != FLOW_OTHER;
	struct decision whole, cut;
	__u32 after;
	int should = run(t, frame, (__u32)frame->len, &whole, &after);
	int is = run(t, frame, first, &cut, &after);

	if (beyond) {
		should = XDP_PASS;
		whole.way = WAY_NONE;
		whole.ring = 0;
		whole.slot = NO_SLOT;
	}
	t->should_beyond += beyond;
	t->redirected += is == XDP_REDIRECT;
	if (is == should && cut.way == whole.way && cut.ring == whole.ring &&
	    cut.slot == whole.slot &&
	    (is != XDP_REDIRECT || !t->cut.by_context || after >= ETH_HLEN))
		return;
	t->wrong++;
	printf("  %s, %u bytes in the first buffer: verdict %d way %u ring %u slot %d, %u bytes "
	       "afterwards; should be %d %u %u %d\n",
	       frame->name, first, is, cut.way, cut.ring, (int)cut.slot, after, should, whole.way,
	       whole.ring, (int)whole.slot);
}

/* Every frame with each first buffer. */
static void run_all(struct test *t, void (*each)(struct test *t, const struct frame *, __u32 first))
{
	for (size_t i = 0; i < frames_count; i++)
		for (size_t j = 0; j < sizeof(firsts) / sizeof(firsts[0]); j++)
			if (firsts[j] >= cut_least(&t->cut) && firsts[j] < frames[i].len &&
			    frames[i].len >= ETH_HLEN)
				each(t, &frames[i], firsts[j]);
}

static void check_steering(struct test *t)
{
	struct interface_counts sum;
	int err;

	run_all(t, run_cut);
	err = maps_counts(&t->box.sas.maps, 0, &sum);
	if (err)
		die("reading the counters", err);
	t->beyond = sum.by_class[CLASS_BEYOND].packets;
	t->wrong += t->redirected < frames_count || t->beyond != t->should_beyond ||
		    (!t->pull && t->cut.by_context && !t->beyond);
	printf("  %lu runs, cut by %s; %lu redirected, %lu out of reach, %lu wrong\n", t->ran,
	       t->cut.by_context ? "the test run" : "a program in front", t->redirected, t->beyond,
	       t->wrong);
}

/* A packet of an SA is counted, wherever its headers are. */
static void run_measured(struct test *t, const struct frame *frame, __u32 first)
{
	const struct flow *f = &frame->flow;
	__u32 after;

	if (cut_run(&t->cut, frame->bytes, frame->len, first, &after) < 0)
		die(frame->name, errno);
	t->should_measure += f->spi && f->part == PART_WHOLE;
}

static void check_measuring(struct test *t, const struct measure_how *how)
{
	struct measured measured = {0};
	struct measure *measure;
	unsigned long packets = 0;
	uint64_t lost;
	__u32 id = 0;
	int program, err = measure_start(&measure, how);

	if (err || bpf_xdp_query_id((int)how->ifindex, 0, &id))
		die("measuring", err ? err : errno);
	program = bpf_prog_get_fd_by_id(id);
	cut_close(&t->cut);
	if (program < 0 || cut_open(&t->cut, program, t->round->behind))
		die("the program that is measured", errno);
	t->should_measure = 0;
	run_all(t, run_measured);
	close(program);
	err = measure_stop(measure, &measured, &lost);
	for (size_t i = 0; !err && i < measured.n; i++)
		packets += measured.entry[i].value.packets;
	t->wrong += err || lost || packets != t->should_measure || !packets;
	printf("  %lu packets were measured, of %lu\n", packets, t->should_measure);
	measured_free(&measured);
}

/* `inspect --xdp` sees them too. */
static void check_inspect(struct test *t)
{
	struct measure_how how = {.at = MEASURE_XDP};

	frames_ports(&how.ports);
	if (system("ip link add beyond0 type veth peer name beyond1"))
		die("a pair of devices", EIO);
	how.ifindex = if_nametoindex("beyond0");
	check_measuring(t, &how);
}

static bool test(const void *arg)
{
	struct test t = {.round = arg};

	setenv("ESPALIER_TEST", t.round->switches, 1);
	set_up(&t);
	check_steering(&t);
	check_inspect(&t);
	cut_close(&t.cut);
	sandbox_close(&t.box);
	return !t.wrong;
}

int main(void)
{
	static const struct round rounds[] = {
		{"beyond", "", false},
		{"beyond_behind_a_program", "", true},
		{"beyond_without_pull_data", "no-pull-data", false},
		{"beyond_behind_a_program_without_pull_data", "no-pull-data", true},
	};
	bool good = true, has = kernel_can(KERNEL_PULL_DATA) == KERNEL_HAS;

	setbuf(stdout, NULL);
	if (geteuid() || kernel_can(KERNEL_XDP_FRAGS) != KERNEL_HAS) {
		printf("skip beyond: not root, or no XDP frames in several buffers\n");
		return 0;
	}
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++)
		if (has || *rounds[i].switches)
			good &= in_own_process(rounds[i].name, test, &rounds[i]);
		else
			printf("skip %s: this kernel has no bpf_xdp_pull_data()\n", rounds[i].name);
	return !good;
}
