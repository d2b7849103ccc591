/* SPDX-License-Identifier: GPL-2.0-only */
/* An SA's name, alike wherever `gain` prints one. */
#ifndef CMD_GAIN_PRINT_SA_H
#define CMD_GAIN_PRINT_SA_H

#include "core/sa.h"
#include "view/out.h"

/* The fields spi, src and dst. */
void gain_print_sa_name(struct out *out, const struct sa *sa);

/* "SA 0x0000abcd from 192.0.2.1" */
void gain_name_sa(const struct sa *sa, char *buf, size_t size);

#endif
