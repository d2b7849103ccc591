// SPDX-License-Identifier: GPL-2.0-only
// From a message of the kernel to the entry of the SA table: the daemon's own way, on plain memory.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/follow.h"
#include "daemon/roles.h"
#include "nic/cpus.h"
#include "byte_order.h"
#include "xfrm_recorded.h"

enum { BITS = TABLE_MIN_BITS, SLOTS = SA_BUCKET_SLOTS << BITS, CPU = 3, RING = 7 };

static const struct run_options options;

struct fixture {
	struct sas sas;
	struct addrs *addrs;
	unsigned int pending;
	struct follow follow;
	uint32_t from; /* who sends what feed() hands over; 0: the kernel */
};

int __wrap_sad_open(struct sad **sad, const struct sad_ops *ops, void *arg);
int __wrap_sad_sync(struct sad *sad);
int __wrap_rings_renew(struct maps *maps, int nice, __u32 number);

/* The linker puts these in the place of those that need the kernel's sockets. */
int __wrap_sad_open(struct sad **sad, const struct sad_ops *ops, void *arg)
{
	*sad = sad_new(ops, arg);
	return *sad ? 0 : -1;
}

static int sync_fails; /* with this negative errno, if not 0 */

int __wrap_sad_sync(struct sad *sad)
{
	return sync_fails;
}

int __wrap_rings_renew(struct maps *maps, int nice, __u32 number)
{
	maps_ring_state(maps, number)->astray = 0;
	return 0;
}

static void *zeros(size_t number, size_t size)
{
	void *memory = calloc(number, size);

	assert_non_null(memory);
	return memory;
}

static void make_maps(struct maps *maps)
{
	maps_init(maps);
	maps->host = zeros(1, sizeof(*maps->host));
	maps->host->shape = (struct sa_table_shape){.bits = BITS, .seed = 1};
	maps->host->cpus = CPU + 1;
	maps->host->max_sas = SLOTS / 2;
	maps->host->rings = RING + 1;
	maps->table = zeros(1u << BITS, sizeof(*maps->table));
	maps->warm = zeros(SLOTS, sizeof(*maps->warm));
	maps->rare = zeros(SLOTS, sizeof(*maps->rare));
	maps->cold = zeros(SLOTS, sizeof(*maps->cold));
	maps->rings = zeros(SA_RINGS, sizeof(*maps->rings));
	maps->rings[RING] = (struct ring){.kind = RING_SA, .cpu = CPU};
	maps->ring_states = zeros(RING_KINDS * maps->host->cpus, sizeof(*maps->ring_states));
	maps->ports = zeros(1, sizeof(*maps->ports));
	maps->report = zeros(1, sizeof(*maps->report));
	maps->labels = zeros(maps->host->cpus, sizeof(*maps->labels));
	maps->stray_seen = zeros(STRAY_SEEN, sizeof(*maps->stray_seen));
}

static int setup(void **state)
{
	struct fixture *f = zeros(1, sizeof(*f));
	struct sas *sas = &f->sas;

	make_maps(&sas->maps);
	sas->table = (struct table){
		.shape = sas->maps.host->shape,
		.buckets = sas->maps.table,
		.warm = sas->maps.warm,
		.rare = sas->maps.rare,
		.cold = sas->maps.cold,
		.colds = SLOTS,
		.overflows = zeros(1, sizeof(struct sa_overflows)),
		.spare = zeros(SLOTS, sizeof(__u32)),
	};
	assert_int_equal(table_take_stock(&sas->table), 0);
	assert_int_equal(slots_init(&sas->known, SLOTS), 0);
	moves_init(&sas->moves, &sas->maps, &sas->table);
	CPU_SET(CPU, &sas->roles.sas);
	f->addrs = addrs_new(NULL, NULL);
	assert_non_null(f->addrs);
	f->follow = (struct follow){
		.sas = sas,
		.addrs = f->addrs,
		.options = &options,
		.pending = &f->pending,
	};
	assert_int_equal(follow_open(&f->follow), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->sas;
	struct maps *maps = &sas->maps;
	void *memory[] = {maps->host,	     maps->table,      maps->warm,
			  maps->cold,	     maps->rings,      maps->ports,
			  maps->stray_seen,  sas->table.spare, sas->table.overflows,
			  maps->ring_states, maps->report,     maps->labels,
			  maps->rare};

	follow_close(&f->follow);
	addrs_free(f->addrs);
	slots_free(&sas->known);
	for (size_t i = 0; i < sizeof(memory) / sizeof(*memory); i++)
		free(memory[i]);
	free(f);
	return 0;
}

/* The first @n bytes of a recorded message. */
static void from_hex(const char *hex, uint8_t *bytes, size_t n)
{
	unsigned int byte;

	skip_unless_little_endian();
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		bytes[i] = (uint8_t)byte;
	}
}

static int feed_part(struct fixture *f, const char *hex, size_t n)
{
	uint8_t bytes[1024] __attribute__((aligned(8)));

	from_hex(hex, bytes, n);
	return sad_message(f->follow.sad, bytes, n, f->from);
}

static int feed(struct fixture *f, const char *hex)
{
	return feed_part(f, hex, strlen(hex) / 2);
}

/* The slot of ESP to 192.0.2.2, or -1. */
static int slot_of(const struct fixture *f, uint32_t spi)
{
	struct sa_id id = {.family = AF_INET, .protocol = IPPROTO_ESP, .spi = spi};

	inet_pton(AF_INET, "192.0.2.2", id.dst);
	return sas_find(&f->sas, &id);
}

static void recorded_sa_is_in_the_table_at_once(void **state)
{
	struct fixture *f = *state;
	const struct sa_cold *cold;
	int slot;

	assert_int_equal(slot_of(f, 0x1000), -1);
	assert_int_equal(feed(f, recorded_v4), 0);
	slot = slot_of(f, 0x1000);
	assert_true(slot >= 0);
	assert_int_equal(sas_cpu(&f->sas, slot), CPU);
	assert_int_equal(sa_word_to(table_word(&f->sas.table, slot)), RING);
	cold = table_cold(&f->sas.table, slot);
	assert_int_equal(cold->src[0], inet_addr("192.0.2.1"));
	assert_int_equal(cold->flags, COLD_LARVAL);
	assert_int_equal(f->sas.placed[CPU], 1);
}

/* All that `show` prints of an SA, and what else goes by it; of several sources. */
static void entry_tells_what_the_sa_is(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->sas;
	struct sa sa = {
		.id = {.family = AF_INET6,
		       .protocol = IPPROTO_AH,
		       .spi = 0x2000,
		       .dst = {1, 2, 3, 4}},
		.src = {5, 6, 7, 8},
		.if_id = 11,
		.reqid = 12,
		.replay_window = 64,
		.encap = 1,
		.esn = 1,
		.source = SA_FILE,
		.pcpu = -1,
		.cpu = CPU,
	};
	const struct sa_cold *cold;
	enum first_why why;

	assert_int_equal(sas_add(sas, &sa, 1, &why), 0);
	assert_int_equal(why, FIRST_FILE);
	cold = table_cold(&sas->table, (__u32)sas_find(sas, &sa.id));
	assert_memory_equal(cold->dst, sa.id.dst, sizeof(cold->dst));
	assert_memory_equal(cold->src, sa.src, sizeof(cold->src));
	assert_int_equal(cold->family, AF_INET6);
	assert_int_equal(cold->protocol, IPPROTO_AH);
	assert_int_equal(cold->if_id, 11);
	assert_int_equal(cold->reqid, 12);
	assert_int_equal(cold->replay_window, 64);
	assert_int_equal(cold->pcpu, NO_CPU);
	assert_int_equal(cold->file, CPU);
	assert_int_equal(cold->hand, NO_CPU);
	assert_int_equal(cold->flags, COLD_UDP | COLD_ESN | COLD_FILE);
	sa.encap = sa.esn = 0;
	sa.source = SA_LEARNED;
	sa.cpu = -1;
	sa.pcpu = CPU;
	assert_int_equal(sas_update(sas, &sa), 0);
	assert_int_equal(cold->flags, COLD_LEARNED);
	assert_int_equal(cold->pcpu, CPU);
	assert_int_equal(cold->file, NO_CPU);
	sa.source = SA_KERNEL;
	sa.encap = 1;
	assert_int_equal(sas_update(sas, &sa), 0);
	assert_int_equal(cold->flags, COLD_UDP | COLD_ANY_PORT);
	sa.encap_sport = 4500;
	assert_int_equal(sas_update(sas, &sa), 0);
	assert_int_equal(cold->flags, COLD_UDP);
	assert_int_equal(sas_remove(sas, &sa.id, 2), 0);
	assert_int_equal(sas_find(sas, &sa.id), -1);
}

static void recorded_delete_takes_it_out_at_once(void **state)
{
	struct fixture *f = *state;

	feed(f, recorded_v4);
	assert_int_equal(feed(f, recorded_delete_v4), 0);
	assert_int_equal(slot_of(f, 0x1000), -1);
	assert_int_equal(f->sas.entries, 0);
	assert_int_equal(f->sas.placed[CPU], 0);
}

static void forged_sa_is_not(void **state)
{
	struct fixture *f = *state;

	f->from = 4711;
	assert_int_equal(feed(f, recorded_v4), -EPERM);
	assert_int_equal(slot_of(f, 0x1000), -1);
	assert_int_equal(f->sas.entries, 0);
}

static void part_of_a_message_changes_nothing(void **state)
{
	struct fixture *f = *state;

	for (size_t n = 1; n < strlen(recorded_v4) / 2; n++) {
		assert_int_equal(feed_part(f, recorded_v4, n), -EBADMSG);
		assert_int_equal(f->sas.entries, 0);
	}
}

/* The recorded message, and behind it the attribute that says that a device decrypts. */
static int feed_offloaded(struct fixture *f)
{
	uint8_t bytes[1024] __attribute__((aligned(8))) = {0};
	size_t n = strlen(recorded_v4) / 2;
	struct nlmsghdr *header = (struct nlmsghdr *)bytes;
	struct nlattr *attribute = (struct nlattr *)(bytes + n);
	struct xfrm_user_offload offload = {.ifindex = 3, .flags = XFRM_OFFLOAD_INBOUND};

	from_hex(recorded_v4, bytes, n);
	attribute->nla_type = XFRMA_OFFLOAD_DEV;
	attribute->nla_len = NLA_HDRLEN + sizeof(offload);
	memcpy(bytes + n + NLA_HDRLEN, &offload, sizeof(offload));
	header->nlmsg_len = (uint32_t)(n + NLA_ALIGN(attribute->nla_len));
	return sad_message(f->follow.sad, bytes, header->nlmsg_len, 0);
}

/* Hands off what the NIC decrypts: in the table, on no ring, and again steered when it no longer does. */
static void offloaded_sa_is_hands_off(void **state)
{
	struct fixture *f = *state;
	int slot;

	assert_int_equal(feed_offloaded(f), 0);
	slot = slot_of(f, 0x1000);
	assert_true(slot >= 0);
	assert_true(sa_word_flags(table_word(&f->sas.table, slot)) & SA_HANDS_OFF);
	assert_int_equal(sas_move(&f->sas, slot, CPU, 1), -EPERM);
	assert_int_equal(feed(f, recorded_v4), 0);
	assert_false(sa_word_flags(table_word(&f->sas.table, slot)) & SA_HANDS_OFF);
	assert_int_equal(feed_offloaded(f), 0);
	assert_true(sa_word_flags(table_word(&f->sas.table, slot)) & SA_HANDS_OFF);
	assert_int_equal(f->sas.entries, 1);
}

/* Its ring, on a CPU that came back, is made anew after a second for which no SA's word names it. */
static int renewed(struct fixture *f)
{
	struct sas *sas = &f->sas;
	cpu_set_t online;

	CPU_ZERO(&online);
	CPU_SET(CPU, &online);
	maps_ring_state(&sas->maps, RING)->astray = 1;
	memset(sas->unused_ns, 0, sizeof(sas->unused_ns));
	assert_int_equal(sas_renew_rings(sas, &online, 1), 0);
	assert_int_equal(sas_renew_rings(sas, &online, HANDOVER_SILENCE_NS), 0);
	return sas_renew_rings(sas, &online, 1 + HANDOVER_SILENCE_NS);
}

/* Where a method needs gaps, an SA moves in one, or when nothing leads to its CPU any more. */
static void moves_in_a_gap(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->sas;
	const __u64 now = 5000000000;
	__u32 slot;

	feed(f, recorded_v4);
	slot = sas->known.slot[0];
	sas->maps.labels[CPU].other = 1;
	sas->maps.rare[slot].seen = seen_time(now - 30000000);
	assert_true(sas_can_move(sas, slot, now));
	sas->gap_ns = 40000000;
	assert_false(sas_can_move(sas, slot, now));
	assert_int_equal(sas_move(sas, slot, CPU, now), -ETIME);
	assert_int_equal(sas_can_move(sas, slot, now + 30000000), true);
	sas->maps.rare[slot].seen = seen_time(now - 49000000); /* a tick may be late */
	assert_false(sas_can_move(sas, slot, now));
	sas->maps.labels[CPU].other = 0;
	assert_true(sas_can_move(sas, slot, now));
	sas->maps.labels[CPU].other = 1;
	sas->maps.rare[slot].seen = 0; /* never */
	assert_true(sas_can_move(sas, slot, now));
}

static void ring_of_what_is_hands_off_is_made_anew(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(renewed(f), 1);
	feed(f, recorded_v4);
	assert_int_equal(renewed(f), 0);
	feed_offloaded(f);
	assert_int_equal(renewed(f), 1);
}

/* An SA that is hands off cannot leave its CPU; once it is not, it must. */
static void draining_ends_with_what_is_hands_off(void **state)
{
	struct fixture *f = *state;
	struct roles roles = {.sas = &f->sas, .options = &options, .pending = &f->pending};

	assert_int_equal(cpus_online_read("/sys", &roles.wanted.online), 0);
	feed_offloaded(f);
	CPU_ZERO(&f->sas.roles.sas);
	f->pending = PENDING_DRAIN;
	roles_tick(&roles);
	assert_false(f->pending & PENDING_DRAIN);
	feed(f, recorded_v4);
	assert_true(f->pending & PENDING_DRAIN);
}

/* Peers of an earlier daemon go, also where no SA comes to tell. */
static void peers_are_counted_anew_after_adoption(void **state)
{
	struct fixture *f = *state;
	struct follow *follow = &f->follow;

	follow_close(follow);
	follow->base = event_base_new();
	assert_non_null(follow->base);
	assert_int_equal(follow_open(follow), 0);
	f->sas.adopting = true;
	assert_int_equal(follow_sync(follow), 0);
	assert_true(event_pending(follow->peers_timer, EV_TIMEOUT, NULL));
	follow_close(follow);
	event_base_free(follow->base);
	follow->base = NULL;
	assert_int_equal(follow_open(follow), 0);
}

/* A dump that the kernel breaks off again and again is not tried in each turn of the loop. */
static void failed_sync_waits(void **state)
{
	static const int fails[] = {-EAGAIN, -ENOMEM, 0};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(fails) / sizeof(*fails); i++) {
		f->pending = PENDING_SYNC;
		sync_fails = fails[i];
		follow_sync(&f->follow);
		assert_int_equal(f->pending & PENDING_SYNC, 0);
		assert_int_equal(f->follow.synced, !fails[i]);
	}
}

/* Of a recorded message, all places where @from stands are @to: another SPI. */
static int feed_as(struct fixture *f, const char *hex, const char *from, const char *to)
{
	char other[2048], *at;

	assert_true(strlen(hex) < sizeof(other));
	strcpy(other, hex);
	while ((at = strstr(other, from)))
		memcpy(at, to, strlen(to));
	return feed(f, other);
}

/* The SA of recorded_v4 once more, with a mark, interface 7 and CPU 1; and its end. */
static int feed_marked(struct fixture *f)
{
	return feed_as(f, recorded_marked, "0000100132", "0000100032");
}

static int feed_delete_marked(struct fixture *f)
{
	return feed_as(f, recorded_delete_marked, "00001001", "00001000");
}

static bool is_hands_off(const struct fixture *f)
{
	int slot = slot_of(f, 0x1000);

	assert_true(slot >= 0);
	return sa_word_flags(table_word(&f->sas.table, slot)) & SA_HANDS_OFF;
}

/* Two SAs that differ by mark share an entry: it describes one that is there, whichever goes. */
static void shared_entry_describes_an_sa_that_is_there(void **state)
{
	struct fixture *f = *state;
	const struct sa_cold *cold;

	feed(f, recorded_v4);
	assert_int_equal(feed_marked(f), 0);
	assert_int_equal(f->sas.entries, 1);
	cold = table_cold(&f->sas.table, slot_of(f, 0x1000));
	assert_int_equal(cold->references, 2);
	assert_int_equal(cold->if_id, 7);
	assert_int_equal(feed_delete_marked(f), 0);
	assert_int_equal(cold->references, 1);
	assert_int_equal(cold->if_id, 0);
	assert_int_equal(cold->pcpu, NO_CPU);
	feed_marked(f);
	feed(f, recorded_v4);
	assert_int_equal(feed(f, recorded_delete_v4), 0);
	assert_int_equal(cold->if_id, 7);
	assert_int_equal(cold->pcpu, 1);
	assert_int_equal(feed_delete_marked(f), 0);
	assert_int_equal(slot_of(f, 0x1000), -1);
}

/* The NIC may decrypt one of them: none is steered then, and the rest is once that has gone. */
static void shared_entry_is_hands_off_as_long_as_it_must(void **state)
{
	struct fixture *f = *state;

	feed_offloaded(f);
	feed_marked(f);
	assert_true(is_hands_off(f));
	feed(f, recorded_delete_v4);
	assert_false(is_hands_off(f));
	feed_offloaded(f);
	assert_true(is_hands_off(f));
	feed_delete_marked(f);
	assert_true(is_hands_off(f));
}

static struct sa sa_of_file(__be32 dst)
{
	struct sa sa = {
		.id = {.family = AF_INET, .protocol = IPPROTO_ESP, .spi = 0x1000, .dst = {dst}},
		.pcpu = -1,
		.cpu = -1,
		.source = SA_FILE,
	};

	return sa;
}

/* The same of two addresses whose fingerprints agree by chance, one in 4,096. */
static void colliding_entry_describes_an_sa_that_is_there(void **state)
{
	struct fixture *f = *state;
	const struct sa_table_shape *shape = &f->sas.table.shape;
	struct sa two[2] = {sa_of_file(inet_addr("192.0.2.2")), sa_of_file(0)};
	__u64 key = sa_key(shape, two[0].id.dst, 0x1000, IPPROTO_ESP);
	const struct sa_cold *cold;

	for (uint32_t i = 0; sa_key(shape, two[1].id.dst, 0x1000, IPPROTO_ESP) != key; i++)
		two[1].id.dst[0] = htonl(0x0a000000 + i);
	assert_int_equal(sad_set_file(f->follow.sad, two, 2), 0);
	assert_int_equal(f->sas.entries, 1);
	cold = table_cold(&f->sas.table, slot_of(f, 0x1000));
	assert_int_equal(cold->dst[0], two[1].id.dst[0]);
	assert_int_equal(sad_set_file(f->follow.sad, two, 1), 0);
	assert_int_equal(cold->references, 1);
	assert_int_equal(cold->dst[0], two[0].id.dst[0]);
}

#define with_daemon(TEST) cmocka_unit_test_setup_teardown(TEST, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_daemon(recorded_sa_is_in_the_table_at_once),
		with_daemon(entry_tells_what_the_sa_is),
		with_daemon(recorded_delete_takes_it_out_at_once),
		with_daemon(forged_sa_is_not),
		with_daemon(part_of_a_message_changes_nothing),
		with_daemon(offloaded_sa_is_hands_off),
		with_daemon(moves_in_a_gap),
		with_daemon(ring_of_what_is_hands_off_is_made_anew),
		with_daemon(draining_ends_with_what_is_hands_off),
		with_daemon(peers_are_counted_anew_after_adoption),
		with_daemon(failed_sync_waits),
		with_daemon(shared_entry_describes_an_sa_that_is_there),
		with_daemon(shared_entry_is_hands_off_as_long_as_it_must),
		with_daemon(colliding_entry_describes_an_sa_that_is_there),
	};

	return cmocka_run_group_tests_name("sas", tests, NULL, NULL);
}
