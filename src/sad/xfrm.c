// SPDX-License-Identifier: GPL-2.0-only
// One XFRM netlink message as an event. Every length is checked: the bytes may be anything.
#include "sad/xfrm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <linux/udp.h>
#include <linux/xfrm.h>

/* Newer than Debian 12's linux/xfrm.h: Linux 6.10, 6.13 and 7.3 at the latest. */
#define ATTR_SA_DIR	  33
#define ATTR_SA_PCPU	  35
#define MSG_MIGRATE_STATE 41
#define DIR_IN		  1
#define DIR_OUT		  2

static bool is_ipsec(uint8_t protocol)
{
	return protocol == IPPROTO_ESP || protocol == IPPROTO_AH;
}

/* The kernel leaves what it likes behind the four bytes of an IPv4 address. */
static void copy_address(__be32 to[4], const xfrm_address_t *from, uint16_t family)
{
	if (family == AF_INET) {
		to[0] = from->a4;
		to[1] = to[2] = to[3] = 0;
	} else {
		memcpy(to, from, 16);
	}
}

/* 1: an SA that could be ours; 0: of no interest. */
static int read_id(struct sa_id *id, uint16_t family, const xfrm_address_t *dst, __be32 spi,
		   uint8_t protocol)
{
	if (family != AF_INET && family != AF_INET6)
		return -EBADMSG;
	if (!spi || !is_ipsec(protocol))
		return 0;
	id->family = (uint8_t)family;
	id->protocol = protocol;
	id->spi = ntohl(spi);
	copy_address(id->dst, dst, family);
	return 1;
}

static void read_encap(struct sa *sa, const void *data)
{
	struct xfrm_encap_tmpl encap;

	memcpy(&encap, data, sizeof(encap));
	/* ESP-in-TCP is the other type: its packets never show themselves as ESP */
	if (encap.encap_type != UDP_ENCAP_ESPINUDP &&
	    encap.encap_type != UDP_ENCAP_ESPINUDP_NON_IKE)
		return;
	sa->encap = 1;
	sa->encap_sport = ntohs(encap.encap_sport);
	sa->encap_dport = ntohs(encap.encap_dport);
}

static void read_offload(struct sa *sa, const void *data)
{
	struct xfrm_user_offload offload;

	memcpy(&offload, data, sizeof(offload));
	sa->offload = offload.flags & XFRM_OFFLOAD_PACKET ? SA_OFFLOAD_PACKET : SA_OFFLOAD_CRYPTO;
	sa->offload_ifindex = offload.ifindex;
}

static void read_mark(struct sa *sa, const void *data)
{
	struct xfrm_mark mark;

	memcpy(&mark, data, sizeof(mark));
	sa->mark_value = mark.v;
	sa->mark_mask = mark.m;
}

static void read_replay(struct sa *sa, const void *data)
{
	struct xfrm_replay_state_esn replay;

	/* it is there for every window over 32, ESN or not */
	memcpy(&replay, data, sizeof(replay));
	sa->replay_window = replay.replay_window;
}

static void read_pcpu(struct sa *sa, const void *data)
{
	uint32_t pcpu;

	memcpy(&pcpu, data, sizeof(pcpu));
	sa->pcpu = pcpu <= INT_MAX ? (int32_t)pcpu : -1;
}

static void read_direction(struct sa *sa, const void *data)
{
	uint8_t direction = *(const uint8_t *)data;

	if (direction == DIR_IN)
		sa->direction = SA_DIR_IN;
	else if (direction == DIR_OUT)
		sa->direction = SA_DIR_OUT;
}

static int needed_length(uint16_t type)
{
	switch (type) {
	case XFRMA_ENCAP:
		return sizeof(struct xfrm_encap_tmpl);
	case XFRMA_OFFLOAD_DEV:
		return sizeof(struct xfrm_user_offload);
	case XFRMA_MARK:
		return sizeof(struct xfrm_mark);
	case XFRMA_REPLAY_ESN_VAL:
		return sizeof(struct xfrm_replay_state_esn);
	case XFRMA_IF_ID:
	case ATTR_SA_PCPU:
		return sizeof(uint32_t);
	case ATTR_SA_DIR:
		return sizeof(uint8_t);
	default:
		return 0;
	}
}

static void read_attribute(struct sa *sa, uint16_t type, const void *data)
{
	switch (type) {
	case XFRMA_ALG_AUTH:
	case XFRMA_ALG_AUTH_TRUNC:
	case XFRMA_ALG_CRYPT:
	case XFRMA_ALG_AEAD:
		/* the kernel takes no ESP or AH SA without an algorithm, but for a larval one */
		sa->larval = 0;
		break;
	case XFRMA_ENCAP:
		read_encap(sa, data);
		break;
	case XFRMA_OFFLOAD_DEV:
		read_offload(sa, data);
		break;
	case XFRMA_MARK:
		read_mark(sa, data);
		break;
	case XFRMA_REPLAY_ESN_VAL:
		read_replay(sa, data);
		break;
	case XFRMA_IF_ID:
		memcpy(&sa->if_id, data, sizeof(sa->if_id));
		break;
	case ATTR_SA_PCPU:
		read_pcpu(sa, data);
		break;
	case ATTR_SA_DIR:
		read_direction(sa, data);
		break;
	}
}

/*
 * Not mnl_attr_for_each(): it rounds the end up, so it may read three bytes past the message; and
 * libmnl's calls for each attribute cost a tenth of a dump.
 */
static int read_attributes(struct sa *sa, const struct nlmsghdr *nlh, size_t header)
{
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(header);
	const char *message = (const char *)nlh;
	const struct nlattr *attr;
	uint16_t type;

	for (; at + NLA_HDRLEN <= nlh->nlmsg_len; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const void *)(message + at);
		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > nlh->nlmsg_len - at)
			return -EBADMSG;
		type = attr->nla_type & NLA_TYPE_MASK;
		if (attr->nla_len - NLA_HDRLEN < needed_length(type))
			return -EBADMSG;
		read_attribute(sa, type, message + at + NLA_HDRLEN);
	}
	return 0;
}

/* Messages are aligned to four bytes, the structure to eight. */
typedef struct xfrm_usersa_info unaligned_info __attribute__((aligned(4)));

static int read_sa(const struct nlmsghdr *nlh, struct xfrm_event *event)
{
	const unaligned_info *info = mnl_nlmsg_get_payload(nlh);
	struct sa *sa = &event->sa;
	int ret;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*info))
		return -EBADMSG;
	ret = read_id(&sa->id, info->family, &info->id.daddr, info->id.spi, info->id.proto);
	if (ret <= 0)
		return ret;
	copy_address(sa->src, &info->saddr, info->family);
	sa->reqid = info->reqid;
	sa->replay_window = info->replay_window;
	sa->esn = !!(info->flags & XFRM_STATE_ESN);
	sa->larval = 1;
	sa->packets = info->curlft.packets;
	sa->bytes = info->curlft.bytes;
	event->kind = XFRM_SA;
	return read_attributes(sa, nlh, sizeof(*info));
}

static int read_gone(const struct nlmsghdr *nlh, struct xfrm_event *event)
{
	struct xfrm_usersa_id id;
	int ret;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(id))
		return -EBADMSG;
	memcpy(&id, mnl_nlmsg_get_payload(nlh), sizeof(id));
	ret = read_id(&event->sa.id, id.family, &id.daddr, id.spi, id.proto);
	if (ret <= 0)
		return ret;
	event->kind = XFRM_GONE;
	return read_attributes(&event->sa, nlh, sizeof(id));
}

static int read_expire(const struct nlmsghdr *nlh, struct xfrm_event *event)
{
	struct xfrm_user_expire expire;
	int ret;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(expire))
		return -EBADMSG;
	memcpy(&expire, mnl_nlmsg_get_payload(nlh), sizeof(expire));
	if (!expire.hard)
		return 0;
	ret = read_id(&event->sa.id, expire.state.family, &expire.state.id.daddr,
		      expire.state.id.spi, expire.state.id.proto);
	if (ret <= 0)
		return ret;
	event->kind = XFRM_GONE;
	return read_attributes(&event->sa, nlh, sizeof(expire));
}

static int read_mapping(const struct nlmsghdr *nlh, struct xfrm_event *event)
{
	struct xfrm_user_mapping map;
	int ret;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(map))
		return -EBADMSG;
	memcpy(&map, mnl_nlmsg_get_payload(nlh), sizeof(map));
	ret = read_id(&event->sa.id, map.id.family, &map.id.daddr, map.id.spi, map.id.proto);
	if (ret <= 0)
		return ret;
	copy_address(event->sa.src, &map.new_saddr, map.id.family);
	event->sa.encap_sport = ntohs(map.new_sport);
	event->kind = XFRM_MOVED;
	return 0;
}

static int read_flush(const struct nlmsghdr *nlh, struct xfrm_event *event)
{
	struct xfrm_usersa_flush flush;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(flush))
		return -EBADMSG;
	memcpy(&flush, mnl_nlmsg_get_payload(nlh), sizeof(flush));
	if (is_ipsec(flush.proto) || !flush.proto || flush.proto == IPPROTO_RAW)
		event->kind = XFRM_FLUSHED;
	return 0;
}

const struct nlmsghdr *xfrm_next(const void *datagram, size_t len, size_t *at)
{
	const struct nlmsghdr *nlh = (const void *)((const char *)datagram + *at);

	if (*at >= len || len - *at < sizeof(*nlh))
		return NULL;
	if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len - *at)
		return NULL;
	*at += NLMSG_ALIGN((size_t)nlh->nlmsg_len);
	return nlh;
}

int xfrm_read(const struct nlmsghdr *nlh, struct xfrm_event *event)
{
	*event = (struct xfrm_event){.sa = {.source = SA_KERNEL, .pcpu = -1, .cpu = -1}};
	switch (nlh->nlmsg_type) {
	case XFRM_MSG_NEWSA:
	case XFRM_MSG_UPDSA:
		return read_sa(nlh, event);
	case XFRM_MSG_DELSA:
		return read_gone(nlh, event);
	case XFRM_MSG_EXPIRE:
		return read_expire(nlh, event);
	case XFRM_MSG_MAPPING:
		return read_mapping(nlh, event);
	case XFRM_MSG_FLUSHSA:
		return read_flush(nlh, event);
	case XFRM_MSG_MIGRATE:
	case MSG_MIGRATE_STATE:
		event->kind = XFRM_MIGRATED;
		return 0;
	default:
		return 0;
	}
}
