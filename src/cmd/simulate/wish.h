/* SPDX-License-Identifier: GPL-2.0-only */
/* Which NICs `simulate` is asked for, and with how many queues. */
#ifndef CMD_SIMULATE_WISH_H
#define CMD_SIMULATE_WISH_H

#include "cmd/nic_named.h"

enum { WISH_NUMBERS = 64, WISH_NICS = 256 };

struct wish_nic {
	struct nic_named named;
	bool asked; /* NAME+sdfn */
};

struct wish {
	struct wish_nic nic[WISH_NICS];
	size_t nics;
	uint32_t queues[WISH_NUMBERS];
	size_t numbers;
};

/*
 * From --nic (NULL: all models, and those that take the SPI when asked to a second time, asked) and
 * --queues (NULL: as many as the real NICs have, or else a few numbers). NULL: something is wrong,
 * *status is it and it was said.
 */
struct wish *wish_new(const char *nics, const char *queues, enum status *status);
void wish_free(struct wish *wish);

#endif
