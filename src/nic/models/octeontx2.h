/* SPDX-License-Identifier: GPL-2.0-only */
/* The physical and the virtual function of octeontx2, whose drivers share it all but XDP. Included
 * where families.h is.
 */
#ifndef NIC_MODELS_OCTEONTX2_H
#define NIC_MODELS_OCTEONTX2_H

extern const struct model_ops octeontx2_ops;
extern const struct model_fact octeontx2_facts[];

#define OCTEONTX2_MODEL                                                                         \
	.ops = &octeontx2_ops, .max_queues = 64, .indir = 256, .key_shown = 44, .key_used = 44, \
	.hfuncs = MODEL_HASH_TOP, .set_hfunc_err = -EOPNOTSUPP, .rules = 16, .claims_l4 = true, \
	.l4_cure = "and so does setting the addresses for its flow type IPV4_FLOW, for which "  \
		   "ethtool(8) has no word, but that takes the ports of all traffic out of its "  \
		   "hash",                                                    \
	.udp_fields = MODEL_SDFN, .facts = octeontx2_facts

#endif
