// SPDX-License-Identifier: GPL-2.0-only
// A NIC's receive rules (ntuple), by SIOCETHTOOL.
#include "nic/ethtool_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nic/ethtool.h"

/* More rules than any NIC holds: a driver that claims them is not to be believed. */
#define MAX_RULES 65536

static int rules_read(int fd, const char *ifname, struct nic_rules *out)
{
	struct ethtool_rxnfc count = {.cmd = ETHTOOL_GRXCLSRLCNT}, *all;
	int err = ethtool_ask(fd, ifname, &count);

	if (err < 0)
		return err;
	out->special = count.data & RX_CLS_LOC_SPECIAL;
	out->most = (uint32_t)(count.data & ~(uint64_t)RX_CLS_LOC_SPECIAL);
	if (count.rule_cnt > MAX_RULES)
		return -EMSGSIZE;
	all = calloc(1, sizeof(*all) + count.rule_cnt * sizeof(all->rule_locs[0]));
	out->location = calloc(count.rule_cnt + 1, sizeof(*out->location));
	if (!all || !out->location) {
		free(all);
		return -ENOMEM;
	}
	all->cmd = ETHTOOL_GRXCLSRLALL;
	all->rule_cnt = count.rule_cnt;
	err = ethtool_ask(fd, ifname, all);
	if (err >= 0 && all->rule_cnt <= count.rule_cnt) {
		out->count = all->rule_cnt;
		if (all->data && !out->most) /* some drivers tell it only here */
			out->most = (uint32_t)(all->data & ~(uint64_t)RX_CLS_LOC_SPECIAL);
		memcpy(out->location, all->rule_locs, out->count * sizeof(*out->location));
	}
	free(all);
	return err < 0 ? err : 0;
}

int ethtool_rules(int fd, const char *ifname, struct nic_rules *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = rules_read(fd, ifname, out);
	if (err)
		ethtool_rules_free(out);
	out->err = err;
	return err;
}

void ethtool_rules_free(struct nic_rules *rules)
{
	free(rules->location);
	memset(rules, 0, sizeof(*rules));
}

int ethtool_rule(int fd, const char *ifname, uint32_t location, struct ethtool_rx_flow_spec *out)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_GRXCLSRULE, .fs.location = location};
	int err = ethtool_ask(fd, ifname, &request);

	if (err < 0)
		return err;
	*out = request.fs;
	return 0;
}

int ethtool_rule_insert(int fd, const char *ifname, const struct ethtool_rx_flow_spec *rule)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_SRXCLSRLINS, .fs = *rule};
	int err = ethtool_ask(fd, ifname, &request);

	return err < 0 ? err : 0;
}

int ethtool_rule_delete(int fd, const char *ifname, uint32_t location)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_SRXCLSRLDEL, .fs.location = location};
	int err = ethtool_ask(fd, ifname, &request);

	return err < 0 ? err : 0;
}
