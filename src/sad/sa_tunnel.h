/* SPDX-License-Identifier: GPL-2.0-only */
/* Out of which interface the decrypted packets of an SA come. Pure. */
#ifndef SAD_SA_TUNNEL_H
#define SAD_SA_TUNNEL_H

#include "core/sa.h"
#include "nic/link.h"

/*
 * How surely the packets of this SA come out of this interface, once they are decrypted: 0, not at
 * all; of several interfaces the one with the highest figure has them. As the kernel looks
 * (xfrmi_lookup() in net/xfrm/xfrm_interface_core.c, vti_input() in net/ipv4/ip_vti.c): an xfrm
 * interface by the SA's if_id, one without an if_id of its own ("external") for all that no other
 * has, vti by addresses and mark. One that is down has none, nor has one that was moved here from
 * another network namespace, for it serves the SAs there.
 */
int sa_tunnel(const struct sa *sa, const struct link *link);

/* Is it of a kind that SAs' packets come out of? */
bool sa_tunnel_kind(const struct link *link);

#endif
