// SPDX-License-Identifier: GPL-2.0-only
// Tickets in front of frames: one frame of an SA that moves, through the steering program and the
// programs of the rings. Whoever hands it on hands on the frame, and the stack sees no ticket.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../bench/ring.h"
#include "../../bench/sandbox.h"
#include "host/clock.h"
#include "own_process.h"

enum {
	SPI = 0x1000,
	BYTES = 100, /* of the frame */
	FULL = 3520, /* all that a test run gives room for: a page, less what lies around it */
	ROOM = 4096,
	TICKET = sizeof(struct ticket),
};

struct frame {
	__u8 at[ROOM];
	__u32 len;
};

enum { TO, OWN, IKE, RINGS };

struct test {
	struct sandbox box;
	struct frame frame;
	__u32 ring[RINGS]; /* numbers */
	struct espalier_bpf *program[RINGS];
	struct move_line *line; /* of this CPU, in the SA's move */
	unsigned int failed;
};

#define check(T, WHAT)                                                                             \
	do {                                                                                       \
		if (!(WHAT)) {                                                                     \
			printf("  line %d: not so: %s\n", __LINE__, #WHAT);                        \
			(T)->failed++;                                                             \
		}                                                                                  \
	} while (0)

/* ESP in IPv4 to us. */
static void make_frame(struct frame *frame, __u32 len)
{
	static const __u8 head[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
	const __be16 bytes = be16_host(len - ETH_HLEN);
	const __be32 spi = be32_host(SPI);
	__be32 dst[4];

	sandbox_address(4, dst);
	*frame = (struct frame){.len = len};
	for (__u32 i = 0; i < len; i++)
		frame->at[i] = i;
	memset(frame->at + ETH_HLEN, 0, 20);
	memcpy(frame->at, head, sizeof(head));
	memcpy(frame->at + ETH_HLEN + 2, &bytes, sizeof(bytes));
	frame->at[ETH_HLEN + 9] = IPPROTO_ESP;
	memcpy(frame->at + ETH_HLEN + 16, dst, 4);
	memcpy(frame->at + ETH_HLEN + 20, &spi, sizeof(spi));
}

/* A program over a frame: the verdict, and what the frame is then. */
static __u32 run(int program, const struct frame *in, struct frame *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->at, .data_size_in = in->len,
		    .data_out = out->at, .data_size_out = sizeof(out->at), .repeat = 1);

	if (bpf_prog_test_run_opts(program, &opts) < 0)
		die("test run", errno);
	out->len = opts.data_size_out;
	return opts.retval;
}

static __u32 steer(struct test *t, const struct frame *in, struct frame *out)
{
	return run(t->box.steer, in, out);
}

static __u32 on_ring(struct test *t, int ring, const struct frame *in, struct frame *out)
{
	return run(bench_ring_fd(t->program[ring]), in, out);
}

static bool same(const struct frame *a, const struct frame *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

static const struct ticket *ticket_of(const struct frame *f)
{
	return (const void *)f->at;
}

/* The frame with its ticket in front, or in the place of its first bytes. */
static bool is_ticketed(const struct frame *out, const struct frame *frame, bool displaced)
{
	const struct ticket *ticket = ticket_of(out);

	if (out->len != frame->len + TICKET || ticket->type != TICKET_TYPE ||
	    ticket->displaced != displaced)
		return false;
	if (!displaced)
		return !memcmp(out->at + TICKET, frame->at, frame->len);
	return !memcmp(out->at + TICKET, frame->at + TICKET, frame->len - TICKET) &&
	       !memcmp(out->at + frame->len, frame->at, TICKET);
}

static void open_rings(struct test *t, int cpu)
{
	static const enum ring_kind kinds[RINGS] = {RING_SA, RING_STRAY, RING_IKE};

	for (int i = 0; i < RINGS; i++) {
		int number = rings_get(&t->box.sas.maps, 0, kinds[i], cpu);
		int err = number < 0 ? number
				     : bench_ring_load(&t->program[i], &t->box.sas.maps, number);

		if (err)
			die("a ring's program", err);
		t->ring[i] = number;
	}
}

/* On the first CPU that we may run on: the SA is at home on ring TO, and moves to ring OWN. */
static void set_up(struct test *t)
{
	struct table *table = &t->box.sas.table;
	char why[SANDBOX_WHY];
	__u32 record;
	cpu_set_t one;
	__be32 dst[4];
	int cpu = 0, slot;
	int err = sandbox_open(&t->box, 64, why, sizeof(why));

	if (err)
		die(why, err);
	while (!CPU_ISSET(cpu, &t->box.sas.roles.sas))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		die("a CPU", errno);
	open_rings(t, cpu);
	sandbox_address(4, dst);
	err = sandbox_add(&t->box, 4, dst, SPI, IPPROTO_ESP, cpu, false);
	slot = table_find(table, sa_key(&table->shape, dst, SPI, IPPROTO_ESP));
	if (err || slot < 0)
		die("the SA", err ? err : ENOENT);
	err = moves_begin(&t->box.sas.moves, slot, t->ring[OWN], clock_now());
	if (err)
		die("the move", err);
	record = t->box.sas.maps.warm[slot].record;
	t->line = &t->box.sas.maps.lines[record * t->box.sas.maps.host->cpus + cpu];
	make_frame(&t->frame, BYTES);
}

/* All the way: to the old ring, on to the new one, and up from there. */
static void goes_all_the_way(struct test *t, const struct frame *frame, bool displaced)
{
	struct frame sent, passed, delivered;
	__u32 number;

	check(t, steer(t, frame, &sent) == XDP_REDIRECT);
	check(t, is_ticketed(&sent, frame, displaced));
	number = ticket_of(&sent)->number;
	check(t, number == t->line->sent && !t->line->untold);
	check(t, on_ring(t, TO, &sent, &passed) == XDP_REDIRECT);
	check(t, is_ticketed(&passed, frame, false)); /* on a ring there is headroom */
	check(t, ticket_of(&passed)->number == number);
	check(t, t->line->passed >> 32 == number && t->line->taken != number);
	check(t, on_ring(t, OWN, &passed, &delivered) == XDP_PASS);
	check(t, same(&delivered, frame));
	check(t, t->line->taken == number);
}

static void goes_untold(struct test *t, const struct frame *frame)
{
	struct frame out;

	check(t, steer(t, frame, &out) == XDP_REDIRECT);
	check(t, same(&out, frame) && t->line->untold);
	check(t, on_ring(t, TO, frame, &out) == XDP_REDIRECT && same(&out, frame));
	check(t, on_ring(t, OWN, frame, &out) == XDP_PASS && same(&out, frame));
}

static void test_in_front(struct test *t)
{
	goes_all_the_way(t, &t->frame, false);
	goes_all_the_way(t, &t->frame, false);
	make_frame(&t->frame, FULL);
	goes_all_the_way(t, &t->frame, false);
}

/* gve leaves 2 bytes in front of a frame. */
static void test_no_headroom(struct test *t)
{
	t->box.sas.maps.host->no_headroom = 1;
	if (t->box.sas.maps.host->frags)
		goes_all_the_way(t, &t->frame, true);
	make_frame(&t->frame, FULL);
	goes_untold(t, &t->frame);
	make_frame(&t->frame, BYTES);
	if (t->box.sas.maps.host->frags)
		goes_all_the_way(t, &t->frame, true);
}

/* The frame is ours all the same where there is no ring, or no longer. */
static void test_no_ring(struct test *t)
{
	const struct maps *maps = &t->box.sas.maps;
	struct frame out, sent;

	check(t, steer(t, &t->frame, &sent) == XDP_REDIRECT);
	bpf_map_delete_elem(maps->fd[MAP_CPUS_STRAY], &maps->rings[t->ring[OWN]].cpu);
	check(t, on_ring(t, TO, &sent, &out) == XDP_PASS && same(&out, &t->frame));
	bpf_map_delete_elem(maps->fd[MAP_CPUS_SA], &maps->rings[t->ring[TO]].cpu);
	check(t, steer(t, &t->frame, &out) == XDP_PASS && same(&out, &t->frame));
}

/* The map by which a ring's own program reaches the one that all share. */
static int find_ring_any(int program)
{
	struct bpf_prog_info info = {0};
	__u32 ids[64], size = sizeof(info);

	info.nr_map_ids = 64;
	info.map_ids = (__u64)(unsigned long)ids;
	if (bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		die("the maps of a ring's program", errno);
	for (__u32 i = 0; i < info.nr_map_ids; i++) {
		struct bpf_map_info map = {0};
		int fd = bpf_map_get_fd_by_id(ids[i]);

		size = sizeof(map);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &map, &size) &&
		    map.type == BPF_MAP_TYPE_PROG_ARRAY)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	die("the map of the program that rings share", ENOENT);
	return -1;
}

/* Rings that have nothing to do with the SA, and one that is being taken down. */
static void test_other_rings(struct test *t)
{
	struct frame out, sent;
	__u32 zero = 0;
	int fd;

	check(t, steer(t, &t->frame, &sent) == XDP_REDIRECT);
	check(t, on_ring(t, IKE, &sent, &out) == XDP_PASS && same(&out, &t->frame));
	sandbox_clear(&t->box);
	check(t, on_ring(t, TO, &sent, &out) == XDP_PASS && same(&out, &t->frame));
	fd = find_ring_any(bench_ring_fd(t->program[TO]));
	if (bpf_map_delete_elem(fd, &zero) < 0)
		die("taking it down", errno);
	check(t, on_ring(t, TO, &sent, &out) == XDP_PASS && same(&out, &t->frame));
	close(fd);
}

/* From the wire, word for word as we made it: no ring, so nothing that is told of the move. */
static void test_nobody_sends_one(struct test *t)
{
	struct frame out, sent;
	struct move_line before;

	check(t, steer(t, &t->frame, &sent) == XDP_REDIRECT);
	before = *t->line;
	check(t, steer(t, &sent, &out) == XDP_PASS && same(&out, &sent));
	check(t, !memcmp(&before, t->line, sizeof(before)));
}

struct named {
	const char *name;
	void (*test)(struct test *t);
};

static bool run_test(const void *arg)
{
	const struct named *named = arg;
	struct test *t = calloc(1, sizeof(*t));
	bool good;

	if (!t)
		die("a test", ENOMEM);
	set_up(t);
	named->test(t);
	for (int i = 0; i < RINGS; i++)
		bench_ring_free(t->program[i]);
	sandbox_close(&t->box);
	good = !t->failed;
	free(t);
	return good;
}

int main(void)
{
	static const struct named tests[] = {
		{"in_front", test_in_front},
		{"no_headroom", test_no_headroom},
		{"no_ring", test_no_ring},
		{"other_rings", test_other_rings},
		{"nobody_sends_one", test_nobody_sends_one},
	};
	bool good = true;

	if (geteuid()) {
		printf("skip tickets: not root\n");
		return 0;
	}
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		good &= in_own_process(tests[i].name, run_test, &tests[i]);
	return !good;
}
