/* SPDX-License-Identifier: GPL-2.0-only */
/* A NIC's receive rules (ntuple), by SIOCETHTOOL. A driver's refusal is data, as in ethtool.h. */
#ifndef NIC_ETHTOOL_RULES_H
#define NIC_ETHTOOL_RULES_H

#include <linux/ethtool.h>
#include <stdbool.h>
#include <stdint.h>

struct nic_rules {
	int err;
	uint32_t most; /* rules that fit; 0: it does not say */
	bool special;  /* takes locations "any", "first", "last" (RX_CLS_LOC_SPECIAL) */
	uint32_t count;
	uint32_t *location; /* of the rules there are */
};

/* Which rules there are, and how many fit. Free with ethtool_rules_free. */
int ethtool_rules(int fd, const char *ifname, struct nic_rules *out);
void ethtool_rules_free(struct nic_rules *rules);

/* One rule as the driver gives it back. -ENOENT or what else the driver says: none there. */
int ethtool_rule(int fd, const char *ifname, uint32_t location, struct ethtool_rx_flow_spec *out);

/*
 * Insert at rule->location, delete at a location. Look first: some drivers overwrite a rule in use,
 * others say -EEXIST. 524 is the kernel's own ENOTSUPP.
 */
int ethtool_rule_insert(int fd, const char *ifname, const struct ethtool_rx_flow_spec *rule);
int ethtool_rule_delete(int fd, const char *ifname, uint32_t location);

#endif
