// SPDX-License-Identifier: GPL-2.0-only
// A follower of SAs without a socket: messages in, events out.
#include "sad_fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/udp.h>
#include "byte_order.h"

static void note(struct watch *w, char what, const struct sa *sa)
{
	size_t n = strlen(w->log);

	if (n < sizeof(w->log) - 16)
		snprintf(w->log + n, sizeof(w->log) - n, "%s%c%x", n ? " " : "", what, sa->id.spi);
}

static void on_added(void *arg, const struct sa *sa)
{
	struct watch *w = arg;

	w->now = *sa;
	note(w, '+', sa);
}

static void on_changed(void *arg, const struct sa *was, const struct sa *now)
{
	struct watch *w = arg;

	w->was = *was;
	w->now = *now;
	note(w, '~', now);
}

static void on_removed(void *arg, const struct sa *sa)
{
	note(arg, '-', sa);
}

static void on_lost(void *arg, enum sad_lost why)
{
	((struct watch *)arg)->lost[why]++;
}

static bool is_local(void *arg, uint8_t family, const __be32 addr[4])
{
	const struct watch *w = arg;

	return w->local_family == family && !memcmp(w->local, addr, sizeof(w->local));
}

static const struct sad_ops ops = {on_added, on_changed, on_removed, on_lost, is_local};

void set_local(struct watch *w, const char *text)
{
	memset(w->local, 0, sizeof(w->local));
	w->local_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(w->local_family, text, w->local), 1);
}

int feed(struct sad *sad, const void *bytes, size_t n, uint32_t from)
{
	void *copy = malloc(n ? n : 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	ret = sad_message(sad, copy, n, from);
	free(copy);
	return ret;
}

size_t from_hex(const char *hex, uint8_t *bytes)
{
	size_t n;
	unsigned int byte;

	skip_unless_little_endian();
	for (n = 0; hex[2 * n]; n++) {
		assert_int_equal(sscanf(hex + 2 * n, "%2x", &byte), 1);
		bytes[n] = (uint8_t)byte;
	}
	return n;
}

int feed_hex(struct sad *sad, const char *hex)
{
	uint8_t bytes[1024];
	size_t n = from_hex(hex, bytes);

	return feed(sad, bytes, n, 0);
}

struct nlmsghdr *start(struct message *m, uint16_t type)
{
	struct nlmsghdr *nlh;

	memset(m, 0, sizeof(*m));
	nlh = mnl_nlmsg_put_header(m->bytes);
	nlh->nlmsg_type = type;
	return nlh;
}

void fill(struct xfrm_usersa_info *info, const char *src, const char *dst, uint32_t spi)
{
	info->family = strchr(dst, ':') ? AF_INET6 : AF_INET;
	inet_pton(info->family, src, &info->saddr);
	inet_pton(info->family, dst, &info->id.daddr);
	info->id.spi = htonl(spi);
	info->id.proto = IPPROTO_ESP;
}

struct xfrm_usersa_info *start_sa(struct message *m, uint16_t type, uint32_t spi)
{
	struct nlmsghdr *nlh = start(m, type);
	struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

	fill(info, "192.0.2.1", "192.0.2.2", spi);
	return info;
}

struct nlmsghdr *header(struct message *m)
{
	return (struct nlmsghdr *)m->bytes;
}

int feed_message(struct sad *sad, struct message *m)
{
	return feed(sad, m->bytes, header(m)->nlmsg_len, 0);
}

void put_aead(struct message *m)
{
	struct xfrm_algo_aead aead = {.alg_name = "rfc4106(gcm(aes))", .alg_icv_len = 128};

	mnl_attr_put(header(m), XFRMA_ALG_AEAD, sizeof(aead), &aead);
}

void put_everything(struct message *m)
{
	struct xfrm_encap_tmpl encap = {.encap_type = UDP_ENCAP_ESPINUDP};
	struct xfrm_replay_state_esn replay = {.replay_window = 128};
	struct xfrm_user_offload offload = {.ifindex = 3, .flags = XFRM_OFFLOAD_INBOUND};

	put_aead(m);
	encap.encap_sport = htons(4501);
	encap.encap_dport = htons(4500);
	mnl_attr_put(header(m), XFRMA_ENCAP, sizeof(encap), &encap);
	mnl_attr_put(header(m), XFRMA_REPLAY_ESN_VAL, sizeof(replay), &replay);
	mnl_attr_put(header(m), XFRMA_OFFLOAD_DEV, sizeof(offload), &offload);
}

struct sa_id id_of(const char *dst, uint32_t spi)
{
	struct sa_id id = {.protocol = IPPROTO_ESP, .spi = spi};

	id.family = strchr(dst, ':') ? AF_INET6 : AF_INET;
	inet_pton(id.family, dst, id.dst);
	return id;
}

struct sa other_sa(enum sa_source source, uint32_t spi)
{
	struct sa sa = {.id = id_of("192.0.2.2", spi), .pcpu = -1, .cpu = -1};

	sa.source = (uint8_t)source;
	return sa;
}

int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->sad = sad_new(&ops, &f->watch);
	assert_non_null(f->sad);
	*state = f;
	return 0;
}

int teardown(void **state)
{
	struct fixture *f = *state;

	sad_close(f->sad);
	free(f);
	return 0;
}
