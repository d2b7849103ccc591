/* SPDX-License-Identifier: GPL-2.0-only */
/* The models, and what several families share. Only for src/nic/model*.c and src/nic/models/. */
#ifndef NIC_MODELS_FAMILIES_H
#define NIC_MODELS_FAMILIES_H

#include <errno.h>
#include "nic/model.h"

/* A driver's internal errno that reaches user space (include/linux/errno.h). */
#define MODEL_ENOTSUPP 524

#define MODEL_SD   (RXH_IP_SRC | RXH_IP_DST)
#define MODEL_FN   (RXH_L4_B_0_1 | RXH_L4_B_2_3)
#define MODEL_SDFN (MODEL_SD | MODEL_FN)

#define NIC(name, ...)                                \
	extern const struct xdp_driver driver_##name; \
	__VA_ARGS__
#define MODEL(name) extern const struct model model_##name;
#include "nic/models/list.h"
#undef NIC
#undef MODEL

/* The usual: Toeplitz and nothing else, a key of 40 bytes that is shown. */
#define MODEL_TOEPLITZ_ONLY \
	.hfuncs = MODEL_HASH_TOP, .set_hfunc_err = -EOPNOTSUPP, .key_shown = 40, .key_used = 40

/* No table and no key that ethtool could see. */
#define MODEL_NO_RSS .rss_err = -EOPNOTSUPP, .indir_hidden = true, .key_used = 40

/* One queue takes all. */
#define MODEL_ONE_QUEUE .max_queues = 1, .channels_err = -EOPNOTSUPP, .indir = 1, MODEL_NO_RSS

/* Its hash of all is called an L4 hash, and no switch changes that. */
#define MODEL_BLINDS_RPS .claims_l4 = true, .l4_regardless = true

/* Where a fact, or what stands before a driver, was read: version, then file and function. */
#define LINUX_7_3 "Linux 7.3.4, "

/* The same of what was read in 7.3-rc7, before that release (Debian's 7.3~rc7-1~exp1). */
#define LINUX_7_3_RC7 "Linux 7.3-rc7, "

/* Facts of many: no operation for hash fields, and no XDP. The source is of Linux 7.3.4. */
#define MODEL_NO_FIELDS(source)                                                          \
	{                                                                                \
		"hash fields are refused with EOPNOTSUPP: it has no operation for them", \
			LINUX_7_3 source                                                 \
	}
#define MODEL_NO_XDP(folder)                                           \
	{                                                              \
		"has no native XDP", LINUX_7_3 "no ndo_bpf in " folder \
	}

/* The same of facts that only an older kernel was read for. */
#define LINUX_6_12 "Linux 6.12, "

/* The fact of those whose drivers have no word for ESP. */
#define MODEL_ONLY_ADDRESSES                                                          \
	{                                                                             \
		"that ESP hashes by its addresses: there is no hash type of it", NULL \
	}

/* Kinds of ethtool's flow types. */
static inline bool model_is_ipsec(uint32_t type)
{
	return type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW ||
	       (type >= AH_V4_FLOW && type <= ESP_V6_FLOW);
}

static inline bool model_is_udp(uint32_t type)
{
	return type == UDP_V4_FLOW || type == UDP_V6_FLOW;
}

static inline bool model_is_tcp(uint32_t type)
{
	return type == TCP_V4_FLOW || type == TCP_V6_FLOW;
}

static inline bool model_is_v6(uint32_t type)
{
	return type == AH_ESP_V6_FLOW || type == AH_V6_FLOW || type == ESP_V6_FLOW ||
	       type == UDP_V6_FLOW || type == TCP_V6_FLOW;
}

static inline bool model_is_ip(uint32_t type)
{
	return type == IPV4_FLOW || type == IPV6_FLOW;
}

/* Of IP: all but Ethernet's types and those of IP_USER. */
static inline bool model_is_known(uint32_t type)
{
	return model_is_ipsec(type) || model_is_udp(type) || model_is_tcp(type) ||
	       model_is_ip(type);
}

/* Fills the table as at start, with the size that it has. */
int model_fill_table(struct model_nic *nic);

/* ops->get_fields of most: as they were set or at start; -EINVAL for a type that is not known. */
int model_get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields);

/* The ops of a NIC that hashes nothing and whose driver has no operation for hash fields. */
extern const struct model_ops model_unhashed;

/* The ops of a NIC whose driver answers by constants: struct model's `answers`. */
extern const struct model_ops model_constant;

/* Sets the fields of a flow type that may be SD or SDFN. */
int model_set_sd_or_sdfn(struct model_nic *nic, uint32_t type, uint64_t fields);

/* Any subset of source, destination and ports. */
int model_set_subset(struct model_nic *nic, uint32_t type, uint64_t fields);

/* Whole ESP or AH, not in UDP: the only packets whose SPI lies where a NIC looks for one. */
bool model_has_spi(const struct flow *flow);

/* Addresses, and the ports of whole UDP as nic->fields says. For all that is not ESP or AH. */
unsigned int model_inputs_udp(const struct model_nic *nic, const struct flow *flow);

/* ops->inputs of a NIC that knows nothing of ESP. */
unsigned int model_inputs_plain(const struct model_nic *nic, const struct flow *flow);

/* ops->hash of most: Toeplitz over the inputs, one behind the other, as Microsoft defines it. */
uint32_t model_hash_toeplitz(const struct model_nic *nic, const struct flow *flow,
			     unsigned int inputs);

/* Does a rule match? (model_rules.c) */
bool model_rule_matches(const struct model_nic *nic, const struct ethtool_rx_flow_spec *spec,
			const struct flow *flow);

/* Its flow type, without the flags of ethtool. */
uint32_t model_rule_type(const struct ethtool_rx_flow_spec *spec);

/* The SPI and its mask of an ESP or AH rule, in network byte order. False: of another type. */
bool model_rule_spi(const struct ethtool_rx_flow_spec *spec, __be32 *spi, __be32 *mask);

#endif
