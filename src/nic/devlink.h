/* SPDX-License-Identifier: GPL-2.0-only */
/* What `devlink dev info` tells of a NIC: which package its firmware runs. */
#ifndef NIC_DEVLINK_H
#define NIC_DEVLINK_H

#include <stddef.h>
#include <linux/netlink.h>

/* "ICE COMMS Package": name of the package that E810's firmware parses packets by. */
#define DEVLINK_PACKAGE "fw.app.name"

/*
 * The value of a running version of that name in an answer to DEVLINK_CMD_INFO_GET, cut to @size;
 * "" if it has none. Pure.
 */
void devlink_version(const struct nlmsghdr *answer, const char *name, char *value, size_t size);

/*
 * Asks for a version of the PCI device of that address, as ethtool -i has it under bus-info
 * ("0000:01:00.0"). 0, and "" if the device does not tell; or a negative errno: there is no
 * devlink, or no such device in it.
 */
int devlink_ask(const char *address, const char *name, char *value, size_t size);

#endif
