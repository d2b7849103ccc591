// SPDX-License-Identifier: GPL-2.0-only
// The decisions of the methods of the NIC and the kernel: rules, tables, what must be set.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/claims.h"
#include "nic/rule.h"
#include "place/rules.h"
#include "plan/table_round.h"
#include "steer/method.h"

enum { RULES = 128, ROUNDS = 2000 };

static const struct {
	struct rule rule;
	const char *text;
} texts[] = {
	{{.family = 4, .protocol = IPPROTO_ESP, .spi = 0x1000, .queue = 2},
	 "flow-type esp4 src-ip 192.0.2.1 dst-ip 192.0.2.2 spi 0x00001000 action 2"},
	{{.family = 4, .protocol = IPPROTO_AH, .spi = 0xcafe0001, .queue = 0, .any_src = 1},
	 "flow-type ah4 dst-ip 192.0.2.2 spi 0xcafe0001 action 0"},
	{{.family = 6, .protocol = IPPROTO_ESP, .spi = 1, .queue = 11},
	 "flow-type esp6 src-ip 2001:db8::1 dst-ip 2001:db8::2 spi 0x00000001 action 11"},
	{{.family = 4, .protocol = IPPROTO_ESP, .udp = 1, .any_src = 1, .spi = 0xc1234567, .queue = 3},
	 "flow-type udp4 dst-ip 192.0.2.2 dst-port 4500 user-def 0x002ac123002c4567 action 3"},
	{{.family = 6, .protocol = IPPROTO_ESP, .udp = 1, .any_src = 1, .spi = 0xc1234567, .queue = 3},
	 "flow-type udp6 dst-ip 2001:db8::2 dst-port 4500 user-def 0x003ec12300404567 action 3"},
};

static struct rule rule_at(size_t i)
{
	struct rule rule = texts[i].rule;
	int af = rule.family == 4 ? AF_INET : AF_INET6;

	assert_int_equal(inet_pton(af, af == AF_INET ? "192.0.2.2" : "2001:db8::2", rule.dst), 1);
	if (!rule.any_src)
		inet_pton(af, af == AF_INET ? "192.0.2.1" : "2001:db8::1", rule.src);
	return rule;
}

/* Text, rule and the kernel's struct are three forms of the same. */
static void test_rule_forms(void **state)
{
	static const char *const bad[] = {
		"", "none", "flow-type esp4", "flow-type tcp4 dst-ip 192.0.2.2 spi 1 action 2",
		"flow-type esp4 dst-ip 192.0.2.2 spi 0x00001000 action 2 loc 4",
		"flow-type esp4 dst-ip 192.0.2.2 spi 0x1000 action 2",
		"flow-type esp4 dst-ip 2001:db8::2 spi 0x00001000 action 2",
		"flow-type udp4 dst-ip 192.0.2.2 dst-port 4501 user-def 0x002ac123002c4567 action 3"};
	struct ethtool_rx_flow_spec spec;
	char text[RULE_TEXT_LEN];
	struct rule again;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct rule rule = rule_at(i);

		assert_string_equal(rule_print(&rule, text), texts[i].text);
		assert_int_equal(rule_parse(texts[i].text, &again), 0);
		assert_memory_equal(&again, &rule, sizeof(rule));
		rule_to_spec(&rule, 7, &spec);
		assert_int_equal(spec.location, 7);
		assert_true(rule_of_spec(&spec, &again));
		assert_memory_equal(&again, &rule, sizeof(rule));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rule_parse(bad[i], &again), -EINVAL);
	spec.flow_type = TCP_V4_FLOW;
	assert_false(rule_of_spec(&spec, &again));
}

/* A rule does on a NIC what it says: its SA goes to its queue, and no other does. */
static void test_rules_on_a_nic(void **state)
{
	struct model_nic *nic = malloc(sizeof(*nic));
	struct ethtool_rx_flow_spec spec;

	assert_int_equal(model_nic_init(nic, model_find("iavf"), 16), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct rule rule = rule_at(i);
		struct flow flow = {
			.family = rule.family,
			.kind = rule.udp ? FLOW_ESP_UDP : rule.protocol == IPPROTO_AH ? FLOW_AH
										      : FLOW_ESP,
			.protocol = rule.udp ? IPPROTO_UDP : rule.protocol,
			.part = PART_WHOLE,
			.spi = rule.spi,
			.sport = rule.udp ? 4500 : 0,
			.dport = rule.udp ? 4500 : 0,
		};
		int other;

		memcpy(flow.dst, rule.dst, sizeof(flow.dst));
		inet_pton(rule.family == 4 ? AF_INET : AF_INET6,
			  rule.family == 4 ? "192.0.2.1" : "2001:db8::1", flow.src);
		other = model_queue(nic, &flow);
		rule.queue = (uint32_t)(other + 1) % 16;
		rule_to_spec(&rule, (uint32_t)i, &spec);
		assert_int_equal(model_rule_insert(nic, &spec), 0);
		assert_int_equal(model_queue(nic, &flow), (int)rule.queue);
		flow.spi ^= 0x10000;
		assert_int_equal(model_queue(nic, &flow), other);
	}
	model_nic_free(nic);
	free(nic);
}

static struct rules_entry entry(uint32_t sa, uint32_t queue)
{
	struct rules_entry one = {.queue = queue};

	memcpy(one.about, &sa, sizeof(sa));
	return one;
}

/* Carries a plan out on a toy NIC, which takes no rule for a place or an SA that has one. */
static void carry_out(int32_t *sa_at, uint32_t *queue_at, const struct rules_plan *plan,
		      const struct rules_entry *have, const struct rules_entry *wanted)
{
	for (size_t i = 0; i < plan->drop; i++) {
		assert_true(sa_at[have[i].location] >= 0);
		sa_at[have[i].location] = -1;
	}
	for (size_t i = 0; i < plan->add; i++) {
		int32_t sa;

		memcpy(&sa, wanted[i].about, sizeof(sa));
		assert_int_equal(sa_at[wanted[i].location], -1);
		for (int at = 0; at < RULES; at++)
			assert_int_not_equal(sa_at[at], sa);
		sa_at[wanted[i].location] = sa;
		queue_at[wanted[i].location] = wanted[i].queue;
	}
}

static size_t read_back(const int32_t *sa_at, const uint32_t *queue_at, struct rules_entry *have)
{
	size_t n = 0;

	for (uint32_t at = 0; at < RULES; at++) {
		if (sa_at[at] < 0)
			continue;
		have[n] = entry((uint32_t)sa_at[at], queue_at[at]);
		have[n++].location = at;
	}
	return n;
}

/* At random: places of others are never used, what fits is there, what need not change does not. */
static void test_rules_plan(void **state)
{
	struct rules_entry have[RULES], wanted[2 * RULES];
	uint32_t queue_at[RULES], foreign[8] = {3, 17, 127, 126, 64, 5000, 0, 90};
	int32_t sa_at[RULES], queue_of[2 * RULES];

	memset(sa_at, 0xff, sizeof(sa_at));
	srand(7);
	for (int round = 0; round < ROUNDS; round++) {
		size_t n_have = read_back(sa_at, queue_at, have), n = 0, most = RULES - 7, there = 0;
		size_t sas = (size_t)rand() % (round % 3 ? RULES : 2 * RULES);
		struct rules_plan plan;

		memset(queue_of, 0xff, sizeof(queue_of));
		for (size_t i = 0; i < sas; i++) {
			int sa = rand() % (2 * RULES);

			if (queue_of[sa] < 0)
				queue_of[sa] = rand() % 4;
			wanted[n++] = entry((uint32_t)sa, (uint32_t)queue_of[sa]);
		}
		assert_int_equal(rules_plan(&plan, have, n_have, wanted, n, foreign, 8, RULES), 0);
		carry_out(sa_at, queue_at, &plan, have, wanted);
		sas = 0;
		for (int sa = 0; sa < 2 * RULES; sa++)
			sas += queue_of[sa] >= 0;
		for (int at = 0; at < RULES; at++) {
			if (sa_at[at] < 0)
				continue;
			there++;
			assert_int_equal(queue_at[at], queue_of[sa_at[at]]);
			for (int i = 0; i < 8; i++)
				assert_int_not_equal(at, foreign[i]);
		}
		assert_int_equal(there, sas < most ? sas : most);
		assert_int_equal(plan.left_out, sas - there);
		n_have = read_back(sa_at, queue_at, have);
		assert_int_equal(rules_plan(&plan, have, n_have, wanted, n, foreign, 8, RULES), 0);
		assert_int_equal(plan.drop, 0);
		assert_int_equal(plan.add, 0);
	}
}

static void test_table_round(void **state)
{
	struct table_round *round = malloc(sizeof(*round));
	struct indir now;
	struct table_seen seen[8];

	assert_int_equal(indir_fill(&now, 128, 4), 0);
	for (uint32_t i = 0; i < 8; i++) /* all on queue 1: hashes 1, 5, 9, ... of 128 entries */
		seen[i] = (struct table_seen){0x80000000u + 1 + 4 * i, 1, 10};
	assert_int_equal(table_round(round, seen, 8, &now, 4), 0);
	assert_int_equal(round->verdict, TABLE_BETTER);
	assert_true(round->before == 1 && round->after == 0.25);
	/* written: the same SAs, where the new table puts them */
	now = round->plan.table;
	for (int i = 0; i < 8; i++)
		seen[i].queue = indir_pick(&now, seen[i].hash);
	assert_int_equal(table_round(round, seen, 8, &now, 4), 0);
	assert_int_equal(round->verdict, TABLE_EVEN);
	/* one is not where it should be */
	seen[5].queue ^= 1;
	assert_int_equal(table_round(round, seen, 8, &now, 4), 0);
	assert_int_equal(round->verdict, TABLE_STRAYS);
	/* a hash that nobody told: nothing is known of where that SA would go */
	seen[5].hash = 0;
	assert_int_equal(table_round(round, seen, 8, &now, 4), 0);
	assert_int_equal(round->verdict, TABLE_LITTLE);
	assert_int_equal(table_round(round, seen, 1, &now, 4), 0);
	assert_int_equal(round->verdict, TABLE_LITTLE);
	free(round);
}

/* A NIC of a model, after its driver was asked for @fields of esp4. */
static void facts_of(const char *name, uint64_t fields, struct nic_facts *facts)
{
	struct model_nic *nic = malloc(sizeof(*nic));
	struct ethtool_rxnfc set = {
		.cmd = ETHTOOL_SRXFH, .flow_type = AH_ESP_V4_FLOW, .data = fields};

	*facts = (struct nic_facts){.link.name = "eth0", .model = model_find(name)};
	assert_int_equal(model_nic_init(nic, model_find(name), 4), 0);
	if (fields)
		assert_int_equal(model_ethtool(nic, &set), 0);
	claims_gather(claims_ask_model, nic, &facts->claims);
	model_nic_free(nic);
	free(nic);
}

/* What method rss makes of it. */
static void rss_of(const char *name, uint64_t fields, struct needs_report *report)
{
	struct nic_facts facts;

	facts_of(name, fields, &facts);
	assert_int_equal(method_find("rss")->check(&facts, NULL, report), 0);
}

static void test_rss(void **state)
{
	const uint64_t sdfn = RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3;
	static const struct {
		const char *model;
		bool set;
		enum needs_verdict verdict;
		size_t changes;
	} cases[] = {
		{"mlx5", false, NEEDS_WARN, 0},	       {"ice", false, NEEDS_WARN, 0},
		{"vmxnet3-v6", false, NEEDS_WARN, 2},  {"vmxnet3-v6", true, NEEDS_WARN, 1},
		{"octeontx2", false, NEEDS_REFUSE, 0}, {"octeontx2", true, NEEDS_REFUSE, 0},
		{"i40e", false, NEEDS_REFUSE, 0},      {"ena", false, NEEDS_REFUSE, 0},
		{"virtio", false, NEEDS_REFUSE, 0},
	};
	struct needs_report report;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t changes = 0;

		rss_of(cases[i].model, cases[i].set ? sdfn : 0, &report);
		assert_int_equal(needs_worst(&report), cases[i].verdict);
		for (size_t f = 0; f < report.count; f++)
			changes += report.finding[f].verdict == NEEDS_CHANGE;
		assert_int_equal(changes, cases[i].changes);
		needs_report_free(&report);
	}
	assert_int_equal(method_find("rss")->check(&(struct nic_facts){0}, NULL, &report), 0);
	assert_int_equal(needs_worst(&report), NEEDS_REFUSE);
	needs_report_free(&report);
}

/* SAs on CPUs 0 and 2, strays on 3, IKE on 1. */
static int check_rps(const char *method, const struct nic_facts *facts, struct needs_report *report)
{
	struct cpu_roles roles = {.ike = 1};

	CPU_SET(0, &roles.sas);
	CPU_SET(2, &roles.sas);
	CPU_SET(3, &roles.strays);
	return method_find(method)->check(facts, &roles, report);
}

static void test_rps_plain(void **state)
{
	struct nic_queue queue = {.queue = 1, .rps_cpus = "00000000,00000005"};
	struct nic_facts facts = {.link = {.name = "eth0", .num_rx_queues = 3},
				  .channels.err = -EOPNOTSUPP,
				  .queues = 1,
				  .queue = &queue,
				  .rxhash = SWITCH_ON};
	struct needs_report report;

	claims_ask_nothing(&facts.claims);
	/* Queue 1 has the mask already; this driver's hash of ESP would be taken for the kernel's. */
	facts.model = model_find("octeontx2");
	assert_int_equal(check_rps("rps-plain", &facts, &report), 0);
	assert_int_equal(report.count, 4);
	assert_string_equal(report.finding[0].knob, "rx-hashing");
	assert_string_equal(report.finding[0].new_value, "off");
	assert_string_equal(report.finding[1].knob, "rx-0/rps_cpus");
	assert_string_equal(report.finding[1].old_value, "0");
	assert_string_equal(report.finding[1].new_value, "5");
	assert_string_equal(report.finding[2].knob, "rx-2/rps_cpus");
	assert_int_equal(report.finding[3].verdict, NEEDS_WARN);
	needs_report_free(&report);
	facts.rxhash = SWITCH_FIXED_ON;
	assert_int_equal(check_rps("rps-plain", &facts, &report), 0);
	assert_int_equal(needs_worst(&report), NEEDS_REFUSE);
	needs_report_free(&report);
	/* Without rxhash it is no other. */
	facts.rxhash = SWITCH_UNKNOWN;
	facts.model = model_find("airoha");
	assert_int_equal(check_rps("rps-plain", &facts, &report), 0);
	assert_int_equal(report.finding[0].verdict, NEEDS_REFUSE);
	assert_non_null(strstr(report.finding[0].text, "rxhash off too"));
	needs_report_free(&report);
	facts.rxhash = SWITCH_ON;
	facts.model = model_find("igb");
	assert_int_equal(check_rps("rps-plain", &facts, &report), 0);
	assert_int_not_equal(needs_worst(&report), NEEDS_REFUSE);
	assert_null(strstr(report.finding[0].text, "rxhash off"));
	needs_report_free(&report);
	/* Where the device decides, as where nothing is known, it is said. */
	facts.model = model_find("gve");
	assert_int_equal(check_rps("rps-plain", &facts, &report), 0);
	assert_int_equal(report.finding[0].verdict, NEEDS_WARN);
	assert_non_null(strstr(report.finding[0].text, "rxhash off"));
	needs_report_free(&report);
}

/* All that have a role are in the masks; without our dissector it is refused, and says why. */
static void test_rps(void **state)
{
	struct nic_facts facts = {.link = {.name = "eth0", .num_rx_queues = 8},
				  .channels.combined = 2, /* it is these that count */
				  .rxhash = SWITCH_ON};
	struct needs_report report;

	claims_ask_nothing(&facts.claims);
	facts.model = model_find("octeontx2");
	assert_int_equal(check_rps("rps", &facts, &report), 0);
	assert_string_equal(report.finding[0].knob, "rx-hashing");
	assert_string_equal(report.finding[1].knob, "rx-0/rps_cpus");
	assert_string_equal(report.finding[1].new_value, "f");
	assert_string_equal(report.finding[2].knob, "rx-1/rps_cpus");
	assert_int_equal(report.count, 4);
	assert_int_equal(report.finding[3].verdict, NEEDS_WARN);
	needs_report_free(&report);
	facts.model = model_find("airoha");
	assert_int_equal(check_rps("rps", &facts, &report), 0);
	assert_int_equal(needs_worst(&report), NEEDS_REFUSE);
	needs_report_free(&report);
	facts.model = NULL;
	facts.rps_err = -ENOENT;
	assert_int_equal(check_rps("rps", &facts, &report), 0);
	assert_int_equal(needs_worst(&report), NEEDS_REFUSE);
	assert_non_null(strstr(report.finding[0].text, "CONFIG_RPS"));
	needs_report_free(&report);
	facts.rps_err = 0;
	strcpy(facts.no_dissector, "another flow dissector is attached");
	assert_int_equal(check_rps("rps", &facts, &report), 0);
	assert_int_equal(report.count, 1);
	assert_int_equal(report.finding[0].verdict, NEEDS_REFUSE);
	assert_string_equal(report.finding[0].text, facts.no_dissector);
	needs_report_free(&report);
}

/* Only CPUs that get packets by RPS lose their flow limit, and where there is none nothing is said. */
static void test_flow_limit(void **state)
{
	struct nic_facts facts = {.link = {.name = "eth0", .num_rx_queues = 1},
				  .channels.combined = 1,
				  .rxhash = SWITCH_OFF};
	const struct needs_finding *change;
	struct needs_report report;
	char line[256];

	strcpy(facts.flow_limit, "f6");
	assert_int_equal(check_rps("rps", &facts, &report), 0);
	change = &report.finding[1];
	assert_string_equal(change->knob, "net/core/flow_limit_cpu_bitmap");
	assert_string_equal(change->old_value, "f6");
	assert_string_equal(change->new_value, "f0");
	assert_true(change->optional && change->kind == UNDO_SYSCTL);
	assert_true(needs_command(&facts, change, line, sizeof(line)));
	assert_string_equal(line, "sysctl -w net/core/flow_limit_cpu_bitmap=f0");
	needs_report_free(&report);
	for (int i = 0; i < 2; i++) {
		strcpy(facts.flow_limit, i ? "f0" : "");
		assert_int_equal(check_rps("rps", &facts, &report), 0);
		assert_string_equal(report.finding[0].knob, "rx-0/rps_cpus");
		assert_int_equal(report.count, 2);
		needs_report_free(&report);
	}
}

/* The change of a NIC that sprays, NULL: there is none. */
static const struct needs_finding *against_spray(const struct needs_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->finding[i].what == NEEDS_SPRAY)
			return &report->finding[i];
	return NULL;
}

/* octeontx2 with `esp4 sdfn` gets back what its driver had at first, and what that reads back as. */
static void test_no_spray(void **state)
{
	const uint64_t sd = RXH_IP_SRC | RXH_IP_DST, sdfn = sd | RXH_L4_B_0_1 | RXH_L4_B_2_3;
	static const char *const names[] = {"xdp", "rps", "rps-plain"};
	struct needs_report report;
	struct nic_facts facts;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct needs_finding *change;

		facts_of("octeontx2-vf", sdfn, &facts);
		assert_int_equal(check_rps(names[i], &facts, &report), 0);
		change = against_spray(&report);
		assert_non_null(change);
		assert_int_equal(change->verdict, NEEDS_CHANGE);
		assert_int_equal(change->kind, UNDO_FIELDS);
		assert_true(change->optional);
		assert_string_equal(change->knob, "esp4");
		assert_string_equal(change->old_value, "sdfn");
		assert_string_equal(change->new_value, "vsd");
		needs_report_free(&report);
		/* What it is changed to needs no change, and neither do those that hash the SPI. */
		facts_of("octeontx2", sd | RXH_VLAN, &facts);
		assert_int_equal(check_rps(names[i], &facts, &report), 0);
		assert_null(against_spray(&report));
		needs_report_free(&report);
		facts_of("vmxnet3-v6", sdfn, &facts);
		assert_int_equal(check_rps(names[i], &facts, &report), 0);
		assert_null(against_spray(&report));
		needs_report_free(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_forms), cmocka_unit_test(test_rules_on_a_nic),
		cmocka_unit_test(test_rules_plan), cmocka_unit_test(test_table_round),
		cmocka_unit_test(test_rss),	   cmocka_unit_test(test_rps_plain),
		cmocka_unit_test(test_flow_limit), cmocka_unit_test(test_rps),	   cmocka_unit_test(test_no_spray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
