/* SPDX-License-Identifier: GPL-2.0-only */
/* What the three forms of `plan` share. */
#ifndef CMD_PLAN_PLAN_H
#define CMD_PLAN_PLAN_H

#include "cli/complain.h"
#include "cli/options.h"

struct plan_options {
	struct option_address src, dst;
	const char *nic, *table, *key; /* NULL: not given */
	unsigned int queues;	       /* 0: not given */
	unsigned int count;
	int queue; /* -1: not given */
	const char *range, *sas, *capture;
	unsigned int seconds;
	bool ports, json;
	uint64_t given;
};

enum status plan_form_spi(const struct plan_options *o);
enum status plan_form_table(const struct plan_options *o);
enum status plan_form_key(const struct plan_options *o);

#endif
