/* SPDX-License-Identifier: GPL-2.0-only */
/* txgbe and ngbe, whose drivers share libwx. Included where families.h is. */
#ifndef NIC_MODELS_LIBWX_H
#define NIC_MODELS_LIBWX_H

#define LIBWX_FACTS                                                                            \
	{"reports the addresses for every type of ESP and AH; setting is refused with EINVAL", \
	 LINUX_7_3 "wangxun/libwx/wx_ethtool.c wx_get_rxfh_fields, wx_set_rxfh_fields"},       \
		{"UDP hashes by its addresses until it is set otherwise",                      \
		 LINUX_7_3 "wangxun/libwx/wx_hw.c wx_sw_init (rss_flags)"},                    \
		MODEL_NO_XDP("wangxun/"), MODEL_ONLY_ADDRESSES

#define LIBWX_MODEL                                                                         \
	.ops = &model_constant,                                                             \
	.answers = {.esp = MODEL_SD, .ah_esp = MODEL_SD, .set_err = -EINVAL}, .indir = 128, \
	MODEL_TOEPLITZ_ONLY, .udp_fields = MODEL_SD

#endif
