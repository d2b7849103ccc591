// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints what our own ethtool code reads of an interface, a line each, for tests to judge:
 *	ethtool_probe IF [set TYPE FIELDS | rule SPI QUEUE LOCATION]
 *	ethtool_probe IF told	"listening", then "told" once its hashing was rewritten, or "silent"
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>
#include "nic/encap_gro.h"
#include "nic/ethtool.h"
#include "nic/ethtool_rules.h"
#include "nic/rss_ntf.h"

static void print_fields(int fd, const char *name)
{
	static const uint32_t types[] = {ESP_V4_FLOW, ESP_V6_FLOW, AH_ESP_V4_FLOW, AH_ESP_V6_FLOW,
					 AH_V4_FLOW,  AH_V6_FLOW,  UDP_V4_FLOW,	   UDP_V6_FLOW};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		uint64_t fields;
		int err = ethtool_fields(fd, name, types[i], &fields);

		printf("fields %02x %d %02lx\n", types[i], -err, (unsigned long)fields);
	}
}

static int insert(int fd, const char *name, char **argument)
{
	struct ethtool_rx_flow_spec rule = {
		.flow_type = ESP_V4_FLOW,
		.h_u.esp_ip4_spec.spi = htonl(strtoul(argument[0], NULL, 0)),
		.m_u.esp_ip4_spec.spi = ~0u,
		.ring_cookie = strtoul(argument[1], NULL, 0),
		.location = strtoul(argument[2], NULL, 0),
	};

	return ethtool_rule_insert(fd, name, &rule);
}

static void print_rules(int fd, const char *name)
{
	struct nic_rules rules;
	struct ethtool_rx_flow_spec rule;

	ethtool_rules(fd, name, &rules);
	printf("rules %d %u %u\n", -rules.err, rules.most, rules.count);
	for (uint32_t i = 0; i < rules.count; i++)
		if (!ethtool_rule(fd, name, rules.location[i], &rule))
			printf("rule %u spi %x queue %llu\n", rules.location[i],
			       ntohl(rule.h_u.esp_ip4_spec.spi),
			       (unsigned long long)rule.ring_cookie);
	ethtool_rules_free(&rules);
}

static void print_channels(int fd, const char *name)
{
	struct nic_channels ch;

	ethtool_channels(fd, name, &ch);
	printf("channels %d %u %u %u %u\n", -ch.err, ch.rx, ch.tx, ch.other, ch.combined);
}

static int wait_told(const char *name)
{
	int ifindex = (int)if_nametoindex(name), err;
	struct rss_ntf *ntf;
	bool told = false;

	err = rss_ntf_open(&ntf);
	if (err)
		return 1;
	printf("listening\n");
	fflush(stdout);
	for (int i = 0; i < 50 && !told; i++) {
		usleep(100000);
		told = rss_ntf_told(ntf, ifindex);
	}
	rss_ntf_close(ntf);
	printf("%s\n", told ? "told" : "silent");
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t context[8];
	struct encap_gro gro;
	struct nic_rss rss;
	const char *name = argc > 1 ? argv[1] : "";
	int fd = ethtool_open();

	if (fd < 0)
		return 1;
	if (argc == 3 && !strcmp(argv[2], "told"))
		return wait_told(name);
	if (argc == 5 && !strcmp(argv[2], "set"))
		printf("set %d\n", -ethtool_fields_set(fd, name, strtoul(argv[3], NULL, 16),
						       strtoul(argv[4], NULL, 16)));
	if (argc == 6 && !strcmp(argv[2], "rule"))
		printf("insert %d\n", -insert(fd, name, argv + 3));
	print_fields(fd, name);
	print_rules(fd, name);
	print_channels(fd, name);
	ethtool_rss(fd, name, 0, &rss);
	printf("rss %d %u %u %u\n", -rss.err, rss.indir_size, rss.key_size, rss.hfunc);
	ethtool_rss_free(&rss);
	printf("contexts %d\n", ethtool_rss_contexts(fd, name, 8, context));
	encap_gro_read(&gro);
	printf("encap %d %u %u\n", -gro.err, gro.sockets, gro.gro);
	return 0;
}
