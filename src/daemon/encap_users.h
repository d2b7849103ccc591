/* SPDX-License-Identifier: GPL-2.0-only */
/* The local UDP ports on which ESP arrives, each known as long as an SA uses it. Pure. */
#ifndef DAEMON_ENCAP_USERS_H
#define DAEMON_ENCAP_USERS_H

#include <stdint.h>
#include "core/parse.h"

/* SAs that use each port. As wide as a count of SAs: more than 65,535 may share a port. */
struct encap_users {
	uint32_t of[65536];
};

/*
 * An SA comes to @port (host byte order; @step 1) or has left it (-1): the port's bit in @ports,
 * which the BPF programs read meanwhile, is set while it has users. 0 and 4500 need no bit.
 */
void encap_users_step(struct encap_users *users, struct encap_ports *ports, uint16_t port,
		      int step);

#endif
