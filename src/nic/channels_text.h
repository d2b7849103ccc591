/* SPDX-License-Identifier: GPL-2.0-only */
/* Channels as text: "rx 0 tx 0 other 1 combined 4". */
#ifndef NIC_CHANNELS_TEXT_H
#define NIC_CHANNELS_TEXT_H

#include "nic/ethtool.h"

#define CHANNELS_TEXT_LEN 96

void channels_print(const struct nic_channels *ch, char text[CHANNELS_TEXT_LEN]);

/* The four current numbers. 0; -EINVAL: it is not of this form. */
int channels_parse(const char *text, struct nic_channels *ch);

#endif
