/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to families of generic netlink. Inner to nic/. */
#ifndef NIC_GENL_H
#define NIC_GENL_H

#include <stdint.h>
#include "nic/nl.h"

/* Begins a request in buf: a command of version 1, to be acknowledged. */
struct nlmsghdr *genl_put(char *buf, uint16_t family, uint8_t cmd);

/* The number of a family in *family. -ENOENT: this kernel has none of that name. */
int genl_family(const char *name, uint16_t *family);

/* The same, and in *number that of a group of it whom it tells. */
int genl_group(const char *name, const char *group, uint16_t *family, uint32_t *number);

#endif
