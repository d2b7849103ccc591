// SPDX-License-Identifier: GPL-2.0-only
// What `show --json` prints of a snapshot.
#include "cmd/show/print.h"
#include "show_fixture.h"
#include "snapshot_fixture.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <json-c/json.h>

#include <cmocka.h>

/* The keys that espalier-show(8) promises, and their types. */
static void json_host(void **state)
{
	struct maps *maps = *state;
	struct json_object *root, *first;
	struct snapshot s;

	add(maps, 1, 0x401, 1, 3);
	add(maps, 2, 0x402, 2, 2);
	ring_state(maps, 2)->drops = 4;
	ring_state(maps, 1)->runs = 7;
	ring_state(maps, 1)->bytes = 900;
	s = take(maps);
	root = print_json(&s);
	has(root, "iaadaoooooooooaonn", "version", "interfaces", "cpus", "imbalance", "sas",
	    "strays", "ike", "fragments", "hands_off", "transit", "drops", "settings", "table",
	    "daemon", "warnings", "moves", "rounds", "costs");
	has_int(root, "version", 1);
	assert_float_equal(json_object_get_double(member(root, "imbalance")), 3 / (5 / 3.0), 1e-9);
	assert_int_equal(json_object_array_length(member(root, "interfaces")), 1);
	first = json_object_array_get_idx(member(root, "interfaces"), 0);
	has(first, "sso", "interface", "method", "other");
	has_string(first, "interface", "eth7");
	has_string(first, "method", "xdp");
	has_counts(first, "other", 10, 1000);
	assert_int_equal(json_object_array_length(member(root, "cpus")), 3);
	/* What the ring took, whatever SAs are on the CPU now. */
	first = json_object_array_get_idx(member(root, "cpus"), 0);
	has(first, "iiii", "cpu", "sas", "packets", "bytes");
	has_int(first, "packets", 7);
	has_int(first, "bytes", 900);
	has_counts(root, "strays", 10 + CLASS_STRAY, 1000 + CLASS_STRAY);
	has_counts(root, "ike", 110 + CLASS_IKE, 6000 + CLASS_IKE);
	has_counts(root, "fragments", 10 + CLASS_FRAGMENT, 1000 + CLASS_FRAGMENT);
	has_counts(root, "hands_off", 10 + CLASS_HANDS_OFF, 1000 + CLASS_HANDS_OFF);
	has_counts(root, "transit", 10 + CLASS_TRANSIT, 1000 + CLASS_TRANSIT);
	has_int(member(root, "drops"), "rings", 4);
	has_int(member(root, "drops"), "stray_limit", 10 + CLASS_LIMITED);
	json_object_put(root);
	snapshot_free(&s);
}

static void json_loads(void **state)
{
	struct maps *maps = *state;
	struct json_object *root, *first;
	struct snapshot s;

	add(maps, 1, 0x701, 1, 1)->load = 750000;
	add(maps, 2, 0x702, 2, 100)->load = LOAD_UNKNOWN;
	make_round(maps);
	s = take(maps);
	root = print_json(&s);
	has(member(root, "moves"), "ininn", "pending", "longest_pending_ms", "done", "median_ms",
	    "worst_ms");
	has(member(root, "rounds"), "iisiidddsd", "interval_ms", "made", "last", "moved", "drained",
	    "most", "most_after", "fair", "heaviest", "heaviest_load");
	has_string(member(root, "rounds"), "last", "bound");
	has_string(member(root, "rounds"), "heaviest", "0x00000701");
	has(member(root, "costs"), "ddd", "packet_ns", "byte_ns", "receive_ns");
	assert_true(json_object_is_type(member(root, "kept"), json_type_null));
	has(member(root, "inner"), "snnia", "state", "spi", "interface", "interface_count", "cpus");
	has_string(member(root, "inner"), "state", "off");
	first = json_object_array_get_idx(member(root, "cpus"), 0);
	has(first, "ddd", "load", "other", "share");
	assert_float_equal(json_object_get_double(member(first, "load")), 0.75, 1e-9);
	first = json_object_array_get_idx(member(root, "sas"), 0);
	has(first, "ddn", "load", "share", "waiting_ms");
	has(json_object_array_get_idx(member(root, "sas"), 1), "nd", "load", "share");
	/* The bound, with what helps. */
	assert_int_equal(json_object_array_length(member(root, "warnings")), 1);
	assert_non_null(strstr(json_object_to_json_string(member(root, "warnings")), "RFC 9611"));
	json_object_put(root);
	snapshot_free(&s);
}

static void json_sas(void **state)
{
	struct maps *maps = *state;
	struct sa_cold *cold = add(maps, 1, 0xc0ffee01, 1, 3);
	struct json_object *root, *sa;
	struct snapshot s;

	cold->reqid = 4294967295;
	cold->moves = 2;
	cold->if_id = 8;
	cold = add(maps, 2, 0x5, 2, 9000000000000ull);
	cold->flags = COLD_UDP | COLD_LEARNED;
	cold->family = AF_INET6;
	cold->pcpu = 1;
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", cold->src), 1);
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::2", cold->dst), 1);
	cold = add(maps, 3, 0x6, 2, 1);
	cold->protocol = IPPROTO_AH;
	memset(cold->src, 0, sizeof(cold->src));
	set_word(maps, 3, 0x6, 2, 2, SA_HANDS_OFF);
	s = take(maps);
	root = print_json(&s);
	assert_int_equal(json_object_array_length(member(root, "sas")), 3);
	sa = json_object_array_get_idx(member(root, "sas"), 0);
	has(sa, "nsssniiniiisii", "src", "dst", "spi", "protocol", "cpu", "packets", "bytes",
	    "pcpu", "replay_window", "reqid", "if_id", "state", "moves", "references");
	has_string(sa, "spi", "0x00000006");
	has_string(sa, "protocol", "ah");
	has_string(sa, "state", "hands_off");
	sa = json_object_array_get_idx(member(root, "sas"), 1);
	has(sa, "sssssiiiniiisi", "src", "dst", "spi", "protocol", "encap", "cpu", "packets",
	    "bytes", "pcpu", "replay_window", "reqid", "if_id", "state", "moves");
	has_string(sa, "src", "10.0.0.1");
	has_string(sa, "dst", "10.0.0.2");
	has_string(sa, "spi", "0xc0ffee01");
	has_string(sa, "protocol", "esp");
	has_string(sa, "encap", "none");
	has_string(sa, "source", "kernel");
	has_string(sa, "state", "valid");
	has_int(sa, "cpu", 0);
	has_int(sa, "replay_window", 64);
	has_int(sa, "reqid", 4294967295);
	has_int(sa, "moves", 2);
	has_int(sa, "if_id", 8);
	sa = json_object_array_get_idx(member(root, "sas"), 2);
	has_string(sa, "dst", "2001:db8::2");
	has_string(sa, "encap", "udp");
	has_string(sa, "state", "learned");
	has_string(sa, "source", "learned");
	has_int(sa, "pcpu", 1);
	/* Exact, where the text says "9.00 T". */
	has_int(sa, "packets", 9000000000000);
	json_object_put(root);
	snapshot_free(&s);
}

/* Nothing is steered: the same keys, empty. */
static void json_nothing(void **state)
{
	struct snapshot s = {0};
	struct json_object *root = print_json(&s);

	has(root, "iaanaoooooo", "version", "interfaces", "cpus", "imbalance", "sas", "strays",
	    "ike", "fragments", "hands_off", "transit", "drops");
	assert_int_equal(json_object_array_length(member(root, "interfaces")), 0);
	assert_int_equal(json_object_array_length(member(root, "cpus")), 0);
	assert_int_equal(json_object_array_length(member(root, "sas")), 0);
	assert_int_equal(json_object_array_length(member(root, "warnings")), 0);
	json_object_put(root);
}

/* A CPU of its own, and others for what its packets become. */
static void what_a_heavy_sa_is_given(void **state)
{
	struct maps *maps = *state;
	struct report_inner *inner = &maps->report->inner;
	struct json_object *root, *its;
	struct show_view view = {0};
	struct snapshot s;
	char *text;

	add(maps, 1, 0x701, 1, 1);
	make_round(maps);
	maps->report->round.kept = 1;
	maps->report->round.kept_cpu = 1;
	maps->report->round.kept_spi = 0x701;
	*inner = (struct report_inner){
		.state = INNER_SPREAD, .interfaces = 2, .spi = 0x701, .name = "ipsec0", .cpus = {0xd, 1}};
	s = take(maps);
	root = print_json(&s);
	its = member(root, "kept");
	has(its, "is", "cpu", "spi");
	assert_int_equal(json_object_get_int(member(its, "cpu")), 1);
	has_string(its, "spi", "0x00000701");
	its = member(root, "inner");
	has_string(its, "state", "spread");
	has_string(its, "interface", "ipsec0");
	assert_string_equal(json_object_to_json_string_ext(member(its, "cpus"), JSON_C_TO_STRING_PLAIN),
			    "[0,2,3,64]");
	json_object_put(root);
	view.interfaces = s.interfaces;
	text = print(&s, false, view);
	assert_non_null(strstr(text, "CPU 1 is kept for SA 0x00000701"));
	assert_non_null(strstr(text, "Inner flows of ipsec0 go to CPUs 0,2-3,64, and of 1 more"));
	free(text);
	snapshot_free(&s);
	/* What no daemon of ours wrote misleads nobody. */
	inner->state = INNER_STATES;
	maps->report->round.kept_cpu = CPU_SETSIZE;
	s = take(maps);
	assert_int_equal(s.heavy.state, INNER_OFF);
	assert_int_equal(s.heavy.cpu, -1);
	snapshot_free(&s);
}

#define ON_MAPS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MAPS(json_host),
		ON_MAPS(json_loads),
		ON_MAPS(what_a_heavy_sa_is_given),
		ON_MAPS(json_sas),
		cmocka_unit_test(json_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
