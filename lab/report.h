/* SPDX-License-Identifier: GPL-2.0-only */
/* The receiver's result. */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include <stdbool.h>
#include "esprecv.h"

struct esprecv_bpf;

/* Prints what was counted and judged so far, as one line of JSON or for people. 0 or -errno. */
int report_print(const struct esprecv_bpf *skeleton, const struct esprecv_config *config,
		 bool json);

#endif
