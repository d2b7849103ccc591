/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpf_xdp_pull_data(), a function of the kernel that brings a frame's headers into its first buffer
 * (net/core/filter.c; it came with Linux 6.18).
 */
#ifndef NIC_PULL_DATA_H
#define NIC_PULL_DATA_H

#include <stdint.h>

struct btf;

/*
 * The number under which an XDP program calls it (its BTF id), by the kernel's BTF, and by loading a
 * program that calls it. 0: this kernel has none, or none for XDP programs. A negative errno: it would
 * not say, for @btf is NULL, or we may not ask (CAP_BPF).
 */
int pull_data_find(const struct btf *btf);

/* The same for who wants to call it: 0 whenever that is not to be. */
uint32_t pull_data_id(void);

#endif
