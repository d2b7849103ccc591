// SPDX-License-Identifier: GPL-2.0-only
// What the messages of the kernel make of the set of SAs, and what the consumer is told.
#include "sad_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include "xfrm_recorded.h"

static void put_mark(struct message *m, uint32_t value, uint32_t mask)
{
	struct xfrm_mark mark = {value, mask};

	mnl_attr_put(header(m), XFRMA_MARK, sizeof(mark), &mark);
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
	start(&m, 41); /* XFRM_MSG_MIGRATE_STATE, newer than Debian 12's header */
	assert_int_equal(feed_message(f->sad, &m), SAD_SYNC_WANTED);
	assert_int_equal(f->watch.lost[SAD_LOST_MIGRATE], 2);
	flush = mnl_nlmsg_put_extra_header(start(&m, XFRM_MSG_FLUSHSA), sizeof(*flush));
	flush->proto = IPPROTO_COMP;
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "+1000");
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

/* A per-CPU SA of per_cpu_sas = encap: its source port is 0, whatever a packet's port is. */
static void mapping_leaves_any_port(void **state)
{
	struct xfrm_encap_tmpl encap = {.encap_type = 2, .encap_dport = htons(4500)};
	struct fixture *f = *state;
	struct xfrm_user_mapping *map;
	struct message m;

	start_sa(&m, XFRM_MSG_NEWSA, 0x77);
	put_aead(&m);
	mnl_attr_put(header(&m), XFRMA_ENCAP, sizeof(encap), &encap);
	feed_message(f->sad, &m);
	assert_true(sa_any_port(&f->watch.now));
	map = mnl_nlmsg_put_extra_header(start(&m, XFRM_MSG_MAPPING), sizeof(*map));
	map->id.family = AF_INET;
	map->id.proto = IPPROTO_ESP;
	map->id.spi = htonl(0x77);
	inet_pton(AF_INET, "192.0.2.2", &map->id.daddr);
	inet_pton(AF_INET, "192.0.2.1", &map->new_saddr);
	map->new_sport = htons(1024);
	assert_int_equal(feed_message(f->sad, &m), 0);
	assert_log(&f->watch, "+77");
	assert_true(sa_any_port(&f->watch.now));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(recorded_sa_is_there_at_once),
		TEST(recorded_attributes_are_read),
		TEST(outbound_is_kept_from_the_consumer),
		TEST(recorded_deletes_remove),
		TEST(only_a_hard_expiry_removes),
		TEST(flush_and_migrate_want_a_sync),
		TEST(update_changes_but_counters_do_not),
		TEST(mapping_changes_the_port),
		TEST(mapping_leaves_any_port),
		TEST(without_a_direction_addresses_decide),
		TEST(both_local_is_inbound),
		TEST(what_is_no_inbound_ipsec_is_ignored),
		TEST(not_from_the_kernel_is_ignored),
		TEST(one_id_may_be_several_sas),
		TEST(several_messages_in_one_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
