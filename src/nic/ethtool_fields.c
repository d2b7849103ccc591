// SPDX-License-Identifier: GPL-2.0-only
// What a NIC hashes of each flow type, by SIOCETHTOOL.
#include "nic/ethtool.h"

#include <errno.h>
#include <linux/ethtool.h>

int ethtool_fields(int fd, const char *ifname, uint32_t flow_type, uint64_t *out)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_GRXFH, .flow_type = flow_type};
	int err = ethtool_ask(fd, ifname, &request);

	*out = err < 0 ? 0 : request.data;
	return err < 0 ? err : 0;
}

int ethtool_fields_set(int fd, const char *ifname, uint32_t flow_type, uint64_t fields)
{
	struct ethtool_rxnfc request = {
		.cmd = ETHTOOL_SRXFH, .flow_type = flow_type, .data = fields};
	uint64_t now;
	int err = ethtool_ask(fd, ifname, &request);

	if (err < 0)
		return err;
	err = ethtool_fields(fd, ifname, flow_type, &now);
	return err ? err : now == fields ? 0 : -EOPNOTSUPP;
}
