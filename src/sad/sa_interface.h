/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the packets of an SA come in. */
#ifndef SAD_SA_INTERFACE_H
#define SAD_SA_INTERFACE_H

#include <net/if.h>
#include "sad/sad.h"

/* As far as routing tells: where answers to them go out. Left as it is if that cannot be told. */
void sa_interface(const struct sa *sa, char name[IFNAMSIZ]);

#endif
