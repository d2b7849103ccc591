// SPDX-License-Identifier: GPL-2.0-only
/* The SA follower without a socket: messages in, events out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <linux/udp.h>
#include <linux/xfrm.h>

#include "sad/impl.h"
#include "sad/sad.h"
#include "xfrm_recorded.h"

#define ATTR_SA_DIR  33
#define ATTR_SA_PCPU 35
#define MUTATIONS    100000

/* What the consumer was told: `log` as "+1000 ~1000 -1000" (SPIs in hex), and the last SAs. */
struct watch {
	char log[512];
	struct sa was, now;
	int lost[3];
	uint8_t local_family;
	__be32 local[4];
};

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

#define assert_log(w, expected)                          \
	do {                                             \
		assert_string_equal((w)->log, expected); \
		(w)->log[0] = '\0';                      \
	} while (0)

static void set_local(struct watch *w, const char *text)
{
	memset(w->local, 0, sizeof(w->local));
	w->local_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(w->local_family, text, w->local), 1);
}

/* A copy that ends where the message ends, so that the sanitizer sees a read past it. */
static int feed(struct sad *sad, const void *bytes, size_t n, uint32_t from)
{
	void *copy = malloc(n ? n : 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	ret = sad_message(sad, copy, n, from);
	free(copy);
	return ret;
}

static size_t from_hex(const char *hex, uint8_t *bytes)
{
	size_t n;
	unsigned int byte;

	for (n = 0; hex[2 * n]; n++) {
		assert_int_equal(sscanf(hex + 2 * n, "%2x", &byte), 1);
		bytes[n] = (uint8_t)byte;
	}
	return n;
}

static int feed_hex(struct sad *sad, const char *hex)
{
	uint8_t bytes[1024];
	size_t n = from_hex(hex, bytes);

	return feed(sad, bytes, n, 0);
}

/* A message under construction. */
struct message {
	char bytes[2048] __attribute__((aligned(8)));
};

static struct nlmsghdr *start(struct message *m, uint16_t type)
{
	struct nlmsghdr *nlh;

	memset(m, 0, sizeof(*m));
	nlh = mnl_nlmsg_put_header(m->bytes);
	nlh->nlmsg_type = type;
	return nlh;
}

static void fill(struct xfrm_usersa_info *info, const char *src, const char *dst, uint32_t spi)
{
	info->family = strchr(dst, ':') ? AF_INET6 : AF_INET;
	inet_pton(info->family, src, &info->saddr);
	inet_pton(info->family, dst, &info->id.daddr);
	info->id.spi = htonl(spi);
	info->id.proto = IPPROTO_ESP;
}

static struct xfrm_usersa_info *start_sa(struct message *m, uint16_t type, uint32_t spi)
{
	struct nlmsghdr *nlh = start(m, type);
	struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

	fill(info, "192.0.2.1", "192.0.2.2", spi);
	return info;
}

static struct nlmsghdr *header(struct message *m)
{
	return (struct nlmsghdr *)m->bytes;
}

static int feed_message(struct sad *sad, struct message *m)
{
	return feed(sad, m->bytes, header(m)->nlmsg_len, 0);
}

/* What the kernel wants of a valid ESP SA: an algorithm. */
static void put_aead(struct message *m)
{
	struct xfrm_algo_aead aead = {.alg_name = "rfc4106(gcm(aes))", .alg_icv_len = 128};

	mnl_attr_put(header(m), XFRMA_ALG_AEAD, sizeof(aead), &aead);
}

static void put_mark(struct message *m, uint32_t value, uint32_t mask)
{
	struct xfrm_mark mark = {value, mask};

	mnl_attr_put(header(m), XFRMA_MARK, sizeof(mark), &mark);
}

static struct sa_id id_of(const char *dst, uint32_t spi)
{
	struct sa_id id = {.protocol = IPPROTO_ESP, .spi = spi};

	id.family = strchr(dst, ':') ? AF_INET6 : AF_INET;
	inet_pton(id.family, dst, id.dst);
	return id;
}

struct fixture {
	struct watch watch;
	struct sad *sad;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->sad = sad_new(&ops, &f->watch);
	assert_non_null(f->sad);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sad_close(f->sad);
	free(f);
	return 0;
}

static void recorded_sa_is_there_at_once(void **state)
{
	struct fixture *f = *state;
	struct sa_id id = id_of("192.0.2.2", 0x1000);
	const struct sa *sa;

	assert_int_equal(feed_hex(f->sad, recorded_v4), 0);
	assert_log(&f->watch, "+1000");
	sa = sad_find(f->sad, &id);
	assert_non_null(sa);
	assert_int_equal(ntohl(sa->src[0]), 0xc0000201);
	assert_int_equal(sa->id.protocol, IPPROTO_ESP);
	assert_true(sa->larval);
	assert_int_equal(sa->source, SA_KERNEL);
	assert_int_equal(sa->pcpu, -1);
	assert_int_equal(sa->cpu, -1);
	assert_int_equal(sa->direction, SA_DIR_UNSET);
	assert_int_equal(sa->replay_window, 0);
	assert_false(sa->encap);
	assert_int_equal(sad_count(f->sad), 1);
}

static void recorded_attributes_are_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(feed_hex(f->sad, recorded_marked), 0);
	assert_log(&f->watch, "+1001");
	assert_int_equal(f->watch.now.direction, SA_DIR_IN);
	assert_int_equal(f->watch.now.pcpu, 1);
	assert_int_equal(f->watch.now.mark_value, 5);
	assert_int_equal(f->watch.now.mark_mask, 0xff);
	assert_int_equal(f->watch.now.if_id, 7);
}

static void outbound_is_kept_from_the_consumer(void **state)
{
	struct fixture *f = *state;
	struct sa_id id = id_of("2001:db8::2", 0x1002);

	set_local(&f->watch, "2001:db8::2");
	assert_int_equal(feed_hex(f->sad, recorded_v6_out), 0);
	sad_addresses_changed(f->sad);
	assert_int_equal(feed_hex(f->sad, recorded_expire_v6), 0);
	assert_log(&f->watch, "");
	assert_null(sad_find(f->sad, &id));
	assert_int_equal(sad_count(f->sad), 0);
}

static void recorded_deletes_remove(void **state)
{
	struct fixture *f = *state;

	feed_hex(f->sad, recorded_v4);
	feed_hex(f->sad, recorded_marked);
	assert_int_equal(feed_hex(f->sad, recorded_delete_v4), 0);
	assert_int_equal(feed_hex(f->sad, recorded_delete_marked), 0);
	assert_int_equal(feed_hex(f->sad, recorded_delete_v4), 0);
	assert_log(&f->watch, "+1000 +1001 -1000 -1001");
	assert_int_equal(sad_count(f->sad), 0);
}

static void only_a_hard_expiry_removes(void **state)
{
	struct fixture *f = *state;
	struct xfrm_user_expire *expire;
	struct message m;

	feed_hex(f->sad, recorded_v4);
	expire = mnl_nlmsg_put_extra_header(start(&m, XFRM_MSG_EXPIRE), sizeof(*expire));
	fill(&expire->state, "192.0.2.1", "192.0.2.2", 0x1000);
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "+1000");
	expire->hard = 1;
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "-1000");
}

static void flush_and_migrate_want_a_sync(void **state)
{
	struct fixture *f = *state;
	struct xfrm_usersa_flush *flush;
	struct message m;

	feed_hex(f->sad, recorded_v4);
	assert_int_equal(feed_hex(f->sad, recorded_flush), SAD_SYNC_WANTED);
	assert_int_equal(f->watch.lost[SAD_LOST_FLUSH], 1);
	start(&m, XFRM_MSG_MIGRATE);
	assert_int_equal(feed_message(f->sad, &m), SAD_SYNC_WANTED);
	assert_int_equal(f->watch.lost[SAD_LOST_MIGRATE], 1);
	flush = mnl_nlmsg_put_extra_header(start(&m, XFRM_MSG_FLUSHSA), sizeof(*flush));
	flush->proto = IPPROTO_COMP;
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "+1000");
}

static void put_everything(struct message *m)
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

static void every_field_is_read(void **state)
{
	struct fixture *f = *state;
	struct xfrm_usersa_info *info;
	const struct sa *sa = &f->watch.now;
	struct message m;

	info = start_sa(&m, XFRM_MSG_NEWSA, 0x77);
	info->reqid = 9;
	info->replay_window = 32;
	info->flags = XFRM_STATE_ESN;
	info->curlft.packets = 10;
	info->curlft.bytes = 1000;
	put_everything(&m);
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "+77");
	assert_false(sa->larval);
	assert_int_equal(sa->reqid, 9);
	assert_true(sa->esn);
	assert_int_equal(sa->replay_window, 128);
	assert_true(sa->encap);
	assert_int_equal(sa->encap_sport, 4501);
	assert_int_equal(sa->encap_dport, 4500);
	assert_int_equal(sa->offload, SA_OFFLOAD_CRYPTO);
	assert_int_equal(sa->offload_ifindex, 3);
	assert_int_equal(sa->packets, 10);
	assert_int_equal(sa->bytes, 1000);
}

static void offload_and_encap_types(void **state)
{
	struct fixture *f = *state;
	struct xfrm_user_offload offload = {.ifindex = 3, .flags = XFRM_OFFLOAD_PACKET};
	struct xfrm_encap_tmpl encap = {.encap_type = 7 /* ESP-in-TCP */};
	struct message m;

	start_sa(&m, XFRM_MSG_NEWSA, 0x77)->replay_window = 32;
	put_aead(&m);
	mnl_attr_put(header(&m), XFRMA_OFFLOAD_DEV, sizeof(offload), &offload);
	mnl_attr_put(header(&m), XFRMA_ENCAP, sizeof(encap), &encap);
	mnl_attr_put_u32(header(&m), ATTR_SA_PCPU, UINT32_MAX);
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_int_equal(f->watch.now.offload, SA_OFFLOAD_PACKET);
	assert_int_equal(f->watch.now.replay_window, 32);
	assert_int_equal(f->watch.now.pcpu, -1);
	assert_false(f->watch.now.encap);
}

static void update_changes_but_counters_do_not(void **state)
{
	struct fixture *f = *state;
	struct sa_id id = id_of("192.0.2.2", 0x1000);
	struct xfrm_usersa_info *info;
	struct message m;

	feed_hex(f->sad, recorded_v4);
	info = start_sa(&m, XFRM_MSG_UPDSA, 0x1000);
	put_aead(&m);
	feed_message(f->sad, &m);
	assert_log(&f->watch, "+1000 ~1000");
	assert_true(f->watch.was.larval);
	assert_false(f->watch.now.larval);
	info->curlft.packets = 5;
	feed_message(f->sad, &m);
	assert_log(&f->watch, "");
	assert_int_equal(sad_find(f->sad, &id)->packets, 5);
	assert_int_equal(sad_count(f->sad), 1);
}

static void mapping_changes_the_port(void **state)
{
	struct fixture *f = *state;
	struct xfrm_user_mapping *map;
	struct message m;

	start_sa(&m, XFRM_MSG_NEWSA, 0x77);
	put_everything(&m);
	feed_message(f->sad, &m);
	map = mnl_nlmsg_put_extra_header(start(&m, XFRM_MSG_MAPPING), sizeof(*map));
	map->id.family = AF_INET;
	map->id.proto = IPPROTO_ESP;
	map->id.spi = htonl(0x77);
	inet_pton(AF_INET, "192.0.2.2", &map->id.daddr);
	inet_pton(AF_INET, "192.0.2.9", &map->new_saddr);
	map->new_sport = htons(1024);
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "+77 ~77");
	assert_int_equal(f->watch.now.encap_sport, 1024);
	assert_int_equal(ntohl(f->watch.now.src[0]), 0xc0000209);
}

static void without_a_direction_addresses_decide(void **state)
{
	struct fixture *f = *state;
	struct message m;

	set_local(&f->watch, "192.0.2.1"); /* the source: outbound */
	start_sa(&m, XFRM_MSG_NEWSA, 1);
	feed_message(f->sad, &m);
	assert_log(&f->watch, "");
	mnl_attr_put_u8(header(&m), ATTR_SA_DIR, 1);
	feed_message(f->sad, &m);
	assert_log(&f->watch, "+1");
	start_sa(&m, XFRM_MSG_NEWSA, 2);
	feed_message(f->sad, &m);
	set_local(&f->watch, "192.0.2.2"); /* the destination: inbound */
	sad_addresses_changed(f->sad);
	sad_addresses_changed(f->sad);
	assert_log(&f->watch, "+2");
	set_local(&f->watch, "192.0.2.1");
	sad_addresses_changed(f->sad);
	assert_log(&f->watch, "-2");
	set_local(&f->watch, "203.0.113.1"); /* neither: inbound */
	sad_addresses_changed(f->sad);
	assert_log(&f->watch, "+2");
}

static void both_local_is_inbound(void **state)
{
	struct fixture *f = *state;
	struct message m;

	set_local(&f->watch, "2001:db8::1");
	fill(start_sa(&m, XFRM_MSG_NEWSA, 3), "2001:db8::1", "2001:db8::1", 3);
	feed_message(f->sad, &m);
	assert_log(&f->watch, "+3");
}

static void what_is_no_inbound_ipsec_is_ignored(void **state)
{
	struct fixture *f = *state;
	struct message m;

	start_sa(&m, XFRM_MSG_NEWSA, 0);
	assert_int_equal(feed_message(f->sad, &m), 0);
	start_sa(&m, XFRM_MSG_NEWSA, 0x77)->id.proto = IPPROTO_COMP;
	assert_int_equal(feed_message(f->sad, &m), 0);
	start_sa(&m, XFRM_MSG_NEWAE, 0x77);
	assert_int_equal(feed_message(f->sad, &m), 0);
	start_sa(&m, XFRM_MSG_NEWSA, 0x77)->family = AF_UNIX;
	assert_int_equal(feed_message(f->sad, &m), -EBADMSG);
	assert_log(&f->watch, "");
	start_sa(&m, XFRM_MSG_NEWSA, 0x77)->id.proto = IPPROTO_AH;
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "+77");
}

static void not_from_the_kernel_is_ignored(void **state)
{
	struct fixture *f = *state;
	struct message m;

	start_sa(&m, XFRM_MSG_NEWSA, 0x77);
	assert_int_equal(feed(f->sad, m.bytes, header(&m)->nlmsg_len, 4711), -EPERM);
	assert_log(&f->watch, "");
	assert_int_equal(sad_stats(f->sad)->forged, 1);
	assert_int_equal(sad_count(f->sad), 0);
}

/* What lies behind the four bytes of an IPv4 address is not part of it. */
static void rest_of_an_address_is_ignored(void **state)
{
	struct fixture *f = *state;
	struct xfrm_usersa_info *info;
	struct message m;

	info = start_sa(&m, XFRM_MSG_NEWSA, 0x77);
	feed_message(f->sad, &m);
	info->id.daddr.a6[1] = 0xabcdef;
	info->saddr.a6[3] = 0x123456;
	feed_message(f->sad, &m);
	assert_log(&f->watch, "+77");
}

static void one_id_may_be_several_sas(void **state)
{
	struct fixture *f = *state;
	struct message m;

	start_sa(&m, XFRM_MSG_NEWSA, 0x77)->reqid = 1;
	put_mark(&m, 1, 0xff);
	feed_message(f->sad, &m);
	start_sa(&m, XFRM_MSG_NEWSA, 0x77)->reqid = 2;
	put_mark(&m, 2, 0xff);
	feed_message(f->sad, &m);
	start_sa(&m, XFRM_MSG_NEWSA, 0x77)->reqid = 3;
	mnl_attr_put_u32(header(&m), XFRMA_IF_ID, 5);
	feed_message(f->sad, &m);
	assert_log(&f->watch, "+77 +77 +77");
	assert_int_equal(sad_count(f->sad), 3);
	start_sa(&m, XFRM_MSG_EXPIRE, 0x77);
	((struct xfrm_user_expire *)mnl_nlmsg_get_payload(header(&m)))->hard = 1;
	mnl_nlmsg_put_extra_header(header(&m), sizeof(struct xfrm_user_expire) -
						       sizeof(struct xfrm_usersa_info));
	((struct xfrm_user_expire *)mnl_nlmsg_get_payload(header(&m)))->hard = 1;
	put_mark(&m, 2, 0xff);
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_int_equal(sad_count(f->sad), 2);
	assert_log(&f->watch, "-77");
}

static void several_messages_in_one_datagram(void **state)
{
	struct fixture *f = *state;
	char bytes[8192];
	struct message m;
	size_t n = 0;
	uint32_t spi;

	for (spi = 1; spi <= 20; spi++) {
		start_sa(&m, XFRM_MSG_NEWSA, spi);
		memcpy(bytes + n, m.bytes, header(&m)->nlmsg_len);
		n += header(&m)->nlmsg_len;
	}
	assert_int_equal(feed(f->sad, bytes, n, 0), 0);
	assert_int_equal(sad_count(f->sad), 20);
	assert_int_equal(sad_stats(f->sad)->events, 20);
	/* the last one cut: nineteen are applied, the damage is said */
	f->watch.log[0] = '\0';
	assert_int_equal(feed(f->sad, bytes, n - 1, 0), -EBADMSG);
	assert_int_equal(sad_count(f->sad), 20);
}

static void short_attributes_are_refused(void **state)
{
	static const struct {
		uint16_t type, need;
	} attributes[] = {
		{XFRMA_ENCAP, sizeof(struct xfrm_encap_tmpl)},
		{XFRMA_OFFLOAD_DEV, sizeof(struct xfrm_user_offload)},
		{XFRMA_MARK, 8},
		{XFRMA_REPLAY_ESN_VAL, sizeof(struct xfrm_replay_state_esn)},
		{XFRMA_IF_ID, 4},
		{ATTR_SA_PCPU, 4},
		{ATTR_SA_DIR, 1},
	};
	struct fixture *f = *state;
	char zero[64] = {0};
	struct message m;
	size_t i;

	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		start_sa(&m, XFRM_MSG_NEWSA, 0x77);
		mnl_attr_put(header(&m), attributes[i].type, attributes[i].need - 1u, zero);
		assert_int_equal(feed_message(f->sad, &m), -EBADMSG);
		assert_log(&f->watch, "");
	}
	assert_int_equal(sad_stats(f->sad)->malformed, i);
	assert_int_equal(sad_count(f->sad), 0);
}

static int collect_sa(void *arg, const struct sa *sa)
{
	struct sa *by_spi = arg;

	if (sa->id.spi >= 0x2000 && sa->id.spi < 0x2006)
		by_spi[sa->id.spi - 0x2000] = *sa;
	return 0;
}

static void check_real(struct sad *sad, uint16_t sport)
{
	struct sa sas[6];

	memset(sas, 0, sizeof(sas));
	sad_each(sad, collect_sa, sas);
	assert_int_equal(sas[0].replay_window, 32);
	assert_int_equal(sas[0].reqid, 9);
	assert_false(sas[0].esn);
	assert_false(sas[0].encap);
	assert_true(sas[1].encap);
	assert_int_equal(sas[1].encap_sport, sport);
	assert_int_equal(sas[1].encap_dport, 4500);
	assert_int_equal(sas[1].replay_window, 128);
	assert_true(sas[1].esn);
	assert_int_equal(sas[2].replay_window, 64);
	assert_false(sas[2].esn);
	assert_int_equal(sas[2].mark_value, 3);
	assert_int_equal(sas[2].mark_mask, 0xf);
	assert_int_equal(sas[2].if_id, 12);
	assert_int_equal(sas[3].id.protocol, IPPROTO_AH);
	assert_int_equal(sas[3].id.family, AF_INET6);
	assert_int_equal(sas[4].id.family, AF_INET6);
	assert_false(sas[0].larval || sas[1].larval || sas[2].larval || sas[3].larval ||
		     sas[4].larval);
	assert_int_equal(sas[0].pcpu, -1);
	assert_int_equal(sas[0].offload, SA_OFFLOAD_NONE);
}

static void real_events_of_a_gateway(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 5; i++)
		assert_int_equal(feed_hex(f->sad, real_events[i]), 0);
	assert_log(&f->watch, "+2000 +2001 +2002 +2003 +2004");
	check_real(f->sad, 4501);
	for (; i < 7; i++)
		assert_int_equal(feed_hex(f->sad, real_events[i]), 0);
	assert_log(&f->watch, "+2005 ~2001");
	check_real(f->sad, 4777);
	/* the dump agrees with the events: nothing to say */
	for (i = 0; i < sizeof(real_dump) / sizeof(real_dump[0]); i++)
		assert_int_equal(feed_hex(f->sad, real_dump[i]), 0);
	assert_log(&f->watch, "");
	assert_int_equal(feed_hex(f->sad, real_events[7]), 0);
	assert_int_equal(feed_hex(f->sad, real_events[8]), 0);
	assert_log(&f->watch, "-2004 -2001");
	assert_int_equal(feed_hex(f->sad, real_events[9]), SAD_SYNC_WANTED);
}

static const char *const recorded[] = {
	recorded_v4,	    recorded_marked,	    recorded_v6_out,
	recorded_delete_v4, recorded_delete_marked, recorded_expire_v6,
	recorded_flush,
};

#define RECORDED (sizeof(recorded) / sizeof(recorded[0]))

/* With the length of the datagram cut, and with that of the message cut as well. */
static void prefixes_are_safe(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[1024];
	uint32_t cut;
	size_t i, n;

	for (i = 0; i < RECORDED; i++) {
		n = from_hex(recorded[i], bytes);
		for (cut = 0; cut < n; cut++) {
			assert_int_equal(feed(f->sad, bytes, cut, 0), cut ? -EBADMSG : 0);
			assert_log(&f->watch, "");
		}
		for (cut = 0; cut < n; cut++) {
			memcpy(bytes, &cut, sizeof(cut));
			feed(f->sad, bytes, cut, 0);
			f->watch.log[0] = '\0';
		}
	}
	assert_int_equal(sad_stats(f->sad)->forged, 0);
}

static const char *any_message(size_t i)
{
	size_t real = sizeof(real_events) / sizeof(real_events[0]);

	i %= RECORDED + real;
	return i < RECORDED ? recorded[i] : real_events[i - RECORDED];
}

static void mutated_messages_are_safe(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[1024], mutated[1024];
	size_t n, size;
	int i, changes;

	srandom(1);
	for (i = 0; i < MUTATIONS; i++) {
		n = from_hex(any_message((size_t)random()), bytes);
		memcpy(mutated, bytes, n);
		for (changes = (int)(random() % 8); changes >= 0; changes--)
			mutated[(size_t)random() % n] = (uint8_t)random();
		/* often in the attributes, and sometimes the same SA for another one */
		if (random() % 2 && n > 240)
			mutated[240 + (size_t)random() % (n - 240)] = (uint8_t)random();
		size = random() % 4 ? n : (size_t)random() % n;
		feed(f->sad, mutated, size, 0);
		f->watch.log[0] = '\0';
	}
	assert_true(sad_stats(f->sad)->malformed > MUTATIONS / 100);
	assert_true(sad_stats(f->sad)->events > MUTATIONS / 100);
}

static struct sa other_sa(enum sa_source source, uint32_t spi)
{
	struct sa sa = {.id = id_of("192.0.2.2", spi), .pcpu = -1, .cpu = -1};

	sa.source = (uint8_t)source;
	return sa;
}

static void file_is_reconciled(void **state)
{
	struct fixture *f = *state;
	struct sa sas[3] = {other_sa(SA_FILE, 1), other_sa(SA_FILE, 2), other_sa(SA_FILE, 3)};

	assert_int_equal(sad_set_file(f->sad, sas, 3), 0);
	assert_log(&f->watch, "+1 +2 +3");
	sas[1].cpu = 1;
	assert_int_equal(sad_set_file(f->sad, sas, 2), 0);
	assert_log(&f->watch, "~2 -3");
	assert_int_equal(sad_set_file(f->sad, sas, 2), 0);
	assert_log(&f->watch, "");
	assert_int_equal(sad_set_file(f->sad, NULL, 0), 0);
	assert_log(&f->watch, "-1 -2");
}

static void kernel_hides_the_file(void **state)
{
	struct fixture *f = *state;
	struct sa sa = other_sa(SA_FILE, 0x1000);
	struct sa_id id = sa.id;

	sad_set_file(f->sad, &sa, 1);
	assert_log(&f->watch, "+1000");
	feed_hex(f->sad, recorded_v4);
	assert_log(&f->watch, "+1000 -1000");
	assert_int_equal(sad_find(f->sad, &id)->source, SA_KERNEL);
	sad_set_file(f->sad, &sa, 1);
	assert_log(&f->watch, "");
	assert_int_equal(sad_count(f->sad), 1);
	feed_hex(f->sad, recorded_delete_v4);
	assert_log(&f->watch, "+1000 -1000");
	assert_int_equal(sad_find(f->sad, &id)->source, SA_FILE);
	assert_int_equal(sad_count(f->sad), 1);
}

/* An outbound SA of the kernel takes no place from anybody. */
static void outbound_hides_nothing(void **state)
{
	struct fixture *f = *state;
	struct sa sa = other_sa(SA_FILE, 0x1002);

	sa.id = id_of("2001:db8::2", 0x1002);
	sad_set_file(f->sad, &sa, 1);
	feed_hex(f->sad, recorded_v6_out);
	assert_log(&f->watch, "+1002");
}

static void kernel_and_file_win_over_learned(void **state)
{
	struct fixture *f = *state;
	struct sa learned = other_sa(SA_LEARNED, 0x1000), file = other_sa(SA_FILE, 0x1000);

	assert_int_equal(sad_learned_add(f->sad, &learned, 0), 0);
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), -EEXIST);
	assert_log(&f->watch, "+1000");
	feed_hex(f->sad, recorded_v4);
	assert_log(&f->watch, "+1000 -1000");
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), -EEXIST);
	feed_hex(f->sad, recorded_delete_v4);
	assert_log(&f->watch, "-1000");
	assert_int_equal(sad_count(f->sad), 0);
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), 0);
	sad_set_file(f->sad, &file, 1);
	assert_log(&f->watch, "+1000 +1000 -1000");
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), -EEXIST);
	assert_int_equal(sad_count(f->sad), 1);
}

static uint64_t last_seen(void *arg, const struct sa *sa)
{
	return sa->id.spi == 2 ? *(const uint64_t *)arg : 0;
}

static void idle_learned_sas_go(void **state)
{
	struct fixture *f = *state;
	struct sa a = other_sa(SA_LEARNED, 1), b = other_sa(SA_LEARNED, 2);
	uint64_t last = 50;

	sad_learned_add(f->sad, &a, 10);
	sad_learned_add(f->sad, &b, 10);
	feed_hex(f->sad, recorded_v4);
	f->watch.log[0] = '\0';
	assert_int_equal(sad_learned_idle(f->sad, 69, 60, last_seen, &last), 0);
	assert_int_equal(sad_learned_idle(f->sad, 70, 60, last_seen, &last), 1);
	assert_log(&f->watch, "-1");
	assert_int_equal(sad_learned_idle(f->sad, 110, 60, last_seen, &last), 1);
	assert_log(&f->watch, "-2");
	assert_int_equal(sad_count(f->sad), 1);
}

static int count_one(void *arg, const struct sa *sa)
{
	return ++*(int *)arg == 3 ? 42 : 0;
}

static void each_stops_when_told(void **state)
{
	struct fixture *f = *state;
	struct sa sas[4] = {other_sa(SA_FILE, 1), other_sa(SA_FILE, 2), other_sa(SA_FILE, 3),
			    other_sa(SA_FILE, 4)};
	int n = 0;

	sad_set_file(f->sad, sas, 4);
	assert_int_equal(sad_each(f->sad, count_one, &n), 42);
	assert_int_equal(n, 3);
}

static void no_socket_no_answer(void **state)
{
	struct fixture *f = *state;
	struct sa_id id = id_of("192.0.2.2", 1);

	assert_int_equal(sad_fd(f->sad), -1);
	assert_int_equal(sad_ask(f->sad, &id), -ENOTCONN);
	assert_int_equal(sad_sync(f->sad), -ENOTCONN);
	assert_int_equal(sad_read(f->sad), 0);
}

#define MODEL_IDS   3000
#define MODEL_STEPS 300000

static struct sa_entry *set_entry(const struct sa_set *set, uint32_t n, uint32_t if_id)
{
	struct sa sa = other_sa(SA_KERNEL, n + 1);
	struct sa_name *name = sa_set_find(set, &sa.id);
	struct sa_entry *entry = name ? name->entries : NULL;

	while (entry && entry->sa.if_id != if_id)
		entry = entry->next;
	return entry;
}

static void toggle(struct sa_set *set, bool *model, uint32_t n, uint32_t if_id)
{
	struct sa_entry *entry = set_entry(set, n, if_id);
	struct sa sa = other_sa(SA_KERNEL, n + 1);

	sa.if_id = if_id;
	assert_int_equal(!!entry, *model);
	if (entry)
		sa_set_remove(set, entry);
	else
		assert_non_null(sa_set_add(set, sa_set_find(set, &sa.id), &sa));
	*model = !*model;
}

/* The container against an array: two SAs for each id, in and out at random, growing on the way. */
static void container_matches_a_model(void **state)
{
	static bool model[MODEL_IDS][2];
	uint32_t n, names = 0;
	struct sa_set set = {.seed = 42};
	int i;

	srandom(2);
	for (i = 0; i < MODEL_STEPS; i++) {
		n = (uint32_t)random() % ((uint32_t)i < MODEL_STEPS / 2 ? 200 : MODEL_IDS);
		toggle(&set, &model[n][i % 2], n, (uint32_t)i % 2);
	}
	for (n = 0; n < MODEL_IDS; n++) {
		assert_int_equal(!!set_entry(&set, n, 0), model[n][0]);
		assert_int_equal(!!set_entry(&set, n, 1), model[n][1]);
		names += model[n][0] || model[n][1];
	}
	assert_int_equal(HASH_COUNT(set.names), names);
	sa_set_free(&set);
	assert_null(set.names);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(recorded_sa_is_there_at_once),
		TEST(recorded_attributes_are_read),
		TEST(outbound_is_kept_from_the_consumer),
		TEST(recorded_deletes_remove),
		TEST(only_a_hard_expiry_removes),
		TEST(flush_and_migrate_want_a_sync),
		TEST(every_field_is_read),
		TEST(offload_and_encap_types),
		TEST(update_changes_but_counters_do_not),
		TEST(mapping_changes_the_port),
		TEST(without_a_direction_addresses_decide),
		TEST(both_local_is_inbound),
		TEST(what_is_no_inbound_ipsec_is_ignored),
		TEST(not_from_the_kernel_is_ignored),
		TEST(rest_of_an_address_is_ignored),
		TEST(one_id_may_be_several_sas),
		TEST(several_messages_in_one_datagram),
		TEST(real_events_of_a_gateway),
		TEST(short_attributes_are_refused),
		TEST(prefixes_are_safe),
		TEST(mutated_messages_are_safe),
		TEST(file_is_reconciled),
		TEST(kernel_hides_the_file),
		TEST(outbound_hides_nothing),
		TEST(kernel_and_file_win_over_learned),
		TEST(idle_learned_sas_go),
		TEST(each_stops_when_told),
		TEST(no_socket_no_answer),
		cmocka_unit_test(container_matches_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
