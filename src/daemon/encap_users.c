// SPDX-License-Identifier: GPL-2.0-only
// The local UDP ports on which ESP arrives.
#include "daemon/encap_users.h"

void encap_users_step(struct encap_users *users, struct encap_ports *ports, uint16_t port, int step)
{
	__u64 bit = 1ull << (port & 63), *word = &ports->bit[port >> 6];

	if (!port || port == PARSE_PORT_NAT_T)
		return;
	users->of[port] += (uint32_t)step;
	if (users->of[port])
		__atomic_or_fetch(word, bit, __ATOMIC_RELAXED);
	else
		__atomic_and_fetch(word, ~bit, __ATOMIC_RELAXED);
}
