// SPDX-License-Identifier: GPL-2.0-only
// What the steering programs know of addresses: ours, and those of the peers.
#include "daemon/follow.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "sas/local.h"

struct address_list {
	struct local_address *at;
	size_t count;
};

/*
 * Of the kernel's SAs and the file's: these were negotiated, or the operator says so. What was
 * learned anybody can make us learn.
 */
static int collect_peer(void *arg, const struct sa *sa)
{
	struct address_list *list = arg;
	struct local_address *one = &list->at[list->count];

	if (sa->source == SA_LEARNED)
		return 0;
	one->family = sa->id.family;
	memcpy(one->addr, sa->src, sizeof(one->addr));
	list->count++;
	return 0;
}

/* Whose IKE is not a stranger's (bpf/ike.h). */
void follow_on_peers(evutil_socket_t fd, short what, void *arg)
{
	struct follow *f = arg;
	struct host *host = f->sas->maps.host;
	struct address_list list = {0};
	__u32 idle = !(host->peers & 1);

	list.at = calloc(sad_count(f->sad) + 1, sizeof(*list.at));
	if (!list.at)
		return;
	sad_each(f->sad, collect_peer, &list);
	local_fill(&f->sas->maps.peers->half[idle], f->sas->table.shape.seed, list.at, list.count);
	__atomic_store_n(&host->peers, idle, __ATOMIC_RELEASE);
	free(list.at);
}

static void collect(void *arg, int family, const void *addr, bool local)
{
	struct address_list *list = arg;
	struct local_address *one = &list->at[list->count++];

	memset(one, 0, sizeof(*one));
	one->family = (__u8)family;
	memcpy(one->addr, addr, family == AF_INET ? 4 : 16);
}

void follow_set_addresses(struct follow *f)
{
	struct host *host = f->sas->maps.host;
	struct address_list list = {0};
	__u32 idle = !(host->addresses & 1);

	list.at = calloc(addrs_count(f->addrs) + 1, sizeof(*list.at));
	if (!list.at)
		return;
	addrs_each(f->addrs, collect, &list);
	local_fill(&f->sas->maps.addresses->half[idle], f->sas->table.shape.seed, list.at,
		   list.count);
	__atomic_store_n(&host->addresses, idle, __ATOMIC_RELEASE);
	free(list.at);
	if (f->sad)
		sad_addresses_changed(f->sad);
}
