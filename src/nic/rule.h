/* SPDX-License-Identifier: GPL-2.0-only */
/* A receive rule that puts one SA on a queue, and the words that ethtool(8) has for it. Pure. */
#ifndef NIC_RULE_H
#define NIC_RULE_H

#include <linux/ethtool.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULE_TEXT_LEN 224

/* Zeroed before it is filled: it compares as bytes. */
struct rule {
	uint8_t family;	  /* 4 or 6 */
	uint8_t protocol; /* IPPROTO_ESP or IPPROTO_AH */
	uint8_t udp;	  /* 1: ESP in UDP to port 4500, in the form that iavf takes */
	uint8_t any_src;  /* 1: from whichever address */
	uint32_t spi;	  /* host byte order */
	__be32 src[4], dst[4]; /* IPv4 in [0], the rest zero */
	uint32_t queue;
};

/*
 * Fills the form that SIOCETHTOOL takes, with all masks full. iavf wants the halves of the SPI of
 * ESP in UDP as user-def words of their offset in the frame (iavf_fdir.c
 * iavf_fill_fdir_nat_t_esp_hdr).
 */
void rule_to_spec(const struct rule *rule, uint32_t location, struct ethtool_rx_flow_spec *spec);

/* The other way round. False: it is a rule of some other kind. */
bool rule_of_spec(const struct ethtool_rx_flow_spec *spec, struct rule *rule);

/* "flow-type esp4 src-ip A dst-ip B spi 0x1000 action 2", as behind `ethtool -N IF`. Returns buf. */
char *rule_print(const struct rule *rule, char buf[RULE_TEXT_LEN]);

/* Exactly what rule_print() writes. -EINVAL: anything else. */
int rule_parse(const char *text, struct rule *rule);

#endif
