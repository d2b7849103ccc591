/* SPDX-License-Identifier: GPL-2.0-only */
/* Interfaces as people type them. */
#ifndef CLI_INTERFACE_NAMED_H
#define CLI_INTERFACE_NAMED_H

#include <stdbool.h>
#include "cli/complain.h"

/*
 * Is that a name an interface can have? 1 to 15 bytes without '/', ':' and blanks, not "." or ".."
 * (net/core/dev.c, dev_valid_name).
 */
bool interface_name_ok(const char *name);

/*
 * Cuts "eth0@if2", as ip(8) prints a name with its peer, down to "eth0", if there is no interface
 * of the whole name and there is one of its beginning.
 */
void interface_cut(char *name);

/* There is no such interface: says so, with the name that was meant if one is near. */
enum status interface_unknown(const char *tried, const char *name);

#endif
