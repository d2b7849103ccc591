/* SPDX-License-Identifier: GPL-2.0-only */
/* Interfaces as people type them. */
#ifndef CMD_INTERFACE_NAMED_H
#define CMD_INTERFACE_NAMED_H

#include "cmd/complain.h"

/*
 * Cuts "eth0@if2", as ip(8) prints a name with its peer, down to "eth0", if there is no interface
 * of the whole name and there is one of its beginning.
 */
void interface_cut(char *name);

/* There is no such interface: says so, with the name that was meant if one is near. */
enum status interface_unknown(const char *tried, const char *name);

#endif
