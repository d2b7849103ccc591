// SPDX-License-Identifier: GPL-2.0-only
// What `show` prints of a snapshot: the sentence, the tables, the warnings.
#include "cmd/show/pick.h"
#include "cmd/show/print.h"
#include "view/human.h"
#include "show_fixture.h"
#include "snapshot_fixture.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include <cmocka.h>

/* One interface, all of whose frames have their headers beyond the first buffer. */
static int all_beyond(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (index == 2)
		sum->by_class[CLASS_BEYOND] = (struct count){31000, 277000000};
	return 0;
}

/* One interface, 198,000 strays. */
static int many_strays(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (index == 2)
		sum->by_class[CLASS_STRAY] = (struct count){198001, 277000000};
	return 0;
}

static int zero_counts(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	return 0;
}

/* Runs of blanks and line ends are one blank. */
static char *flat(const char *text)
{
	char *copy = calloc(1, strlen(text) + 1), *to = copy;

	assert_non_null(copy);
	for (; *text; text++)
		if (!strchr(" \n", *text))
			*to++ = *text;
		else if (to != copy && to[-1] != ' ')
			*to++ = ' ';
	return copy;
}

/* However its lines are filled. */
static bool has_words(const char *text, const char *part)
{
	char *a = flat(text), *b = flat(part);
	bool found = strstr(a, b);

	free(a);
	free(b);
	return found;
}

static void contains(const char *text, const char *part)
{
	if (!has_words(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (has_words(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static size_t occurrences(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void text_nothing(void **state)
{
	struct snapshot s = {0};
	char *text = print(&s, false, (struct show_view){0});

	assert_int_equal(occurrences(text, "\n"), 1);
	contains(text, "Nothing is steered");
	free(text);
	text = print(&s, false, (struct show_view){.only = "eth1"});
	assert_string_equal(text, "eth1 is not steered.\n");
	free(text);
}

static void text_host(void **state)
{
	struct maps *maps = *state;
	struct show_view view = {.interfaces = 1};
	struct snapshot s;
	char *text;

	for (__u32 i = 0; i < 25; i++)
		add(maps, i, 0x500 + i, 1 + i % 3, 1000 * (i + 1));
	assert_int_equal(snapshot_take(&s, maps, zero_counts, NOW), 0);
	text = print(&s, false, view);
	assert_memory_equal(text, "eth7 is steered by xdp: 25 SAs on 3 CPUs, imbalance ", 52);
	/* The 20 heaviest, the heaviest first, and a word about the others. */
	assert_int_equal(occurrences(text, "0x000005"), 20);
	assert_true(strstr(text, "0x00000518") < strstr(text, "0x00000517"));
	assert_null(strstr(text, "0x00000500"));
	contains(text, "5 lighter SAs");
	contains(text, "25.0 k");
	contains(text, "no packet of an SA lost");
	assert_null(strstr(text, "Settings"));
	assert_null(strstr(text, "warning"));
	free(text);
	text = print_to(&s, false, view, true);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (human_width(line) > 80)
			fail_msg("over 80 columns: %s", line);
	free(text);
	view.all = true;
	text = print(&s, false, view);
	assert_int_equal(occurrences(text, "0x000005"), 25);
	free(text);
	view.wide = true;
	text = print(&s, false, view);
	contains(text,
		 "Settings: rings of 512 frames, nice -10, strays on CPU 3, IKE on CPU 0, no");
	contains(text, "Table: 25 SAs in 512 places, made for 100; 0 found no place.");
	contains(text, "Daemon: alive, last at work 0.4 s ago.");
	free(text);
	snapshot_free(&s);
}

/* Only what was asked for, in the order that was asked for. */
static void text_picked(void **state)
{
	struct maps *maps = *state;
	struct show_pick pick = {.cpu = -1, .by_reqid = true, .reqid = 7};
	struct show_view view = {.interfaces = 1, .picked = true, .sort = snapshot_by_spi};
	struct snapshot s;
	char *text;

	for (__u32 i = 0; i < 25; i++)
		add(maps, i, 0x500 + i, 1 + i % 3, 1000 * (i + 1))->reqid = i < 5 ? 7 : 8;
	s = take(maps);
	assert_true(show_picks(&pick));
	show_pick(&s, &pick);
	text = print(&s, false, view);
	assert_int_equal(occurrences(text, "0x000005"), 5);
	assert_true(strstr(text, "0x00000500") < strstr(text, "0x00000501"));
	assert_null(strstr(text, "other packets"));
	free(text);
	snapshot_free(&s);
	s = take(maps);
	pick = (struct show_pick){.cpu = 1, .spi = 0x504};
	show_pick(&s, &pick);
	assert_int_equal(s.sas, 1);
	assert_int_equal(s.used, 25);
	snapshot_free(&s);
	s = take(maps);
	pick = (struct show_pick){.cpu = -1, .peer = {.family = AF_INET, .bytes = {10, 0, 0, 9}}};
	show_pick(&s, &pick);
	assert_int_equal(s.sas, 0);
	snapshot_free(&s);
}

/* Who is fixed where is told: else `move SPI auto` is a guess. */
static void text_fixed(void **state)
{
	struct maps *maps = *state;
	struct json_object *root, *sas;
	struct snapshot s;
	char *text;

	add(maps, 1, 0x501, 1, 10);
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	assert_null(strstr(text, "fixed by"));
	free(text);
	snapshot_free(&s);
	add(maps, 2, 0x502, 1, 9)->hand = 0;
	add(maps, 3, 0x503, 1, 8)->file = 0;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "fixed by");
	contains(text, "hand");
	free(text);
	root = print_json(&s);
	sas = member(root, "sas");
	has(json_object_array_get_idx(sas, 0), "n", "fixed");
	has_string(json_object_array_get_idx(sas, 1), "fixed", "hand");
	has_string(json_object_array_get_idx(sas, 2), "fixed", "file");
	json_object_put(root);
	snapshot_free(&s);
}

/* Packets came, but none lately: that is not "no packets". */
static void text_idle(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	char *text;

	assert_int_equal(snapshot_take(&s, maps, many_strays, NOW), 0);
	s.imbalance = NAN;
	s.taken.packets = 5;
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "idle at the moment, no packet of an SA lost");
	lacks(text, "no packets yet");
	free(text);
	snapshot_free(&s);
}

/* All that arrives is unknown: the loudest of warnings, and no word of "no packets". */
static void text_unknown(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	char *text;

	maps->report->lately.mark[0] = (struct mark){.time_ns = NOW - 12000000000ull, .strays = 1};
	assert_int_equal(snapshot_take(&s, maps, many_strays, NOW), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "no packet of an SA yet");
	lacks(text, "no packets");
	lacks(text, "lost");
	contains(text, "warning: all of the IPsec that arrives (198 k packets in the last 12 s) is "
		       "of SAs");
	contains(text, "--learn");
	contains(text, "namespace");
	free(text);
	snapshot_free(&s);
	/* Half as many of known SAs: that is no cause for alarm. */
	ring_state(maps, 1)->runs = 300000;
	assert_int_equal(snapshot_take(&s, maps, many_strays, NOW), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	assert_null(strstr(text, "warning"));
	free(text);
	snapshot_free(&s);
}

/* Alone on its CPU since the other one is busy with something else: the sentence says so. */
static void text_other_work(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	char *text;

	add(maps, 1, 0x501, 1, 1000);
	make_round(maps);
	maps->report->round.why = ROUND_EVEN;
	maps->report->cpu[1].other = 340000;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "CPU 1 is 34% busy with other work, which counts too.");
	free(text);
	maps->report->cpu[1].other = 0;
	snapshot_free(&s);
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	lacks(text, "busy with");
	free(text);
	snapshot_free(&s);
}

/* A loss is told with its time, and is news for an hour. */
static void text_losses(void **state)
{
	struct maps *maps = *state;
	struct lately *lately = &maps->report->lately;
	struct snapshot s;
	char *text;

	maps->host->stray_limit = 745;
	lately->mark[0] = (struct mark){.time_ns = NOW - 22000000000ull};
	lately->mark[1] =
		(struct mark){.time_ns = NOW - 12000000000ull, .lost = {[LOSS_STRAY_LIMIT] = 16}};
	lately->last_ns[LOSS_STRAY_RING] = NOW - 240000000000ull;
	lately->mark[0].lost[LOSS_STRAY_RING] = lately->mark[1].lost[LOSS_STRAY_RING] = 3;
	ring_state(maps, 1)->drops = 1234567;
	ring_state(maps, STRAY_RING)->drops = 3;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "lost 1.23 M packets of SAs since the start (1.23 M in the last 22 s)");
	contains(text, "warning: full rings lost 3 strays since the start (the last 4 min ago)");
	contains(text, "--stray-limit 745 dropped 16 strays since the start (16 in the last 22 s)");
	contains(text, "1.23 M packets of SAs lost");
	free(text);
	snapshot_free(&s);
	/* An hour and a half later, without more of it: not a word, but of the SAs' in the
	 * headline. */
	lately->mark[0].time_ns += 5400000000000ull;
	lately->mark[1].time_ns += 5400000000000ull;
	lately->mark[0].lost[LOSS_SA_RING] = lately->mark[1].lost[LOSS_SA_RING] = 1234567;
	lately->mark[0].lost[LOSS_STRAY_LIMIT] = 16;
	lately->last_ns[LOSS_SA_RING] = lately->last_ns[LOSS_STRAY_LIMIT] = NOW;
	maps->host->heartbeat_ns = NOW + 5400000000000ull;
	assert_int_equal(snapshot_take(&s, maps, made_up_counts, NOW + 5400000000000ull), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	assert_null(strstr(text, "warning"));
	contains(text, "1.23 M packets of SAs lost (the last 90 min ago).");
	free(text);
	snapshot_free(&s);
}

/* What backlogs lost counts from when the daemon first saw it, and only where a method goes through them. */
static void text_backlogs(void **state)
{
	const struct snapshot_kernel counted = {.backlog_lost = 5300};
	struct maps *maps = *state;
	struct report *report = maps->report;
	struct snapshot s;
	char *text;

	s = take(maps);
	snapshot_kernel(&s, maps, &counted, NOW);
	assert_int_equal(s.backlog_lost, 0);
	snapshot_free(&s);
	report->backlog_seen = 5000;
	report->backlog_lost = 12;
	report->backlog_noted = 1;
	s = take(maps);
	snapshot_kernel(&s, maps, &counted, NOW);
	assert_int_equal(s.backlog_lost, 12);
	snapshot_free(&s);
	strcpy(maps->host->interface[2].method, "rps");
	report->lately.mark[0] =
		(struct mark){.time_ns = NOW - 14000000000ull, .lost = {[LOSS_BACKLOG] = 12}};
	s = take(maps);
	snapshot_kernel(&s, maps, &counted, NOW);
	assert_int_equal(s.backlog_lost, 312);
	text = print(&s, false, (struct show_view){.interfaces = 1, .wide = true});
	contains(text, "312 packets on backlogs lost (300 in the last 14 s).");
	contains(text, "warning: backlogs of CPUs, through which the kernel's software steering goes, "
		       "lost 312 packets since the start (300 in the last 14 s)");
	contains(text, "backlogs 312 packets; the stray limit");
	free(text);
	snapshot_free(&s);
	/* A CPU went offline, and what it lost is told no more. */
	report->backlog_seen = 6000;
	s = take(maps);
	snapshot_kernel(&s, maps, &counted, NOW);
	assert_int_equal(s.backlog_lost, 12);
	snapshot_free(&s);
}

/* What replay windows refused is the sender's doing where nothing of ours can have done it. */
static void text_order(void **state)
{
	struct maps *maps = *state;
	struct lately *lately = &maps->report->lately;
	struct snapshot s;
	char *text;

	lately->mark[0] =
		(struct mark){.time_ns = NOW - 14000000000ull, .refused = 1000, .moves = 5};
	maps->report->move_times.done = 5;
	s = take(maps);
	snapshot_kernel(&s, maps, &(struct snapshot_kernel){.refused = 1000}, NOW);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	lacks(text, "replay windows");
	free(text);
	snapshot_kernel(&s, maps, &(struct snapshot_kernel){.refused = 1312}, NOW);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text,
		 "warning: replay windows refused 312 packets in the last 14 s "
		 "(XfrmInStateSeqError), while no SA moved and no ring lost any: the sender, or "
		 "the path, puts them out of order.");
	contains(text, "replay_window = 1024");
	free(text);
	snapshot_free(&s);
	/* A move was completed meanwhile: it may be either. */
	maps->report->move_times.done = 6;
	s = take(maps);
	snapshot_kernel(&s, maps, &(struct snapshot_kernel){.refused = 1312}, NOW);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "while SAs moved or rings lost packets");
	lacks(text, "the path");
	free(text);
	snapshot_free(&s);
}

/* The same of losses, of a move under way, and where nobody knows what rings lose. */
static void order_is_judged(void **state)
{
	struct lately_seen seen = {.seconds = 12, .refused = 3};

	assert_int_equal(lately_order(&seen, false), ORDER_SENDER);
	assert_int_equal(lately_order(&seen, true), ORDER_ANY);
	seen.lost[LOSS_IKE_RING].lately = 1;
	assert_int_equal(lately_order(&seen, false), ORDER_SENDER);
	seen.lost[LOSS_SA_RING].lately = 1;
	assert_int_equal(lately_order(&seen, false), ORDER_ANY);
	seen.refused = 0;
	assert_int_equal(lately_order(&seen, true), ORDER_FINE);
}

static void text_warnings(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	struct json_object *root;
	char *text;

	maps->host->heartbeat_ns = NOW - 34000000000ull;
	maps->report->table_full = 12;
	maps->report->lately.mark[0] = (struct mark){
		.time_ns = NOW - 12000000000ull, .known = 100, .lost = {[LOSS_STRAY_LIMIT] = 16}};
	ring_state(maps, 1)->drops = 1234567;
	ring_state(maps, STRAY_RING)->drops = 3;
	ring_state(maps, IKE_RING)->drops = 4;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "warning: no daemon for 34 s");
	contains(text, "warning: the table is full: 12 SAs");
	contains(text, "warning: full rings lost 1.23 M packets of SAs");
	contains(text, "warning: full rings lost 3 strays");
	contains(text, "warning: full rings lost 4 packets of IKE");
	free(text);
	root = print_json(&s);
	assert_int_equal(json_object_array_length(member(root, "warnings")), 5);
	json_object_put(root);
	snapshot_free(&s);
}

/* Where the programs cannot read headers, nothing is steered: not a word would be the worst answer.
 */
static void text_headers_out_of_reach(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	struct json_object *root;
	char *text;

	assert_int_equal(snapshot_take(&s, maps, all_beyond, NOW), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "warning: eth7: 31.0 k packets of IPsec were not steered");
	contains(text, "out of reach");
	free(text);
	root = print_json(&s);
	has_counts(root, "beyond", 31000, 277000000);
	json_object_put(root);
	snapshot_free(&s);
}

#define ON_MAPS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_nothing),
		ON_MAPS(text_host),
		ON_MAPS(text_picked),
		ON_MAPS(text_fixed),
		ON_MAPS(text_idle),
		ON_MAPS(text_unknown),
		ON_MAPS(text_other_work),
		ON_MAPS(text_losses),
		ON_MAPS(text_warnings),
		ON_MAPS(text_backlogs),
		ON_MAPS(text_order),
		ON_MAPS(order_is_judged),
		ON_MAPS(text_headers_out_of_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
