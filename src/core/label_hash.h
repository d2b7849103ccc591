/* SPDX-License-Identifier: GPL-2.0-only */
/* What bpf/label_hash.bpf.c and sas/labels.c share. */
#ifndef CORE_LABEL_HASH_H
#define CORE_LABEL_HASH_H

#include <linux/types.h>

#define LABEL_HASHES	 4096u /* asked for by one call */
#define LABEL_HASHES_RUN 32u   /* by one run of the program */

/* The hashes of the labels @first and up, as far as they were asked for: @asked of them. */
struct label_hashes {
	__u32 first, asked;
	__u32 hash[LABEL_HASHES];
};

#endif
