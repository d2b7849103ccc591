// SPDX-License-Identifier: GPL-2.0-only
// A model's rules: taken or refused as the driver would, and matched against flows.
#include "nic/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nic/models/families.h"

enum { SPI_IN_UDP_V4 = 42, SPI_IN_UDP_V6 = 62 }; /* from the start of the Ethernet frame */

uint32_t model_rule_type(const struct ethtool_rx_flow_spec *spec)
{
	return spec->flow_type & ~(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS);
}

bool model_rule_spi(const struct ethtool_rx_flow_spec *spec, __be32 *spi, __be32 *mask)
{
	switch (model_rule_type(spec)) {
	case ESP_V4_FLOW:
	case AH_V4_FLOW:
		*spi = spec->h_u.esp_ip4_spec.spi;
		*mask = spec->m_u.esp_ip4_spec.spi;
		return true;
	case ESP_V6_FLOW:
	case AH_V6_FLOW:
		*spi = spec->h_u.esp_ip6_spec.spi;
		*mask = spec->m_u.esp_ip6_spec.spi;
		return true;
	default:
		return false;
	}
}

static int check(const struct model_nic *nic, const struct ethtool_rx_flow_spec *spec)
{
	uint64_t queue = spec->ring_cookie & ETHTOOL_RX_FLOW_SPEC_RING;

	if (!nic->model->rules)
		return -EOPNOTSUPP;
	if (nic->model->ops && nic->model->ops->check_rule) {
		int err = nic->model->ops->check_rule(nic, spec);

		if (err)
			return err;
	} else {
		return nic->model->rule_err;
	}
	if (spec->ring_cookie != RX_CLS_FLOW_DISC && queue >= nic->queues)
		return -EINVAL;
	if (spec->location >= nic->model->rules)
		return -EINVAL;
	return 0;
}

int model_rule_insert(struct model_nic *nic, const struct ethtool_rx_flow_spec *spec)
{
	struct model_rule **at = &nic->rules, *rule;
	int err = check(nic, spec);

	if (err)
		return err;
	while (*at && (*at)->spec.location < spec->location)
		at = &(*at)->next;
	if (*at && (*at)->spec.location == spec->location)
		return -EEXIST;
	if (nic->drops_rules)
		return 0;
	rule = calloc(1, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	rule->spec = *spec;
	rule->next = *at;
	*at = rule;
	nic->n_rules++;
	return 0;
}

int model_rule_delete(struct model_nic *nic, uint32_t location)
{
	struct model_rule **at = &nic->rules, *rule;

	if (!nic->model->rules)
		return -EOPNOTSUPP;
	while (*at && (*at)->spec.location != location)
		at = &(*at)->next;
	if (!*at)
		return -ENOENT;
	rule = *at;
	*at = rule->next;
	free(rule);
	nic->n_rules--;
	return 0;
}

static bool same(__be32 packet, __be32 rule, __be32 mask)
{
	return !((packet ^ rule) & mask);
}

static bool addresses_match(const struct ethtool_rx_flow_spec *spec, const struct flow *flow,
			    bool v6)
{
	const struct ethtool_ah_espip6_spec *six = &spec->h_u.esp_ip6_spec,
					    *mask = &spec->m_u.esp_ip6_spec;

	if (flow->family != (v6 ? 6 : 4))
		return false;
	if (!v6)
		return same(flow->src[0], spec->h_u.esp_ip4_spec.ip4src,
			    spec->m_u.esp_ip4_spec.ip4src) &&
		       same(flow->dst[0], spec->h_u.esp_ip4_spec.ip4dst,
			    spec->m_u.esp_ip4_spec.ip4dst);
	for (int i = 0; i < 4; i++)
		if (!same(flow->src[i], six->ip6src[i], mask->ip6src[i]) ||
		    !same(flow->dst[i], six->ip6dst[i], mask->ip6dst[i]))
			return false;
	return true;
}

static bool spi_matches(const struct model_nic *nic, const struct ethtool_rx_flow_spec *spec,
			const struct flow *flow)
{
	uint32_t type = model_rule_type(spec);
	bool v6 = type == ESP_V6_FLOW || type == AH_V6_FLOW;
	bool ah = type == AH_V4_FLOW || type == AH_V6_FLOW;
	__be32 spi = 0, mask = 0;

	model_rule_spi(spec, &spi, &mask);
	if (v6 && nic->model->rule_mask_v6_lost)
		mask = 0;
	return flow->kind == (ah ? FLOW_AH : FLOW_ESP) && addresses_match(spec, flow, v6) &&
	       same(be32_host(flow->spi), spi, mask);
}

/* ESP in UDP by iavf's form: the halves of the SPI as two words (offset << 16 | word). */
static bool udp_matches(const struct ethtool_rx_flow_spec *spec, const struct flow *flow, bool v6)
{
	const struct ethtool_tcpip4_spec *four = &spec->h_u.udp_ip4_spec;
	const struct ethtool_tcpip6_spec *six = &spec->h_u.udp_ip6_spec;
	uint16_t port = be16_host(v6 ? six->pdst : four->pdst);
	uint32_t at = v6 ? SPI_IN_UDP_V6 : SPI_IN_UDP_V4, spi = 0;

	if (flow->kind != FLOW_ESP_UDP || flow->part != PART_WHOLE || flow->dport != port ||
	    !addresses_match(spec, flow, v6))
		return false;
	for (int i = 0; i < 2; i++) {
		uint32_t word = be32_host(spec->h_ext.data[i]);

		if (word >> 16 == at)
			spi |= (word & 0xffff) << 16;
		else if (word >> 16 == at + 2)
			spi |= word & 0xffff;
	}
	return spi == flow->spi;
}

/* mlx5: all of a protocol between two addresses. */
static bool protocol_matches(const struct ethtool_rx_flow_spec *spec, const struct flow *flow,
			     bool v6)
{
	uint8_t protocol = v6 ? spec->h_u.usr_ip6_spec.l4_proto : spec->h_u.usr_ip4_spec.proto;
	uint8_t mask = v6 ? spec->m_u.usr_ip6_spec.l4_proto : spec->m_u.usr_ip4_spec.proto;

	return addresses_match(spec, flow, v6) && !((flow->protocol ^ protocol) & mask);
}

bool model_rule_matches(const struct model_nic *nic, const struct ethtool_rx_flow_spec *spec,
			const struct flow *flow)
{
	switch (model_rule_type(spec)) {
	case ESP_V4_FLOW:
	case AH_V4_FLOW:
	case ESP_V6_FLOW:
	case AH_V6_FLOW:
		return spi_matches(nic, spec, flow);
	case UDP_V4_FLOW:
	case UDP_V6_FLOW:
		return udp_matches(spec, flow, model_rule_type(spec) == UDP_V6_FLOW);
	case IPV4_USER_FLOW:
	case IPV6_USER_FLOW:
		return protocol_matches(spec, flow, model_rule_type(spec) == IPV6_USER_FLOW);
	default:
		return false;
	}
}
