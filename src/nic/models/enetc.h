/* SPDX-License-Identifier: GPL-2.0-only */
/* The ENETC of LS1028 and that of i.MX95. Included where families.h is. */
#ifndef NIC_MODELS_ENETC_H
#define NIC_MODELS_ENETC_H

#define ENETC_L3 (RXH_L2DA | RXH_VLAN | RXH_L3_PROTO | MODEL_SD)

#define ENETC_FACTS                                                                                      \
	{"reports fields of L2 and L3 for AH_ESP, and nothing for ESP, which its table has no row for; " \
	 "none can be set",                                                                              \
	 LINUX_7_3 "freescale/enetc/enetc_ethtool.c enetc_get_rxfh_fields"},                             \
		{"gives packets no hash, so RPS makes its own",                                          \
		 LINUX_7_3 "no skb_set_hash in freescale/enetc/"},                                       \
		{"channels cannot be asked", LINUX_7_3_RC7                                               \
		 "freescale/enetc/enetc_ethtool.c enetc_pf_ethtool_ops, enetc4_pf_ethtool_ops "          \
		 "(no get_channels)"},                                                                   \
		{"how many entries, queues and rules there are: the device tells", NULL},                \
		MODEL_ONLY_ADDRESSES

#define ENETC_MODEL                                                                          \
	.ops = &model_constant,                                                              \
	.answers = {.ah_esp = ENETC_L3, .set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP}, \
	.max_queues = 8, .channels_err = -EOPNOTSUPP, .indir = 64, .indir_told = true,       \
	MODEL_TOEPLITZ_ONLY, .udp_fields = ENETC_L3 | MODEL_FN

#endif
