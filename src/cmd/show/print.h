/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot for an operator, or as JSON. */
#ifndef CMD_SHOW_PRINT_H
#define CMD_SHOW_PRINT_H

#include "cmd/show/sas.h"

/* The fields that name an interface: alike wherever one is printed. */
void show_interface_name(struct out *out, const struct snapshot_interface *interface);

/* Prints it; sorts its SAs as the form wants it. A zeroed snapshot is that of nothing steered. */
void show_print(struct out *out, struct snapshot *snapshot, const struct show_view *view);

#endif
