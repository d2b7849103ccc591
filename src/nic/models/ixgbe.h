/* SPDX-License-Identifier: GPL-2.0-only */
/* What ixgbe, igb and igc share: one scheme. Only for their files. */
#ifndef NIC_MODELS_IXGBE_H
#define NIC_MODELS_IXGBE_H

#include "nic/models/families.h"

extern const struct model_ops model_ops_ixgbe;

/* Facts of each, with its own name for the same function. */
#define IXGBE_FACTS(driver)                                                                        \
	{"hashes only the addresses of ESP, and reports them as a constant",                       \
	 LINUX_7_3 "" driver "_ethtool.c " driver "_get_rxfh_fields"},                             \
		{"UDP hashes by address until sdfn is set, which warns of fragments out of order", \
		 LINUX_7_3 "" driver "_ethtool.c " driver "_set_rxfh_fields"},                     \
	{                                                                                          \
		"what is done with fragments, but for that warning", NULL                          \
	}

#endif
