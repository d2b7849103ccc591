// SPDX-License-Identifier: GPL-2.0-only
/* The local addresses of a network namespace. */
#include "nic/addrs.h"
#include "nic/nl.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>

struct address {
	uint8_t family; /* AF_* fits */
	uint8_t addr[16];
};

/* One configured address: the same address may be on an interface twice, with two prefixes. */
struct holder_key {
	struct address address;
	uint8_t prefix;
	uint8_t pad[2]; /* zero: the key is compared as bytes */
	int32_t ifindex;
};

struct holder {
	struct holder_key key;
	unsigned int round; /* of the last dump that named it */
	UT_hash_handle hh;
};

struct local {
	struct address address;
	unsigned int holders;
	UT_hash_handle hh;
};

struct addrs {
	struct holder *holders;
	struct local *locals;
	unsigned int round;
	addrs_notice_fn notice;
	void *ctx;
};

static size_t address_len(int family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

static bool address_set(struct address *out, int family, const void *addr)
{
	memset(out, 0, sizeof(*out));
	if (!address_len(family))
		return false;
	out->family = family;
	memcpy(out->addr, addr, address_len(family));
	return true;
}

struct addrs *addrs_new(addrs_notice_fn notice, void *ctx)
{
	struct addrs *addrs = calloc(1, sizeof(*addrs));

	if (addrs) {
		addrs->notice = notice;
		addrs->ctx = ctx;
	}
	return addrs;
}

void addrs_free(struct addrs *addrs)
{
	struct holder *holder, *next_holder;
	struct local *local, *next_local;

	if (!addrs)
		return;
	HASH_ITER (hh, addrs->holders, holder, next_holder) {
		HASH_DEL(addrs->holders, holder);
		free(holder);
	}
	HASH_ITER (hh, addrs->locals, local, next_local) {
		HASH_DEL(addrs->locals, local);
		free(local);
	}
	free(addrs);
}

static struct local *local_find(const struct addrs *addrs, const struct address *address)
{
	struct local *local;

	HASH_FIND(hh, addrs->locals, address, sizeof(*address), local);
	return local;
}

bool addrs_contains(const struct addrs *addrs, int family, const void *addr)
{
	struct address address;

	return address_set(&address, family, addr) && local_find(addrs, &address);
}

size_t addrs_count(const struct addrs *addrs)
{
	return HASH_COUNT(addrs->locals);
}

void addrs_each(const struct addrs *addrs, addrs_notice_fn fn, void *ctx)
{
	struct local *local, *next;

	HASH_ITER (hh, addrs->locals, local, next)
		fn(ctx, local->address.family, local->address.addr, true);
}

static void tell(struct addrs *addrs, const struct address *address, bool local)
{
	if (addrs->notice)
		addrs->notice(addrs->ctx, address->family, address->addr, local);
}

static int local_hold(struct addrs *addrs, const struct address *address)
{
	struct local *local = local_find(addrs, address);

	if (local) {
		local->holders++;
		return 0;
	}
	local = calloc(1, sizeof(*local));
	if (!local)
		return -ENOMEM;
	local->address = *address;
	local->holders = 1;
	HASH_ADD(hh, addrs->locals, address, sizeof(local->address), local);
	tell(addrs, address, true);
	return 1;
}

static int local_drop(struct addrs *addrs, const struct address *address)
{
	struct local *local = local_find(addrs, address);

	if (!local || --local->holders)
		return 0;
	HASH_DEL(addrs->locals, local);
	tell(addrs, address, false);
	free(local);
	return 1;
}

static int holder_add(struct addrs *addrs, const struct holder_key *key)
{
	struct holder *holder;
	int ret;

	HASH_FIND(hh, addrs->holders, key, sizeof(*key), holder);
	if (holder) {
		holder->round = addrs->round;
		return 0;
	}
	holder = calloc(1, sizeof(*holder));
	if (!holder)
		return -ENOMEM;
	holder->key = *key;
	holder->round = addrs->round;
	ret = local_hold(addrs, &key->address);
	if (ret < 0) {
		free(holder);
		return ret;
	}
	HASH_ADD(hh, addrs->holders, key, sizeof(holder->key), holder);
	return ret;
}

static int holder_remove(struct addrs *addrs, struct holder *holder)
{
	int ret;

	HASH_DEL(addrs->holders, holder);
	ret = local_drop(addrs, &holder->key.address);
	free(holder);
	return ret;
}

/* IFA_LOCAL is ours where it exists: IFA_ADDRESS is then the peer's (linux/if_addr.h). */
static const void *own_address(const struct nlmsghdr *nlh, size_t want)
{
	const void *address = NULL, *local = NULL;
	struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, sizeof(struct ifaddrmsg)) {
		if (mnl_attr_get_payload_len(attr) < want)
			continue;
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = mnl_attr_get_payload(attr);
		else if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			address = mnl_attr_get_payload(attr);
	}
	return local ? local : address;
}

static int parse_key(const struct nlmsghdr *nlh, struct holder_key *key)
{
	const struct ifaddrmsg *info;
	const void *own;

	if (nlh->nlmsg_type != RTM_NEWADDR && nlh->nlmsg_type != RTM_DELADDR)
		return -EBADMSG;
	/* libmnl walks attributes up to the aligned end: what ends unaligned would be overrun. */
	if (nlh->nlmsg_len < mnl_nlmsg_size(sizeof(*info)) || nlh->nlmsg_len % MNL_ALIGNTO)
		return -EBADMSG;
	info = mnl_nlmsg_get_payload(nlh);
	memset(key, 0, sizeof(*key));
	if (!address_len(info->ifa_family))
		return -EBADMSG;
	own = own_address(nlh, address_len(info->ifa_family));
	if (!own)
		return -EBADMSG;
	address_set(&key->address, info->ifa_family, own);
	key->prefix = info->ifa_prefixlen;
	key->ifindex = info->ifa_index;
	return 0;
}

int addrs_apply(struct addrs *addrs, const struct nlmsghdr *nlh)
{
	struct holder_key key;
	struct holder *holder;
	int err;

	err = parse_key(nlh, &key);
	if (err)
		return err;
	if (nlh->nlmsg_type == RTM_NEWADDR)
		return holder_add(addrs, &key);
	HASH_FIND(hh, addrs->holders, &key, sizeof(key), holder);
	return holder ? holder_remove(addrs, holder) : 0;
}

void addrs_dump_begin(struct addrs *addrs)
{
	addrs->round++;
}

void addrs_dump_end(struct addrs *addrs)
{
	struct holder *holder, *next;

	HASH_ITER (hh, addrs->holders, holder, next)
		if (holder->round != addrs->round)
			(void)holder_remove(addrs, holder);
}

static int apply_cb(const struct nlmsghdr *nlh, void *ctx)
{
	int ret = addrs_apply(ctx, nlh);

	if (ret == -ENOMEM) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int addrs_sync(struct addrs *addrs)
{
	struct nlmsghdr *nlh;
	char buf[256];
	int err, tries = 0;

	addrs_dump_begin(addrs);
	do {
		nlh = mnl_nlmsg_put_header(buf);
		nlh->nlmsg_type = RTM_GETADDR;
		nlh->nlmsg_flags = NLM_F_DUMP;
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifaddrmsg));
		err = nl_ask(NETLINK_ROUTE, nlh, apply_cb, addrs);
	} while (err == -EINTR && ++tries < NL_DUMP_TRIES);
	if (!err)
		addrs_dump_end(addrs);
	return err;
}
