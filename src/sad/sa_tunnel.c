// SPDX-License-Identifier: GPL-2.0-only
// Out of which interface the decrypted packets of an SA come.
#include "sad/sa_tunnel.h"

#include <string.h>
#include <sys/socket.h>

/* An SA that could come out of both kinds has an if_id for a reason. */
enum { NOT = 0, VTI = 1, XFRM_ANY = 5, XFRM_ID = 6 };

static int by_xfrm(const struct sa *sa, const struct link_tunnel *tunnel)
{
	if (tunnel->any)
		return XFRM_ANY;
	return sa->if_id && sa->if_id == tunnel->key ? XFRM_ID : NOT;
}

/* Is it that address, or any? The more is told the surer it is. */
static bool agrees(const uint32_t *told, const __be32 *addr, int *sure, int worth)
{
	static const uint32_t any[4];

	if (!memcmp(told, any, sizeof(any)))
		return true;
	*sure += worth;
	return !memcmp(told, addr, sizeof(any));
}

static int by_vti(const struct sa *sa, const struct link_tunnel *tunnel)
{
	int sure = VTI;

	if (!agrees(tunnel->local, sa->id.dst, &sure, 1) ||
	    !agrees(tunnel->remote, sa->src, &sure, 2))
		return NOT;
	return sa->mark_value == (tunnel->key & sa->mark_mask) ? sure : NOT;
}

bool sa_tunnel_kind(const struct link *link)
{
	return !strcmp(link->kind, "xfrm") || !strcmp(link->kind, "vti") ||
	       !strcmp(link->kind, "vti6");
}

int sa_tunnel(const struct sa *sa, const struct link *link)
{
	if (!(link->flags & IFF_UP) || link->lower_netnsid >= 0)
		return NOT;
	if (!strcmp(link->kind, "xfrm"))
		return by_xfrm(sa, &link->tunnel);
	if (!strcmp(link->kind, sa->id.family == AF_INET ? "vti" : "vti6"))
		return by_vti(sa, &link->tunnel);
	return NOT;
}
