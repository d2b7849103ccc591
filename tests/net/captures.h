/* SPDX-License-Identifier: GPL-2.0-only */
/* The packets of captures. Apart, because libpcap and <linux/bpf.h> both have a struct bpf_insn. */
#ifndef TESTS_NET_CAPTURES_H
#define TESTS_NET_CAPTURES_H

#include <stddef.h>

/* Calls fn for each packet of each .pcap file of a folder. 0, or a negative errno. */
int captures_each(const char *folder,
		  void (*fn)(void *arg, const char *file, int n, const void *bytes, size_t len),
		  void *arg);

#endif
