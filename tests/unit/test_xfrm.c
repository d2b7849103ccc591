// SPDX-License-Identifier: GPL-2.0-only
// One XFRM message: each field is read, and no bytes do harm.
#include "sad_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "sad/xfrm.h"
#include "xfrm_recorded.h"

#define MUTATIONS 100000

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_field_is_read),
		TEST(offload_and_encap_types),
		TEST(rest_of_an_address_is_ignored),
		TEST(real_events_of_a_gateway),
		TEST(short_attributes_are_refused),
		TEST(prefixes_are_safe),
		TEST(mutated_messages_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
