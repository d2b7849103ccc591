// SPDX-License-Identifier: GPL-2.0-only
// Links of this network namespace, read by rtnetlink.
#include "nic/link.h"
#include "nic/nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* ALTIFNAMSIZ of linux/if.h, which does not go with net/if.h */
#define ALT_NAME_LEN 128

/* A string of at most SIZE - 1 bytes; one that is not terminated is cut at its attribute's end. */
static void copy_string(char *out, size_t size, const struct nlattr *attr)
{
	size_t len = strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));

	if (len >= size)
		len = size - 1;
	memcpy(out, mnl_attr_get_payload(attr), len);
	out[len] = 0;
}

static uint32_t get_number(const struct nlattr *attr)
{
	uint32_t value = 0;
	size_t len = mnl_attr_get_payload_len(attr);

	if (len == sizeof(uint8_t))
		return mnl_attr_get_u8(attr);
	if (len == sizeof(uint16_t))
		return mnl_attr_get_u16(attr);
	if (len >= sizeof(value))
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
	return value;
}

static void parse_vlan(const struct nlattr *data, struct link *out)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data)
		if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
			out->vlan_id = get_number(attr);
}

static void parse_xfrm(const struct nlattr *data, struct link *out)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data)
		if (mnl_attr_get_type(attr) == IFLA_XFRM_IF_ID)
			out->tunnel.key = get_number(attr);
		else if (mnl_attr_get_type(attr) == IFLA_XFRM_COLLECT_METADATA)
			out->tunnel.any = true;
}

static void parse_vti(const struct nlattr *data, struct link *out)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data) {
		size_t len = mnl_attr_get_payload_len(attr);
		uint32_t *to = mnl_attr_get_type(attr) == IFLA_VTI_LOCAL    ? out->tunnel.local
			       : mnl_attr_get_type(attr) == IFLA_VTI_REMOTE ? out->tunnel.remote
									    : NULL;

		if (mnl_attr_get_type(attr) == IFLA_VTI_IKEY)
			out->tunnel.key = ntohl(get_number(attr));
		else if (to && len <= sizeof(out->tunnel.local))
			memcpy(to, mnl_attr_get_payload(attr), len);
	}
}

static void parse_info(const struct nlattr *nest, struct link *out)
{
	struct nlattr *attr;
	const struct nlattr *data = NULL;

	mnl_attr_for_each_nested (attr, nest) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			copy_string(out->kind, sizeof(out->kind), attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	}
	if (data && !strcmp(out->kind, "vlan"))
		parse_vlan(data, out);
	else if (data && !strcmp(out->kind, "xfrm"))
		parse_xfrm(data, out);
	else if (data && (!strcmp(out->kind, "vti") || !strcmp(out->kind, "vti6")))
		parse_vti(data, out);
}

/* IFLA_XDP_PROG_ID stands alone on old kernels; with several programs each has its own. */
static void parse_xdp(const struct nlattr *nest, struct link *out)
{
	struct nlattr *attr;
	uint32_t single = 0;

	mnl_attr_for_each_nested (attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_XDP_ATTACHED:
			out->xdp_mode = get_number(attr);
			break;
		case IFLA_XDP_PROG_ID:
			single = get_number(attr);
			break;
		case IFLA_XDP_DRV_PROG_ID:
			out->xdp_id[0] = get_number(attr);
			break;
		case IFLA_XDP_SKB_PROG_ID:
			out->xdp_id[1] = get_number(attr);
			break;
		case IFLA_XDP_HW_PROG_ID:
			out->xdp_id[2] = get_number(attr);
			break;
		default:
			break;
		}
	}
	if (out->xdp_mode >= LINK_XDP_NATIVE && out->xdp_mode <= LINK_XDP_OFFLOAD &&
	    !out->xdp_id[out->xdp_mode - 1])
		out->xdp_id[out->xdp_mode - 1] = single;
}

static void parse_mac(const struct nlattr *attr, struct link *out)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len > sizeof(out->mac))
		return;
	memcpy(out->mac, mnl_attr_get_payload(attr), len);
	out->mac_len = len;
}

static bool parse_number(const struct nlattr *attr, struct link *out)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_MTU:
		out->mtu = get_number(attr);
		break;
	case IFLA_MASTER:
		out->master = get_number(attr);
		break;
	case IFLA_LINK:
		out->lower = get_number(attr);
		break;
	case IFLA_LINK_NETNSID:
		out->lower_netnsid = get_number(attr);
		break;
	case IFLA_OPERSTATE:
		out->operstate = get_number(attr);
		break;
	case IFLA_NUM_RX_QUEUES:
		out->num_rx_queues = get_number(attr);
		break;
	case IFLA_NUM_TX_QUEUES:
		out->num_tx_queues = get_number(attr);
		break;
	default:
		return false;
	}
	return true;
}

static void parse_attr(const struct nlattr *attr, struct link *out)
{
	if (parse_number(attr, out))
		return;
	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		copy_string(out->name, sizeof(out->name), attr);
		break;
	case IFLA_ADDRESS:
		parse_mac(attr, out);
		break;
	case IFLA_LINKINFO:
		parse_info(attr, out);
		break;
	case IFLA_XDP:
		parse_xdp(attr, out);
		break;
	case IFLA_PARENT_DEV_NAME:
		copy_string(out->parent_dev, sizeof(out->parent_dev), attr);
		break;
	case IFLA_PARENT_DEV_BUS_NAME:
		copy_string(out->parent_bus, sizeof(out->parent_bus), attr);
		break;
	default:
		break;
	}
}

int link_parse(const struct nlmsghdr *nlh, struct link *out)
{
	const struct ifinfomsg *info;
	struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK)
		return -EBADMSG;
	/* libmnl walks attributes up to the aligned end: what ends unaligned would be overrun. */
	if (nlh->nlmsg_len < mnl_nlmsg_size(sizeof(*info)) || nlh->nlmsg_len % MNL_ALIGNTO)
		return -EBADMSG;
	info = mnl_nlmsg_get_payload(nlh);
	memset(out, 0, sizeof(*out));
	out->lower_netnsid = -1;
	out->ifindex = info->ifi_index;
	out->flags = info->ifi_flags;
	out->type = info->ifi_type;
	mnl_attr_for_each (attr, nlh, sizeof(*info))
		parse_attr(attr, out);
	/* Bridge notifications of AF_BRIDGE come as RTM_NEWLINK too, without most of a link. */
	if (info->ifi_family != AF_UNSPEC || out->ifindex <= 0 || !out->name[0])
		return -EBADMSG;
	return 0;
}

static struct nlmsghdr *request_put(char *buf, uint16_t flags, int ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = flags;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->ifi_index = ifindex;
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return nlh;
}

static int one_cb(const struct nlmsghdr *nlh, void *ctx)
{
	int err = link_parse(nlh, ctx);

	if (err) {
		errno = -err;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int link_get(const char *name, struct link *out)
{
	char buf[512];
	struct nlmsghdr *nlh;
	size_t len = strlen(name);

	if (!len || len >= ALT_NAME_LEN)
		return -ENODEV;
	nlh = request_put(buf, NLM_F_ACK, 0);
	mnl_attr_put_strz(nlh, len < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
	return nl_ask(NETLINK_ROUTE, nlh, one_cb, out);
}

int link_get_index(int ifindex, struct link *out)
{
	char buf[512];

	if (ifindex <= 0)
		return -ENODEV;
	return nl_ask(NETLINK_ROUTE, request_put(buf, NLM_F_ACK, ifindex), one_cb, out);
}

enum { MOST_NAMESPACES = 1024 };

struct namespaces {
	int32_t number[MOST_NAMESPACES];
	size_t count;
};

static int namespace_cb(const struct nlmsghdr *nlh, void *ctx)
{
	struct namespaces *list = ctx;
	const struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, sizeof(struct rtgenmsg))
		if (mnl_attr_get_type(attr) == NETNSA_NSID && list->count < MOST_NAMESPACES)
			list->number[list->count++] = (int32_t)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* Those that have a number in this one. */
static int namespaces_read(struct namespaces *list)
{
	char buf[512];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	list->count = 0;
	nlh->nlmsg_type = RTM_GETNSID;
	nlh->nlmsg_flags = NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct rtgenmsg));
	return nl_ask(NETLINK_ROUTE, nlh, namespace_cb, list);
}

static int get_in(int32_t number, const char *name, struct link *out)
{
	char buf[512];
	struct nlmsghdr *nlh = request_put(buf, NLM_F_ACK, 0);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, (uint32_t)number);
	return nl_ask(NETLINK_ROUTE, nlh, one_cb, out);
}

int link_get_elsewhere(const char *name, const uint8_t *mac, uint8_t mac_len, struct link *out)
{
	struct namespaces *list = malloc(sizeof(*list));
	int err = list ? namespaces_read(list) : -ENOMEM;
	bool found = false;

	for (size_t i = 0; !err && !found && i < list->count; i++)
		found = !get_in(list->number[i], name, out) && out->mac_len == mac_len &&
			!memcmp(out->mac, mac, mac_len);
	free(list);
	return err ? err : found ? 0 : -ENODEV;
}

static int list_cb(const struct nlmsghdr *nlh, void *ctx)
{
	struct link_list *list = ctx;
	struct link *more;

	more = realloc(list->link, (list->count + 1) * sizeof(*more));
	if (!more) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	list->link = more;
	if (!link_parse(nlh, &list->link[list->count]))
		list->count++;
	return MNL_CB_OK;
}

int link_list_read(struct link_list *out)
{
	int err, tries = 0;
	char buf[512];

	memset(out, 0, sizeof(*out));
	do {
		link_list_free(out);
		err = nl_ask(NETLINK_ROUTE, request_put(buf, NLM_F_DUMP, 0), list_cb, out);
	} while (err == -EINTR && ++tries < NL_DUMP_TRIES);
	if (err)
		link_list_free(out);
	return err;
}

void link_list_free(struct link_list *list)
{
	free(list->link);
	memset(list, 0, sizeof(*list));
}

const struct link *link_by_name(const struct link_list *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (!strcmp(all->link[i].name, name))
			return &all->link[i];
	return NULL;
}

const struct link *link_by_index(const struct link_list *all, int ifindex)
{
	size_t i;

	for (i = 0; ifindex > 0 && i < all->count; i++)
		if (all->link[i].ifindex == ifindex)
			return &all->link[i];
	return NULL;
}
