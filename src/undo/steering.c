// SPDX-License-Identifier: GPL-2.0-only
// The NIC's own steering: hash fields by ethtool(8)'s word for a flow type ("esp4" is AH_ESP_V4_FLOW)
// with values like "sdfn", and rules by their location (nic/rule.h).
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "nic/ethtool.h"
#include "nic/ethtool_rules.h"
#include "nic/rule.h"
#include "undo/knob_kind.h"

static const struct {
	const char *word;
	uint32_t type;
} flows[] = {
	{"esp4", AH_ESP_V4_FLOW}, {"esp6", AH_ESP_V6_FLOW}, {"udp4", UDP_V4_FLOW},
	{"udp6", UDP_V6_FLOW},
};

/* In the order in which ethtool's manual page names the letters. */
static const struct {
	char letter;
	uint64_t bit;
} letters[] = {
	{'m', RXH_L2DA},   {'v', RXH_VLAN},  {'t', RXH_L3_PROTO},  {'s', RXH_IP_SRC},
	{'d', RXH_IP_DST}, {'f', RXH_L4_B_0_1}, {'n', RXH_L4_B_2_3},
};

enum {
	FLOWS = sizeof(flows) / sizeof(flows[0]),
	LETTERS = sizeof(letters) / sizeof(letters[0]),
};

static int flow_of(const char *knob)
{
	for (int i = 0; i < FLOWS; i++)
		if (!strcmp(flows[i].word, knob))
			return i;
	return -1;
}

static bool fields_valid(const char *knob)
{
	return flow_of(knob) >= 0;
}

static int fields_read(int ethtool, const char *ifname, const char *knob, char **value)
{
	char text[LETTERS + 1];
	uint64_t fields;
	int err = ethtool_fields(ethtool, ifname, flows[flow_of(knob)].type, &fields), n = 0;

	if (err)
		return err;
	for (int i = 0; i < LETTERS; i++)
		if (fields & letters[i].bit)
			text[n++] = letters[i].letter;
	text[n] = 0;
	return knob_give(strdup(n ? text : UNDO_NONE), value);
}

/*
 * bnxt: what is set of a type of IPv6 takes plain IPv6's hash away, and the addresses of a type that
 * it does not tell apart bring it back (model->sdfn_breaks_v6). @before: what was hashed.
 */
static int keep_plain_v6(int ethtool, const char *ifname, uint64_t before)
{
	uint64_t now;

	if (!before || ethtool_fields(ethtool, ifname, IPV6_FLOW, &now) || now)
		return 0;
	return ethtool_fields_set(ethtool, ifname, SCTP_V6_FLOW, RXH_IP_SRC | RXH_IP_DST);
}

static int fields_write(int ethtool, const char *ifname, const char *knob, const char *value)
{
	uint64_t fields = 0, before, plain, now;
	uint32_t type = flows[flow_of(knob)].type;
	int err;

	for (const char *at = strcmp(value, UNDO_NONE) ? value : ""; *at; at++) {
		int i = 0;

		while (i < LETTERS && letters[i].letter != *at)
			i++;
		if (i == LETTERS)
			return -EINVAL;
		fields |= letters[i].bit;
	}
	err = ethtool_fields(ethtool, ifname, type, &before);
	if (err)
		return err;
	if (!fields || ethtool_fields(ethtool, ifname, IPV6_FLOW, &plain))
		plain = 0;
	err = ethtool_fields_set(ethtool, ifname, type, fields);
	if (!err)
		err = keep_plain_v6(ethtool, ifname, plain);
	/* Some drivers take a part of what was asked for: not to be left, since it is not recorded. */
	if (err && !ethtool_fields(ethtool, ifname, type, &now) && now != before)
		(void)ethtool_fields_set(ethtool, ifname, type, before);
	return err;
}

const struct knob_kind knob_fields = {
	.word = "rx-flow-hash",
	.valid = fields_valid,
	.way = knobs_ethtool,
	.read = fields_read,
	.write = fields_write,
};

static bool rule_valid(const char *knob)
{
	size_t len = strlen(knob);

	return len && len < 10 && strspn(knob, "0123456789") == len;
}

/* Drivers say all sorts of errors for an empty place: the list of rules tells it. */
static int is_there(int ethtool, const char *ifname, uint32_t location)
{
	struct nic_rules rules;
	int there = 0, err = ethtool_rules(ethtool, ifname, &rules);

	if (err)
		return err;
	for (uint32_t i = 0; i < rules.count; i++)
		there |= rules.location[i] == location;
	ethtool_rules_free(&rules);
	return there;
}

static int rule_read(int ethtool, const char *ifname, const char *knob, char **value)
{
	uint32_t location = (uint32_t)strtoul(knob, NULL, 10);
	int there = is_there(ethtool, ifname, location), err = 0;
	struct ethtool_rx_flow_spec spec;
	char text[RULE_TEXT_LEN] = UNDO_NONE;
	struct rule rule;

	if (there < 0)
		return there;
	if (there)
		err = ethtool_rule(ethtool, ifname, location, &spec);
	if (err)
		return err;
	if (there && rule_of_spec(&spec, &rule))
		rule_print(&rule, text);
	else if (there)
		strcpy(text, "a rule of another kind");
	return knob_give(strdup(text), value);
}

static int rule_write(int ethtool, const char *ifname, const char *knob, const char *value)
{
	uint32_t location = (uint32_t)strtoul(knob, NULL, 10);
	struct ethtool_rx_flow_spec spec;
	struct rule rule;
	int err;

	if (!strcmp(value, UNDO_NONE))
		return ethtool_rule_delete(ethtool, ifname, location);
	err = rule_parse(value, &rule);
	if (err)
		return err;
	rule_to_spec(&rule, location, &spec);
	return ethtool_rule_insert(ethtool, ifname, &spec);
}

const struct knob_kind knob_rule = {
	.word = "rule",
	.valid = rule_valid,
	.way = knobs_ethtool,
	.read = rule_read,
	.write = rule_write,
};
