// SPDX-License-Identifier: GPL-2.0-only
// dpaa_eth: hashes the SPI by default, and says nothing of it.
#include "nic/models/families.h"

/* freescale/dpaa/dpaa_ethtool.c dpaa_get_rxfh_fields: an unknown type is no error, but nothing. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	*fields = model_is_known(type) ? nic->fields[type] : 0;
	return 0;
}

/* dpaa_set_rxfh_fields: there is one switch, and any field of any type puts it on. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (fields & ~(uint64_t)MODEL_SDFN || !model_is_known(type))
		return -EINVAL;
	for (type = 0; type < MODEL_FLOWS; type++)
		nic->fields[type] = !fields				       ? 0
				    : model_is_udp(type) || model_is_tcp(type) ? MODEL_SDFN
									       : MODEL_SD;
	return 0;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	if (!nic->fields[IPV4_FLOW])
		return 0;
	return model_has_spi(flow) ? MODEL_ADDRESSES | MODEL_SPI : model_inputs_udp(nic, flow);
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"hashes source, destination, ports and SPI of what has them, by default", LINUX_7_3
	 "freescale/fman/fman_keygen.c DEFAULT_HASH_KEY_EXTRACT_FIELDS, keygen_port_hashing_init; "
	 "dpaa/dpaa_eth.c dpaa_eth_init_rx_port"},
	{"reports only the addresses for ESP and AH, since ethtool has no bit for the SPI",
	 LINUX_7_3 "freescale/dpaa/dpaa_ethtool.c dpaa_get_rxfh_fields"},
	{"setting hash fields of any type switches all hashing on, or off if there are none",
	 LINUX_7_3 "freescale/dpaa/dpaa_ethtool.c dpaa_set_rxfh_fields"},
	{"it has 128 queues, that go round the CPUs; table and key cannot be seen or set",
	 LINUX_7_3 "freescale/dpaa/dpaa_eth.c dpaa_fq_setup"},
	{"ESP in UDP hashes by its UDP ports, so one pair of gateways is one queue",
	 LINUX_7_3 "freescale/fman/fman_keygen.c DEFAULT_HASH_KEY_EXTRACT_FIELDS"},
	{"a hash is called an L4 hash only where the hardware has checked the checksum of L4",
	 LINUX_7_3 "freescale/dpaa/dpaa_eth.c rx_default_dqrr"},
	{"how KeyGen mixes what it takes: it is not Toeplitz, which stands in for it here", NULL},
	{"that the SPI of AH is taken as that of ESP is", NULL},
	{0},
};

/*
 * Linux 7.3.4, freescale/dpaa/dpaa_eth.c dpaa_setup_xdp (stops and opens at each change),
 * xdp_validate_mtu. Linux 7.3-rc7, dpaa_bp_size, dpaa_get_headroom: 3290 is of arm64, where buffers
 * are aligned for an erratum (LS1043, which has it: 3306); others could have 3482.
 */
const struct xdp_driver driver_dpaa_eth = {
	.name = "fsl_dpa",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
	.mtu_approx = true,
	.mtu_plain = 3290,
};

const struct model model_dpaa_eth = {
	.name = "dpaa_eth",
	.driver = &driver_dpaa_eth,
	.nic = "NXP DPAA (LS1043, LS1046, T-series)",
	.ops = &ops,
	.max_queues = 24,
	.channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_NO_RSS,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
