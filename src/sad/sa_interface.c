// SPDX-License-Identifier: GPL-2.0-only
// Where the packets of an SA come in.
#include "sad/sa_interface.h"

#include <string.h>
#include "nic/link.h"
#include "nic/route.h"

/* The device at the bottom: packets come in there, whatever lies on it. */
static void lowest(struct link *link)
{
	struct link_list all = {0};
	const struct link *at, *below;

	if (link_list_read(&all))
		return;
	at = link_by_index(&all, link->ifindex);
	for (size_t i = 0; at && i < all.count && link_lower_all(&all, at, &below, 1); i++)
		at = below;
	if (at)
		*link = *at;
	link_list_free(&all);
}

void sa_interface(const struct sa *sa, char name[IFNAMSIZ])
{
	struct link link;
	int ifindex = route_device(sa->id.family, sa->src, sa->id.dst);

	if (ifindex < 0 || link_get_index(ifindex, &link))
		return;
	lowest(&link);
	if (!(link.flags & IFF_LOOPBACK))
		memcpy(name, link.name, IFNAMSIZ);
}
