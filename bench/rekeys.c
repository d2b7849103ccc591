// SPDX-License-Identifier: GPL-2.0-only
// Messages as those of XFRMNLGRP_SA.
#include "rekeys.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <string.h>
#include "spi.h"

enum { KEY_BYTES = 20 };

/* As much of the algorithm as matters here: that there is one. */
static void put_aead(struct nlmsghdr *nlh)
{
	union {
		struct xfrm_algo_aead aead;
		char bytes[sizeof(struct xfrm_algo_aead) + KEY_BYTES];
	} value = {.aead = {.alg_name = "rfc4106(gcm(aes))", .alg_key_len = 8 * KEY_BYTES}};

	mnl_attr_put(nlh, XFRMA_ALG_AEAD, sizeof(value), &value);
}

int rekeys_came(struct sad *sad, __be32 dst, __u32 i, __u32 reqid)
{
	char buffer[512] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

	nlh->nlmsg_type = XFRM_MSG_NEWSA;
	info->family = AF_INET;
	info->id.daddr.a4 = dst;
	info->id.spi = htonl(bench_spi(i));
	info->id.proto = IPPROTO_ESP;
	info->saddr.a4 = htonl(0xc0000201);
	info->mode = XFRM_MODE_TUNNEL;
	info->reqid = reqid;
	put_aead(nlh);
	return sad_message(sad, buffer, nlh->nlmsg_len, 0);
}

int rekeys_went(struct sad *sad, __be32 dst, __u32 i)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct xfrm_usersa_id *id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));

	nlh->nlmsg_type = XFRM_MSG_DELSA;
	id->family = AF_INET;
	id->daddr.a4 = dst;
	id->spi = htonl(bench_spi(i));
	id->proto = IPPROTO_ESP;
	return sad_message(sad, buffer, nlh->nlmsg_len, 0);
}
