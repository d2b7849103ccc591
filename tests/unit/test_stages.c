// SPDX-License-Identifier: GPL-2.0-only
// Stages of a packet's way: what a stack tells, where functions lie, what a packet costs.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/stages.h"
#include "host/symbols.h"
#include "place/cost.h"
#include "place/stage_costs.h"

/* A stack, from the inside out, MARK_SOFTIRQ + 1 at its end. */
enum { END = MARK_SOFTIRQ + 1 };

static enum stage walk(const int *marks, bool idle_task)
{
	struct stage_walk walk = {0};
	enum stage stage;

	for (; *marks != END; marks++)
		if (stage_step(&walk, (enum stage_mark) * marks, &stage))
			return stage;
	return stage_end(&walk, idle_task);
}

#define WALK(...) walk((const int[]){__VA_ARGS__, END}, false)

static void a_stack_tells_the_stage(void **state)
{
	/* The driver's poll; with the idle task below it. */
	assert_int_equal(WALK(MARK_NONE, MARK_RECEIVE, MARK_SOFTIRQ), STAGE_RECEIVE);
	/* A ring's thread: before the SA, and in it. */
	assert_int_equal(WALK(MARK_NONE, MARK_RING), STAGE_DECRYPT);
	assert_int_equal(WALK(MARK_NONE, MARK_DECRYPT, MARK_RING), STAGE_DECRYPT);
	/* Without a ring: on the driver's poll. */
	assert_int_equal(WALK(MARK_DECRYPT, MARK_RECEIVE, MARK_SOFTIRQ), STAGE_DECRYPT);
	/* What was taken out of the tunnel, on the ring's thread; forwarded or not. */
	assert_int_equal(WALK(MARK_NONE, MARK_CELLS, MARK_RECEIVE, MARK_SOFTIRQ, MARK_RING),
			 STAGE_AFTER);
	assert_int_equal(WALK(MARK_ONWARD, MARK_CELLS, MARK_RECEIVE, MARK_SOFTIRQ, MARK_RING),
			 STAGE_AFTER);
	/* The same through the backlog, where the interface has GRO off. */
	assert_int_equal(WALK(MARK_NONE, MARK_BACKLOG, MARK_RECEIVE, MARK_SOFTIRQ, MARK_RING),
			 STAGE_AFTER);
	assert_int_equal(WALK(MARK_ONWARD, MARK_BACKLOG, MARK_RECEIVE, MARK_SOFTIRQ, MARK_RING),
			 STAGE_AFTER);
	/* Transport mode delivers from within. */
	assert_int_equal(WALK(MARK_ONWARD, MARK_DECRYPT, MARK_RING), STAGE_AFTER);
}

static void others_work_is_told_apart(void **state)
{
	/* Packets that are forwarded or delivered without an SA, and their encryption. */
	assert_int_equal(WALK(MARK_ONWARD, MARK_RECEIVE, MARK_SOFTIRQ), STAGE_OTHER);
	/* Receiving that interrupted a ring's thread is receiving. */
	assert_int_equal(WALK(MARK_RECEIVE, MARK_SOFTIRQ, MARK_DECRYPT, MARK_RING), STAGE_RECEIVE);
	/* The kernel's backlog, where no ring tells of what. */
	assert_int_equal(WALK(MARK_NONE, MARK_BACKLOG, MARK_RECEIVE, MARK_SOFTIRQ), STAGE_OTHER);
	assert_int_equal(walk((const int[]){MARK_BACKLOG, MARK_RECEIVE, MARK_SOFTIRQ, END}, true),
			 STAGE_OTHER);
	assert_int_equal(WALK(MARK_NONE), STAGE_OTHER);
	assert_int_equal(walk((const int[]){MARK_NONE, END}, true), STAGE_IDLE);
	assert_int_equal(walk((const int[]){MARK_NONE, MARK_SOFTIRQ, END}, true), STAGE_OTHER);
}

static void ranges_have_ends(void **state)
{
	struct stage_ranges ranges = {.range = {{1000, 10, MARK_RING}, {2000, 1, MARK_CELLS}}};

	assert_int_equal(stage_mark_of(&ranges, 999), MARK_NONE);
	assert_int_equal(stage_mark_of(&ranges, 1000), MARK_RING);
	assert_int_equal(stage_mark_of(&ranges, 1009), MARK_RING);
	assert_int_equal(stage_mark_of(&ranges, 1010), MARK_NONE);
	assert_int_equal(stage_mark_of(&ranges, 2000), MARK_CELLS);
	assert_int_equal(stage_mark_of(&ranges, 0), MARK_NONE);
}

static const char *const names[] = {"xfrm_input", "gro_cell_poll"};

static int find(const char *text, struct symbol *out, size_t room)
{
	char path[] = "/tmp/espalier-kallsyms-XXXXXX";
	int fd = mkstemp(path), found;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	found = symbols_find(path, names, 2, out, room);
	unlink(path);
	return found;
}

static void functions_are_found(void **state)
{
	struct symbol s[4];

	/* In no order, with parts, data, longer names and BPF programs between. */
	assert_int_equal(find("ffffffff81000300 T xfrm_input_resume\n"
			      "ffffffff81000100 T xfrm_input\n"
			      "ffffffff81000180 d xfrm_input\n"
			      "ffffffff81000500 t xfrm_input.cold\n"
			      "ffffffff81000540 t next\n"
			      "ffffffffc0000000 t gro_cell_poll.constprop.0\t[cells]\n"
			      "ffffffffc0000020 t xfrm_input\t[bpf]\n"
			      "ffffffffc0000040 t last\t[cells]\n",
			      s, 4),
			 3);
	assert_int_equal(s[0].start, 0xffffffff81000100);
	assert_int_equal(s[0].size, 0x200);
	assert_int_equal(s[0].name, 0);
	assert_int_equal(s[1].start, 0xffffffff81000500);
	assert_int_equal(s[1].size, 0x40);
	assert_int_equal(s[2].name, 1);
	assert_int_equal(s[2].size, 0x40);
	/* No more than there is room for; the last one's end is not known. */
	assert_int_equal(find("10 T xfrm_input\n20 T xfrm_input\n30 T gro_cell_poll\n", s, 2), 2);
	assert_int_equal(find("10 T xfrm_input\n", s, 4), 1);
	assert_int_equal(s[0].size, 0);
}

static void hidden_addresses_are_told(void **state)
{
	struct symbol s[4];

	assert_int_equal(find("0000000000000000 T startup\n0000000000000000 T xfrm_input\n", s, 4),
			 -EACCES);
	assert_int_equal(find("", s, 4), 0);
	assert_int_equal(find("nonsense\n\n12 T\n", s, 4), 0);
	assert_int_equal(symbols_find("/nowhere", names, 2, s, 4), -ENOENT);
}

static struct stage_counts cpus[CPU_SETSIZE];
static struct stage_costs costs;

static void begin(void)
{
	memset(cpus, 0, sizeof(cpus));
}

static void decide(const struct stage_sa *sa, size_t n, struct stage_cost *cost)
{
	stage_costs(&(struct stage_facts){.seconds = 2, .cpu = cpus, .sa = sa, .n = n}, &costs,
		    cost);
}

static void near(double is, double wanted)
{
	assert_true(fabs(is - wanted) <= 1e-6 * fabs(wanted));
}

/* CPU 0 receives for half of its time, CPU 1 decrypts for a quarter and forwards for an eighth. */
static void one_sa(void **state)
{
	const struct stage_sa sa = {.packets = 500000, .bytes = 50000000, .cpu = 1};
	struct stage_cost cost;

	begin();
	cpus[0] = (struct stage_counts){.samples = {[STAGE_IDLE] = 500, [STAGE_RECEIVE] = 500},
					.polled = 1000000};
	cpus[1] = (struct stage_counts){.samples = {[STAGE_OTHER] = 500,
						    [STAGE_IDLE] = 125,
						    [STAGE_DECRYPT] = 250,
						    [STAGE_AFTER] = 125}};
	decide(&sa, 1, &cost);
	near(costs.receive, 1000);
	near(cost.decrypt, 1000);
	near(cost.after, 500);
	near(costs.spent[1][STAGE_OTHER], 1);
	assert_true(CPU_ISSET(0, &costs.where[STAGE_RECEIVE]));
	assert_int_equal(CPU_COUNT(&costs.where[STAGE_RECEIVE]), 1);
	assert_true(CPU_ISSET(1, &costs.where[STAGE_AFTER]));
}

/* What measuring took itself is taken off all. */
static void own_cost_is_taken_off(void **state)
{
	const struct stage_sa sa = {.packets = 1000000, .cpu = 3};
	struct stage_cost cost;

	begin();
	cpus[3] = (struct stage_counts){.samples = {[STAGE_DECRYPT] = 10}, .own_ns = 500000000};
	decide(&sa, 1, &cost);
	near(cost.decrypt, 1500);
	near(costs.own, 0.25);
	assert_true(isnan(costs.receive));
}

/* Two SAs of a CPU share by what cost.h says of packets and bytes; forwarding is by packets. */
static void sas_share_a_cpu(void **state)
{
	const struct stage_sa sas[] = {{.packets = 100000, .bytes = 10000000, .cpu = 0},
				       {.packets = 100000, .bytes = 140000000, .cpu = 0},
				       {.packets = 0, .cpu = 0}};
	struct cost each = cost_start();
	struct stage_cost cost[3];

	begin();
	cpus[0].samples[STAGE_DECRYPT] = 3;
	cpus[0].samples[STAGE_AFTER] = 1;
	decide(sas, 3, cost);
	near(cost[0].decrypt + cost[1].decrypt, 15000);
	near(cost[1].decrypt / cost[0].decrypt,
	     (each.packet + 1400 * each.byte) / (each.packet + 100 * each.byte));
	near(cost[0].after, 2500);
	near(cost[1].after, 2500);
	assert_true(isnan(cost[2].decrypt) && isnan(cost[2].after));
}

/* Of an SA whose CPU is not known: what the CPUs spent that decrypt none of the others. */
static void unknown_cpus_get_the_rest(void **state)
{
	const struct stage_sa sas[] = {{.packets = 1000000, .cpu = 0},
				       {.packets = 1000000, .cpu = -1}};
	struct stage_cost cost[2];

	begin();
	for (int cpu = 0; cpu < 3; cpu++)
		cpus[cpu].samples[STAGE_DECRYPT] = 1;
	decide(sas, 2, cost);
	near(cost[0].decrypt, 2000);
	near(cost[1].decrypt, 4000);
	assert_int_equal(cost[1].cpu, -1);
	/* One CPU that decrypts has them all. */
	cpus[0].samples[STAGE_DECRYPT] = cpus[2].samples[STAGE_DECRYPT] = 0;
	decide(&sas[1], 1, cost);
	near(cost[0].decrypt, 2000);
	assert_int_equal(cost[0].cpu, 1);
}

/* Decrypted packets that go on on other CPUs cost their SAs something all the same. */
static void after_may_be_elsewhere(void **state)
{
	const struct stage_sa sa = {.packets = 1000000, .cpu = 0};
	struct stage_cost cost;

	begin();
	cpus[0].samples[STAGE_DECRYPT] = 1;
	cpus[1].samples[STAGE_AFTER] = 1;
	cpus[2].samples[STAGE_DECRYPT] = 1; /* of strays: it is nobody's */
	decide(&sa, 1, &cost);
	near(cost.decrypt, 2000);
	near(cost.after, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_tells_the_stage),
		cmocka_unit_test(others_work_is_told_apart),
		cmocka_unit_test(ranges_have_ends),
		cmocka_unit_test(functions_are_found),
		cmocka_unit_test(hidden_addresses_are_told),
		cmocka_unit_test(one_sa),
		cmocka_unit_test(own_cost_is_taken_off),
		cmocka_unit_test(sas_share_a_cpu),
		cmocka_unit_test(unknown_cpus_get_the_rest),
		cmocka_unit_test(after_may_be_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
