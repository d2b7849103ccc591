/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces that came here from another network namespace with our program still on them: moved by
 * somebody, or, as a NIC does, when that namespace died. What steers them is pinned under its cookie.
 */
#ifndef CLIENT_CAME_HOME_H
#define CLIENT_CAME_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include "sas/pins.h"

/*
 * Takes the programs off those whose namespace is surely gone (dead.h) and puts their settings back,
 * and says so. An interface that got another number on its way stays, for it is not known in the
 * record by that.
 */
void came_home_take_in(const struct pins *pins);

/* Did one come? Then @why tells which, what holds its program and what to do. */
bool came_home_tell(char *why, size_t size);

#endif
