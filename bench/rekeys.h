/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says of SAs that come and go, made by hand: a kernel need not have ESP for it. */
#ifndef BENCH_REKEYS_H
#define BENCH_REKEYS_H

#include "sad/sad.h"

/*
 * Tells @sad that SA number @i came: an ESP tunnel from 192.0.2.1 to @dst (an IPv4 address in network
 * byte order) with the SPI bench_spi(@i), and the reqid @reqid; or that it went. As sad_message().
 */
int rekeys_came(struct sad *sad, __be32 dst, __u32 i, __u32 reqid);
int rekeys_went(struct sad *sad, __be32 dst, __u32 i);

#endif
