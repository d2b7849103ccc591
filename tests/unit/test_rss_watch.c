// SPDX-License-Identifier: GPL-2.0-only
// Method rss at work, on a model of a NIC: its table is written only from hashes that were seen, is
// looked at afterwards, and comes back if SAs are not where it puts them.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include "nic/claims.h"
#include "nic/model.h"
#include "nic/rss_ntf.h"
#include "steer/measure.h"
#include "steer/rss_watch.h"
#include "sas/sas.h"

enum { BITS = TABLE_MIN_BITS, SLOTS = SA_BUCKET_SLOTS << BITS, QUEUES = 4, SAS = 16, LOOK = 5 };

/* The NIC, and how it misbehaves; what the wrapped functions below work on. */
struct nic {
	struct model_nic model;
	bool stubborn; /* takes a table and goes on with the old one */
	bool sprays;
	struct indir works; /* the table that it really uses */
	char *old;	    /* the table before ours, as undo keeps it */
	unsigned int writes, taken_back, restored;
	bool told; /* the kernel told of a rewrite since the last question */
	unsigned int warned;
	char said[512]; /* the last warning */
};

static struct nic *nic; /* of the test that runs */

struct measure; /* none */

int __wrap_measure_start(struct measure **measure, const struct measure_how *how);
int __wrap_measure_stop(struct measure *measure, struct measured *out, uint64_t *lost);
int __wrap_claims_read(const char *ifname, struct claims *out);
int __wrap_undo_read(struct undo *undo, const struct undo_entry *knob, char **value);
int __wrap_undo_set_many(struct undo *undo, const struct undo_entry *entry, size_t n, int *err);
int __wrap_undo_take_back_many(struct undo *undo, const struct undo_entry *entry, size_t n);
int __wrap_undo_restore(struct undo *undo, int ifindex);
int __wrap_link_get_index(int ifindex, struct link *out);
int __wrap_rss_ntf_open(struct rss_ntf **out);
void __wrap_rss_ntf_close(struct rss_ntf *ntf);
bool __wrap_rss_ntf_told(struct rss_ntf *ntf, int ifindex);
void __wrap_say_at(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

int __wrap_rss_ntf_open(struct rss_ntf **out)
{
	*out = (struct rss_ntf *)nic;
	return 0;
}

void __wrap_rss_ntf_close(struct rss_ntf *ntf)
{
	assert_ptr_equal(ntf, nic);
}

bool __wrap_rss_ntf_told(struct rss_ntf *ntf, int ifindex)
{
	bool told = nic->told;

	assert_int_equal(ifindex, 7);
	nic->told = false;
	return told;
}

void __wrap_say_at(int priority, const char *format, ...)
{
	va_list args;

	if (priority > LOG_WARNING)
		return;
	va_start(args, format);
	vsnprintf(nic->said, sizeof(nic->said), format, args);
	va_end(args);
	nic->warned++;
}

static struct flow flow_of(uint32_t spi)
{
	struct flow flow = {
		.family = 4, .kind = FLOW_ESP, .protocol = IPPROTO_ESP, .part = PART_WHOLE, .spi = spi};

	flow.src[0] = inet_addr("192.0.2.1");
	flow.dst[0] = inet_addr("192.0.2.2");
	return flow;
}

int __wrap_measure_start(struct measure **measure, const struct measure_how *how)
{
	*measure = (struct measure *)nic;
	return 0;
}

/* SA number i has 10 * (i + 1) packets. */
int __wrap_measure_stop(struct measure *measure, struct measured *out, uint64_t *lost)
{
	for (uint32_t i = 0; i < SAS; i++) {
		struct flow flow = flow_of(0x1000 + i);
		uint32_t hash = model_hash(&nic->model, &flow);

		for (uint32_t k = 0; k < 10 * (i + 1); k++) {
			uint32_t queue = indir_pick(&nic->works, hash);

			flow.seq = k;
			if (nic->sprays)
				queue = k % QUEUES;
			assert_int_equal(measured_add(out, &flow, (uint16_t)queue, hash), 0);
		}
	}
	measured_sort(out);
	*lost = 0;
	return 0;
}

int __wrap_claims_read(const char *ifname, struct claims *out)
{
	claims_gather(claims_ask_model, &nic->model, out);
	return 0;
}

static char *text_of(const struct indir *table)
{
	char *text = calloc(table->size, 6), *at = text;

	for (__u32 i = 0; i < table->size; i++)
		at += sprintf(at, "%s%u", i ? " " : "", table->entry[i]);
	return text;
}

static void set_table(const char *text)
{
	char *end;

	for (__u32 i = 0; i < nic->model.table.size; i++) {
		nic->model.table.entry[i] = (__u16)strtoul(text, &end, 10);
		assert_ptr_not_equal(text, end);
		text = end;
	}
	assert_int_equal(*text, 0);
	if (!nic->stubborn)
		nic->works = nic->model.table;
}

int __wrap_undo_read(struct undo *undo, const struct undo_entry *knob, char **value)
{
	assert_int_equal(knob->kind, UNDO_INDIR);
	*value = text_of(&nic->model.table);
	return 0;
}

int __wrap_undo_set_many(struct undo *undo, const struct undo_entry *entry, size_t n, int *err)
{
	assert_int_equal(n, 1);
	assert_int_equal(entry->ifindex, 7);
	if (!nic->old)
		nic->old = strdup(entry->old_value);
	set_table(entry->new_value);
	nic->writes++;
	nic->told = true; /* of our own writes too */
	*err = 0;
	return 0;
}

int __wrap_undo_take_back_many(struct undo *undo, const struct undo_entry *entry, size_t n)
{
	assert_non_null(nic->old);
	set_table(nic->old);
	nic->taken_back++;
	return 0;
}

int __wrap_undo_restore(struct undo *undo, int ifindex)
{
	nic->restored++;
	return 0;
}

int __wrap_link_get_index(int ifindex, struct link *out)
{
	memset(out, 0, sizeof(*out));
	return 0;
}

struct fixture {
	struct sas sas;
	struct steered steered;
	struct queues queues;
	struct rss_watch *watch;
	struct nic nic;
};

static void *zeros(size_t number, size_t size)
{
	void *memory = calloc(number, size);

	assert_non_null(memory);
	return memory;
}

static void make_table(struct sas *sas)
{
	struct maps *maps = &sas->maps;

	maps_init(maps);
	maps->host = zeros(1, sizeof(*maps->host));
	maps->host->shape = (struct sa_table_shape){.bits = BITS, .seed = 1};
	maps->host->cpus = QUEUES;
	maps->host->max_sas = SLOTS / 2;
	maps->host->rings = QUEUES + 1;
	maps->table = zeros(1u << BITS, sizeof(*maps->table));
	maps->warm = zeros(SLOTS, sizeof(*maps->warm));
	maps->rare = zeros(SLOTS, sizeof(*maps->rare));
	maps->cold = zeros(SLOTS, sizeof(*maps->cold));
	maps->rings = zeros(SA_RINGS, sizeof(*maps->rings));
	maps->stray_seen = zeros(STRAY_SEEN, sizeof(*maps->stray_seen));
	for (__u32 cpu = 0; cpu < QUEUES; cpu++) {
		maps->rings[cpu + 1] = (struct ring){.kind = RING_SA, .cpu = cpu};
		CPU_SET(cpu, &sas->roles.sas);
	}
	sas->table = (struct table){.shape = maps->host->shape,
				    .buckets = maps->table,
				    .warm = maps->warm,
				    .rare = maps->rare,
				    .cold = maps->cold,
				    .colds = SLOTS,
				    .overflows = zeros(1, sizeof(struct sa_overflows)),
				    .spare = zeros(SLOTS, sizeof(__u32))};
	assert_int_equal(table_take_stock(&sas->table), 0);
	assert_int_equal(slots_init(&sas->known, SLOTS), 0);
	moves_init(&sas->moves, maps, &sas->table);
}

static int setup(void **state)
{
	struct fixture *f = zeros(1, sizeof(*f));
	enum first_why why;

	make_table(&f->sas);
	for (uint32_t i = 0; i < SAS; i++) {
		struct flow flow = flow_of(0x1000 + i);
		struct sa sa = {
			.id = {.family = AF_INET, .protocol = IPPROTO_ESP, .spi = 0x1000 + i},
			.pcpu = -1,
			.cpu = -1,
		};

		memcpy(sa.id.dst, flow.dst, sizeof(sa.id.dst));
		assert_int_equal(sas_add(&f->sas, &sa, 1, &why), 0);
	}
	f->queues.count = QUEUES;
	for (int queue = 0; queue < QUEUES; queue++)
		f->queues.cpu[queue] = QUEUES - 1 - queue;
	f->steered = (struct steered){.sas = &f->sas, .ifindex = 7, .name = "eth0"};
	nic = &f->nic;
	assert_int_equal(model_nic_init(&nic->model, model_find("mlx5"), QUEUES), 0);
	nic->works = nic->model.table;
	assert_int_equal(rss_watch_start(&f->watch, &f->steered, &f->queues), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->sas;
	void *memory[] = {sas->maps.host,   sas->maps.table,	 sas->maps.warm,
			  sas->maps.cold,   sas->maps.rings,	 sas->maps.stray_seen,
			  sas->table.spare, sas->table.overflows, sas->maps.rare};

	rss_watch_end(f->watch);
	model_nic_free(&nic->model);
	free(nic->old);
	nic = NULL;
	slots_free(&sas->known);
	for (size_t i = 0; i < sizeof(memory) / sizeof(*memory); i++)
		free(memory[i]);
	free(f);
	return 0;
}

static void look(struct fixture *f, int times)
{
	for (int i = 0; i < times * LOOK; i++)
		rss_watch_tick(f->watch, &f->steered);
}

/* Of the heaviest queue, a share of all. */
static double heaviest(void)
{
	double load[QUEUES] = {0}, all = 0, most = 0;

	for (uint32_t i = 0; i < SAS; i++) {
		struct flow flow = flow_of(0x1000 + i);

		load[indir_pick(&nic->works, model_hash(&nic->model, &flow))] += i + 1;
		all += i + 1;
	}
	for (int queue = 0; queue < QUEUES; queue++)
		most = load[queue] > most ? load[queue] : most;
	return most / all;
}

static void everybody_where_seen(const struct fixture *f)
{
	const struct sas *sas = &f->sas;

	for (__u32 i = 0; i < sas->known.count; i++) {
		__u32 slot = sas->known.slot[i];
		struct flow flow = flow_of(sa_word_spi(table_word(&sas->table, slot)));
		__u32 queue = indir_pick(&nic->works, model_hash(&nic->model, &flow));

		assert_int_equal(sas_cpu(sas, slot), QUEUES - 1 - queue);
		assert_true(table_cold(&sas->table, slot)->flags & COLD_SEEN);
	}
}

static void a_better_table_is_written_once(void **state)
{
	struct fixture *f = *state;
	double before = heaviest();

	look(f, 1);
	assert_int_equal(nic->writes, 1);
	assert_true(heaviest() < 0.9 * before);
	look(f, 4);
	assert_int_equal(nic->writes, 1);
	assert_int_equal(nic->taken_back, 0);
	everybody_where_seen(f);
}

static void a_table_that_does_not_work_comes_back(void **state)
{
	struct fixture *f = *state;
	struct indir before = nic->model.table;

	nic->stubborn = true;
	look(f, 6);
	assert_int_equal(nic->writes, 1);
	assert_int_equal(nic->taken_back, 1);
	assert_memory_equal(&nic->model.table, &before, sizeof(before));
	everybody_where_seen(f);
}

static void a_nic_that_sprays_gets_its_settings_back(void **state)
{
	struct fixture *f = *state;

	nic->sprays = true;
	look(f, 1);
	assert_int_equal(nic->restored, 0); /* once may be a table that somebody wrote meanwhile */
	look(f, 3);
	assert_int_equal(nic->restored, 1);
	assert_int_equal(nic->writes, 0);
}

/* As soon as the kernel tells: one sentence, and it stays as they left it. */
static void what_others_rewrite_is_theirs(void **state)
{
	struct fixture *f = *state;
	struct indir theirs;

	look(f, 3);
	assert_int_equal(nic->writes, 1);
	assert_int_equal(nic->warned, 0);
	assert_int_equal(indir_fill(&nic->model.table, nic->model.table.size, 2), 0);
	theirs = nic->works = nic->model.table;
	nic->told = true;
	rss_watch_tick(f->watch, &f->steered);
	assert_int_equal(nic->warned, 1);
	assert_non_null(strstr(nic->said, "eth0: somebody else rewrote the indirection table: SAs go"));
	look(f, 4);
	assert_int_equal(nic->warned, 1);
	assert_int_equal(nic->writes, 1);
	assert_int_equal(nic->taken_back, 0);
	assert_memory_equal(&nic->model.table, &theirs, sizeof(theirs));
	everybody_where_seen(f);
	/* And the key. */
	nic->model.key[0] ^= 1;
	nic->told = true;
	rss_watch_tick(f->watch, &f->steered);
	assert_int_equal(nic->warned, 2);
	assert_non_null(strstr(nic->said, "eth0: somebody else rewrote the hash key: SAs go"));
}

#define on_nic(TEST) cmocka_unit_test_setup_teardown(TEST, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_nic(a_better_table_is_written_once),
		on_nic(a_table_that_does_not_work_comes_back),
		on_nic(a_nic_that_sprays_gets_its_settings_back),
		on_nic(what_others_rewrite_is_theirs),
	};

	return cmocka_run_group_tests_name("rss_watch", tests, NULL, NULL);
}
