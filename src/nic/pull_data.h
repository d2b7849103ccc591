/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpf_xdp_pull_data(), a function of the kernel that brings a frame's headers into its first buffer
 * (net/core/filter.c; it came with Linux 6.18).
 */
#ifndef NIC_PULL_DATA_H
#define NIC_PULL_DATA_H

#include <stdint.h>

/*
 * The number under which an XDP program calls it (its BTF id), or 0: this kernel has none, has no
 * BTF, or we may not ask (CAP_BPF). Found by loading a program that calls it.
 */
uint32_t pull_data_id(void);

#endif
