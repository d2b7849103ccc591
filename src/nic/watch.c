// SPDX-License-Identifier: GPL-2.0-only
// Follows the links and local addresses of a network namespace.
#include "nic/watch.h"
#include "nic/nl.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>

/* A burst of events, such as a thousand VLAN devices coming up, should fit without loss. */
#define WATCH_RCVBUF (4 << 20)

struct node {
	int ifindex;
	unsigned int round; /* of the last dump that named it */
	struct link link;
	UT_hash_handle hh;
};

struct watch {
	struct mnl_socket *nl;
	struct node *nodes;
	struct addrs *addrs;
	watch_link_fn on_link;
	void *ctx;
	unsigned int round;
	char buf[NL_BUF_LEN];
};

unsigned int watch_diff(const struct link *was, const struct link *now)
{
	const unsigned int live = IFF_UP | IFF_RUNNING;
	unsigned int changes = 0;

	if (strcmp(was->name, now->name))
		changes |= WATCH_RENAMED;
	if ((was->flags & live) != live && (now->flags & live) == live)
		changes |= WATCH_UP;
	if ((was->flags & live) == live && (now->flags & live) != live)
		changes |= WATCH_DOWN;
	if (was->xdp_mode != now->xdp_mode || memcmp(was->xdp_id, now->xdp_id, sizeof(now->xdp_id)))
		changes |= WATCH_XDP;
	if (was->mtu != now->mtu)
		changes |= WATCH_MTU;
	if (was->master != now->master)
		changes |= WATCH_MASTER;
	if (was->mac_len != now->mac_len || memcmp(was->mac, now->mac, now->mac_len))
		changes |= WATCH_MAC;
	return changes;
}

static struct node *node_find(const struct watch *watch, int ifindex)
{
	struct node *node;

	HASH_FIND_INT(watch->nodes, &ifindex, node);
	return node;
}

const struct link *watch_link(const struct watch *watch, int ifindex)
{
	struct node *node = node_find(watch, ifindex);

	return node ? &node->link : NULL;
}

void watch_each(const struct watch *watch, void (*fn)(void *ctx, const struct link *link),
		void *ctx)
{
	for (const struct node *node = watch->nodes; node; node = node->hh.next)
		fn(ctx, &node->link);
}

static void node_remove(struct watch *watch, struct node *node, bool tell)
{
	HASH_DEL(watch->nodes, node);
	if (tell && watch->on_link)
		watch->on_link(watch->ctx, WATCH_GONE, &node->link, &node->link);
	free(node);
}

static int node_update(struct watch *watch, const struct link *now)
{
	struct node *node = node_find(watch, now->ifindex);
	struct link was;
	unsigned int changes;

	if (!node) {
		node = calloc(1, sizeof(*node));
		if (!node)
			return -ENOMEM;
		node->ifindex = now->ifindex;
		node->link = *now;
		node->round = watch->round;
		HASH_ADD_INT(watch->nodes, ifindex, node);
		if (watch->on_link)
			watch->on_link(watch->ctx, WATCH_NEW, NULL, &node->link);
		return 0;
	}
	was = node->link;
	node->link = *now;
	node->round = watch->round;
	changes = watch_diff(&was, &node->link);
	if (changes && watch->on_link)
		watch->on_link(watch->ctx, changes, &was, &node->link);
	return 0;
}

/* A message that we cannot read is skipped: the kernel may send kinds that we do not know. */
static int apply(struct watch *watch, const struct nlmsghdr *nlh)
{
	struct link link;
	struct node *node;
	int ret;

	switch (nlh->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		ret = watch->addrs ? addrs_apply(watch->addrs, nlh) : 0;
		return ret == -ENOMEM ? ret : 0;
	case RTM_NEWLINK:
		return link_parse(nlh, &link) ? 0 : node_update(watch, &link);
	case RTM_DELLINK:
		node = link_parse(nlh, &link) ? NULL : node_find(watch, link.ifindex);
		if (node)
			node_remove(watch, node, true);
		return 0;
	default:
		return 0;
	}
}

static int apply_cb(const struct nlmsghdr *nlh, void *ctx)
{
	int err = apply(ctx, nlh);

	if (err) {
		errno = -err;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

/*
 * Dumps go over sockets of their own. Whatever changes during the dump is also in our event queue,
 * and an event that the dump had already shown changes nothing. An event older than the dump can
 * bring an old state back for a moment: the newer event is behind it in the queue.
 */
static int dump_links(struct watch *watch)
{
	struct link_list list;
	size_t i;
	int err;

	err = link_list_read(&list);
	for (i = 0; !err && i < list.count; i++)
		err = node_update(watch, &list.link[i]);
	link_list_free(&list);
	return err;
}

int watch_resync(struct watch *watch)
{
	struct node *node, *next;
	int err;

	watch->round++;
	err = dump_links(watch);
	if (err)
		return err;
	HASH_ITER (hh, watch->nodes, node, next)
		if (node->round != watch->round)
			node_remove(watch, node, true);
	return watch->addrs ? addrs_sync(watch->addrs) : 0;
}

static int subscribe(struct watch *watch)
{
	unsigned int groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
	int size = WATCH_RCVBUF, fd;

	watch->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!watch->nl)
		return -errno;
	fd = mnl_socket_get_fd(watch->nl);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (mnl_socket_bind(watch->nl, groups, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return 0;
}

int watch_open(struct watch **out, struct addrs *addrs, watch_link_fn on_link, void *ctx)
{
	struct watch *watch;
	int err;

	*out = NULL;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	watch->addrs = addrs;
	watch->on_link = on_link;
	watch->ctx = ctx;
	err = subscribe(watch);
	if (!err)
		err = watch_resync(watch);
	if (err) {
		watch_close(watch);
		return err;
	}
	*out = watch;
	return 0;
}

void watch_close(struct watch *watch)
{
	struct node *node, *next;

	if (!watch)
		return;
	HASH_ITER (hh, watch->nodes, node, next)
		node_remove(watch, node, false);
	if (watch->nl)
		mnl_socket_close(watch->nl);
	free(watch);
}

int watch_fd(const struct watch *watch)
{
	return mnl_socket_get_fd(watch->nl);
}

int watch_read(struct watch *watch)
{
	bool lost = false;
	int n, err;

	for (;;) {
		n = nl_recv(mnl_socket_get_fd(watch->nl), watch->buf, sizeof(watch->buf));
		if (n == -EAGAIN)
			break;
		if (n == -ENOBUFS || n == -ENOSPC) {
			lost = true;
			continue;
		}
		if (n < 0)
			return n;
		if (n && mnl_cb_run(watch->buf, n, 0, 0, apply_cb, watch) < 0)
			lost = true;
	}
	if (!lost)
		return 0;
	err = watch_resync(watch);
	return err ? err : 1;
}
