/* SPDX-License-Identifier: GPL-2.0-only */
/* Our steering program on an interface, told by its name alone: where its pins cannot be seen. */
#ifndef STEER_UNSEEN_H
#define STEER_UNSEEN_H

#include <linux/types.h>
#include <net/if.h>
#include <stdbool.h>

#define STEER_PROGRAM "espalier_steer" /* as the kernel knows it */

/* The id of such a program on an interface, 0 if it has none. */
__u32 unseen_program(unsigned int ifindex);

/* The first interface of this network namespace that has such a program; false if none has. */
bool unseen_steering(char name[IF_NAMESIZE]);

#endif
