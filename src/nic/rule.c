// SPDX-License-Identifier: GPL-2.0-only
// A receive rule that puts one SA on a queue.
#include "nic/rule.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FULL 0xffffffffu

enum { NAT_T_PORT = 4500, SPI_IN_UDP_V4 = 42, SPI_IN_UDP_V6 = 62 }; /* bytes into the frame */

static const struct {
	const char *name;
	uint32_t type;
	uint8_t family, protocol, udp;
} kinds[] = {
	{"esp4", ESP_V4_FLOW, 4, IPPROTO_ESP, 0}, {"ah4", AH_V4_FLOW, 4, IPPROTO_AH, 0},
	{"udp4", UDP_V4_FLOW, 4, IPPROTO_ESP, 1}, {"esp6", ESP_V6_FLOW, 6, IPPROTO_ESP, 0},
	{"ah6", AH_V6_FLOW, 6, IPPROTO_AH, 0},	  {"udp6", UDP_V6_FLOW, 6, IPPROTO_ESP, 1},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int kind_of(const struct rule *rule)
{
	for (int i = 0; i < KINDS; i++)
		if (kinds[i].family == rule->family && kinds[i].protocol == rule->protocol &&
		    kinds[i].udp == rule->udp)
			return i;
	return -EINVAL;
}

/* Where the addresses of a rule lie: ESP, AH and UDP have them at the same place. */
static void put_addresses(const struct rule *rule, struct ethtool_rx_flow_spec *spec)
{
	const uint32_t src_mask = rule->any_src ? 0 : FULL;

	if (rule->family == 4) {
		spec->h_u.esp_ip4_spec.ip4src = rule->src[0] & src_mask;
		spec->m_u.esp_ip4_spec.ip4src = src_mask;
		spec->h_u.esp_ip4_spec.ip4dst = rule->dst[0];
		spec->m_u.esp_ip4_spec.ip4dst = FULL;
		return;
	}
	for (int i = 0; i < 4; i++) {
		spec->h_u.esp_ip6_spec.ip6src[i] = rule->src[i] & src_mask;
		spec->m_u.esp_ip6_spec.ip6src[i] = src_mask;
		spec->h_u.esp_ip6_spec.ip6dst[i] = rule->dst[i];
		spec->m_u.esp_ip6_spec.ip6dst[i] = FULL;
	}
}

static void put_udp(const struct rule *rule, struct ethtool_rx_flow_spec *spec)
{
	uint32_t at = rule->family == 4 ? SPI_IN_UDP_V4 : SPI_IN_UDP_V6;

	spec->flow_type |= FLOW_EXT;
	spec->h_ext.data[0] = htonl(at << 16 | rule->spi >> 16);
	spec->h_ext.data[1] = htonl((at + 2) << 16 | (rule->spi & 0xffff));
	spec->m_ext.data[0] = spec->m_ext.data[1] = FULL;
	if (rule->family == 4) {
		spec->h_u.udp_ip4_spec.pdst = htons(NAT_T_PORT);
		spec->m_u.udp_ip4_spec.pdst = 0xffff;
	} else {
		spec->h_u.udp_ip6_spec.pdst = htons(NAT_T_PORT);
		spec->m_u.udp_ip6_spec.pdst = 0xffff;
	}
}

void rule_to_spec(const struct rule *rule, uint32_t location, struct ethtool_rx_flow_spec *spec)
{
	int kind = kind_of(rule);

	memset(spec, 0, sizeof(*spec));
	spec->flow_type = kind < 0 ? 0 : kinds[kind].type;
	spec->location = location;
	spec->ring_cookie = rule->queue;
	put_addresses(rule, spec);
	if (rule->udp) {
		put_udp(rule, spec);
	} else if (rule->family == 4) {
		spec->h_u.esp_ip4_spec.spi = htonl(rule->spi);
		spec->m_u.esp_ip4_spec.spi = FULL;
	} else {
		spec->h_u.esp_ip6_spec.spi = htonl(rule->spi);
		spec->m_u.esp_ip6_spec.spi = FULL;
	}
}

static void take_addresses(const struct ethtool_rx_flow_spec *spec, struct rule *rule)
{
	if (rule->family == 4) {
		rule->src[0] = spec->h_u.esp_ip4_spec.ip4src;
		rule->dst[0] = spec->h_u.esp_ip4_spec.ip4dst;
		rule->any_src = !spec->m_u.esp_ip4_spec.ip4src;
	} else {
		memcpy(rule->src, spec->h_u.esp_ip6_spec.ip6src, sizeof(rule->src));
		memcpy(rule->dst, spec->h_u.esp_ip6_spec.ip6dst, sizeof(rule->dst));
		rule->any_src = !spec->m_u.esp_ip6_spec.ip6src[0];
	}
}

/* Drivers add to a rule when they give it back, masks above all: that is not compared. */
bool rule_of_spec(const struct ethtool_rx_flow_spec *spec, struct rule *rule)
{
	uint32_t type = spec->flow_type & ~(uint32_t)(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS);
	int kind = 0;

	while (kind < KINDS && kinds[kind].type != type)
		kind++;
	if (kind == KINDS || spec->ring_cookie > FULL ||
	    (kinds[kind].udp && !(spec->flow_type & FLOW_EXT)))
		return false;
	memset(rule, 0, sizeof(*rule));
	rule->family = kinds[kind].family;
	rule->protocol = kinds[kind].protocol;
	rule->udp = kinds[kind].udp;
	rule->queue = (uint32_t)spec->ring_cookie;
	take_addresses(spec, rule);
	if (rule->udp)
		rule->spi = ntohl(spec->h_ext.data[0]) << 16 |
			    (ntohl(spec->h_ext.data[1]) & 0xffff);
	else
		rule->spi = ntohl(rule->family == 4 ? spec->h_u.esp_ip4_spec.spi
						    : spec->h_u.esp_ip6_spec.spi);
	return true;
}

char *rule_print(const struct rule *rule, char buf[RULE_TEXT_LEN])
{
	int af = rule->family == 4 ? AF_INET : AF_INET6, kind = kind_of(rule);
	uint32_t at = rule->family == 4 ? SPI_IN_UDP_V4 : SPI_IN_UDP_V6;
	char src[INET6_ADDRSTRLEN] = "", dst[INET6_ADDRSTRLEN] = "", spi[64];

	inet_ntop(af, rule->src, src, sizeof(src));
	inet_ntop(af, rule->dst, dst, sizeof(dst));
	if (rule->udp)
		snprintf(spi, sizeof(spi), "dst-port %d user-def 0x%04x%04x%04x%04x", NAT_T_PORT, at,
			 rule->spi >> 16, at + 2, rule->spi & 0xffff);
	else
		snprintf(spi, sizeof(spi), "spi 0x%08x", rule->spi);
	snprintf(buf, RULE_TEXT_LEN, "flow-type %s%s%s dst-ip %s %s action %u",
		 kind < 0 ? "none" : kinds[kind].name, rule->any_src ? "" : " src-ip ",
		 rule->any_src ? "" : src, dst, spi, rule->queue);
	return buf;
}

/* The values of its words, in order; what they amount to is checked by printing it again. */
static int scan(const char *text, struct rule *rule)
{
	char type[8], src[48] = "", dst[48];
	unsigned long long user;
	int kind = 0, used = 0;

	if (sscanf(text, "flow-type %7s %n", type, &used) != 1 || !used)
		return -EINVAL;
	while (kind < KINDS && strcmp(kinds[kind].name, type))
		kind++;
	if (kind == KINDS)
		return -EINVAL;
	rule->family = kinds[kind].family;
	rule->protocol = kinds[kind].protocol;
	rule->udp = kinds[kind].udp;
	text += used;
	used = 0;
	if (sscanf(text, "src-ip %47s %n", src, &used) == 1 && used)
		text += used;
	rule->any_src = !*src;
	if (rule->udp) {
		if (sscanf(text, "dst-ip %47s dst-port 4500 user-def %llx action %u", dst, &user,
			   &rule->queue) != 3)
			return -EINVAL;
		rule->spi = (uint32_t)(user >> 16 & 0xffff0000) | (user & 0xffff);
	} else if (sscanf(text, "dst-ip %47s spi %x action %u", dst, &rule->spi, &rule->queue) !=
		   3) {
		return -EINVAL;
	}
	if (*src && inet_pton(rule->family == 4 ? AF_INET : AF_INET6, src, rule->src) != 1)
		return -EINVAL;
	return inet_pton(rule->family == 4 ? AF_INET : AF_INET6, dst, rule->dst) == 1 ? 0 : -EINVAL;
}

int rule_parse(const char *text, struct rule *rule)
{
	char again[RULE_TEXT_LEN];
	int err;

	memset(rule, 0, sizeof(*rule));
	err = scan(text, rule);
	return err ? err : strcmp(rule_print(rule, again), text) ? -EINVAL : 0;
}
