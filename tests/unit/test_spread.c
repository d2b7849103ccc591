// SPDX-License-Identifier: GPL-2.0-only
// Inner spreading as the daemon does it: whose interface gets which mask and when, on made-up links
// and SAs.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/spread.h"
#include "nic/cpulist.h"

enum { LINKS = 3, SAS = 4 };
#define SECOND 1000000000ull

/* What the kernel would hold, and what was done to it. */
static struct {
	struct link link[LINKS];
	int cpu[SAS]; /* of the SA with SPI 1 + i */
	int heavy;    /* slot of the SA that a CPU is kept for, -1: none */
	struct sas_loads loads;
	struct kept kept;
	char mask[LINKS][CPUMASK_LEN]; /* by ifindex */
	char name[LINKS][IFNAMSIZ];    /* that it was written down under */
	int sets, restores;
	int err; /* of the next undo_set() */
} kernel;

struct fixture {
	struct spread spread;
	struct sas sas;
	struct host host;
	struct report report;
	struct sa_warm warm[SAS];
	struct sa_rare rare[SAS];
	struct sa_cold cold[SAS];
	struct sa_bucket bucket;
	struct roles roles;
	struct run_options options;
	uint64_t now_ns;
};

void __wrap_watch_each(const struct watch *watch, void (*fn)(void *, const struct link *),
		       void *ctx);
const struct link *__wrap_watch_link(const struct watch *watch, int ifindex);
int __wrap_sas_find(const struct sas *sas, const struct sa_id *id);
__u32 __wrap_sas_cpu(const struct sas *sas, __u32 slot);
int __wrap_kept_slot(const struct kept *kept, const struct sas *sas);
const struct kept *__wrap_rounds_kept(const struct rounds *rounds);
const struct sas_loads *__wrap_rounds_loads(const struct rounds *rounds);
int __wrap_undo_read(struct undo *undo, const struct undo_entry *knob, char **value);
int __wrap_undo_set(struct undo *undo, const struct undo_entry *entry);
int __wrap_undo_restore(struct undo *undo, int ifindex);

void __wrap_watch_each(const struct watch *watch, void (*fn)(void *, const struct link *),
		       void *ctx)
{
	for (int i = 0; i < LINKS; i++)
		if (kernel.link[i].ifindex)
			fn(ctx, &kernel.link[i]);
}

const struct link *__wrap_watch_link(const struct watch *watch, int ifindex)
{
	for (int i = 0; i < LINKS; i++)
		if (kernel.link[i].ifindex == ifindex)
			return &kernel.link[i];
	return NULL;
}

int __wrap_sas_find(const struct sas *sas, const struct sa_id *id)
{
	return (int)id->spi - 1;
}

__u32 __wrap_sas_cpu(const struct sas *sas, __u32 slot)
{
	return (__u32)kernel.cpu[slot];
}

int __wrap_kept_slot(const struct kept *kept, const struct sas *sas)
{
	return kernel.heavy;
}

const struct kept *__wrap_rounds_kept(const struct rounds *rounds)
{
	return &kernel.kept;
}

const struct sas_loads *__wrap_rounds_loads(const struct rounds *rounds)
{
	return &kernel.loads;
}

int __wrap_undo_read(struct undo *undo, const struct undo_entry *knob, char **value)
{
	*value = strdup("0");
	return 0;
}

int __wrap_undo_set(struct undo *undo, const struct undo_entry *entry)
{
	if (kernel.err)
		return kernel.err;
	assert_int_equal(entry->kind, UNDO_QUEUE);
	assert_string_equal(entry->knob, "rx-0/rps_cpus");
	strcpy(kernel.mask[entry->ifindex - 1], entry->new_value);
	strcpy(kernel.name[entry->ifindex - 1], entry->ifname);
	kernel.sets++;
	return 0;
}

int __wrap_undo_restore(struct undo *undo, int ifindex)
{
	strcpy(kernel.mask[ifindex - 1], "0");
	kernel.restores++;
	return 0;
}

static void add_link(int ifindex, const char *name, uint32_t if_id)
{
	kernel.link[ifindex - 1] = (struct link){
		.ifindex = ifindex,
		.flags = IFF_UP,
		.lower_netnsid = -1,
		.kind = "xfrm",
		.tunnel.key = if_id,
	};
	strcpy(kernel.link[ifindex - 1].name, name);
	strcpy(kernel.mask[ifindex - 1], "0");
}

/* SA number @i, SPI 1 + @i, of that if_id and load on that CPU. */
static struct sa an_sa(struct fixture *f, int i, uint32_t if_id, int cpu, double load)
{
	struct sa sa = {
		.id = {.family = AF_INET,
		       .protocol = IPPROTO_ESP,
		       .spi = 1 + (uint32_t)i,
		       .dst = {inet_addr("192.0.2.2")}},
		.if_id = if_id,
		.pcpu = -1,
		.cpu = -1,
		.source = SA_KERNEL,
	};

	kernel.cpu[i] = cpu;
	f->cold[i].load = load < 0 ? LOAD_UNKNOWN : (__u32)(load * LOAD_ONE);
	f->cold[i].family = AF_INET;
	f->cold[i].protocol = IPPROTO_ESP;
	memcpy(f->cold[i].dst, sa.id.dst, sizeof(sa.id.dst));
	f->warm[i].cold = (__u32)i;
	f->bucket.slot[i] =
		sa_word(sa_key(&f->sas.table.shape, sa.id.dst, sa.id.spi, IPPROTO_ESP), 0, 0, 0);
	return sa;
}

static void added(void *arg, const struct sa *sa)
{
}

static void changed(void *arg, const struct sa *was, const struct sa *now)
{
}

static const struct sad_ops ops = {.added = added, .changed = changed, .removed = added};

static void wants(struct fixture *f, const char *inner)
{
	f->options.inner = inner;
	f->options.interval = 500;
	if (inner_how(&f->options) == INNER_LIST)
		assert_int_equal(cpulist_parse(inner, &f->spread.given), 0);
}

static void look(struct fixture *f, int seconds)
{
	for (; seconds > 0; seconds--, f->now_ns += SECOND)
		spread_tick(&f->spread, f->now_ns);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sad *sad = sad_new(&ops, NULL);

	assert_non_null(f);
	assert_non_null(sad);
	memset(&kernel, 0, sizeof(kernel));
	kernel.heavy = -1;
	f->now_ns = SECOND;
	f->sas.maps.host = &f->host;
	f->sas.maps.warm = f->warm;
	f->sas.maps.rare = f->rare;
	f->sas.table.cold = f->cold;
	f->sas.table.warm = f->warm;
	f->sas.table.buckets = &f->bucket;
	f->host.interface[0].ifindex = 9;
	strcpy(f->host.interface[0].method, "xdp");
	assert_int_equal(cpulist_parse("0-3", &f->roles.wanted.cpus), 0);
	f->roles.wanted.online = f->roles.wanted.cpus;
	f->spread.needs = (struct spread_needs){
		.sas = &f->sas, .sad = sad, .options = &f->options, .roles = &f->roles};
	f->spread.report = &f->report;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	spread_close(&f->spread);
	sad_close((struct sad *)f->spread.needs.sad);
	free(f);
	return 0;
}

static void set_sas(struct fixture *f, const struct sa *sas, size_t n)
{
	assert_int_equal(sad_set_file((struct sad *)f->spread.needs.sad, sas, n), 0);
}

/* Each interface's mask leaves out the CPU of its heaviest SA, and follows it once it has settled.
 */
static void masks_leave_out_the_heaviest(void **state)
{
	struct fixture *f = *state;
	struct sa sas[] = {
		an_sa(f, 0, 42, 1, 0.5),
		an_sa(f, 1, 42, 2, 0.1),
		an_sa(f, 2, 43, 3, -1),
	};

	add_link(1, "ipsec0", 42);
	add_link(2, "ipsec1", 43);
	add_link(3, "ipsec2", 44); /* nothing comes out of it */
	set_sas(f, sas, 3);
	wants(f, "0-3,9");
	look(f, 1);
	assert_string_equal(kernel.mask[0], "d");
	assert_string_equal(kernel.mask[1], "7");
	assert_string_equal(kernel.mask[2], "0");
	assert_int_equal(f->report.inner.state, INNER_SPREAD);
	assert_int_equal(f->report.inner.interfaces, 2);
	look(f, 10);
	assert_int_equal(kernel.sets, 2);
	kernel.cpu[0] = 0;
	look(f, 1);
	assert_string_equal(kernel.mask[0], "d");
	look(f, 1);
	assert_string_equal(kernel.mask[0], "e");
	/* While it goes to and fro nothing follows. */
	for (int i = 0; i < 10; i++) {
		kernel.cpu[0] = 1 + i % 2;
		look(f, 1);
	}
	assert_int_equal(kernel.sets, 3);
}

static void interfaces_come_go_and_are_renamed(void **state)
{
	struct fixture *f = *state;
	struct sa sa = an_sa(f, 0, 42, 1, 0.5);

	set_sas(f, &sa, 1);
	wants(f, "0-1");
	look(f, 1);
	assert_int_equal(f->report.inner.state, INNER_ELSEWHERE);
	add_link(1, "ipsec0", 42);
	look(f, 1);
	assert_string_equal(kernel.mask[0], "1");
	strcpy(kernel.link[0].name, "tun7");
	look(f, 1);
	assert_string_equal(kernel.name[0], "tun7"); /* written down under its new name */
	kernel.link[0].ifindex = 0;
	look(f, 1);
	assert_int_equal(kernel.restores, 1);
	assert_int_equal(f->report.inner.state, INNER_ELSEWHERE);
	add_link(2, "ipsec0", 42);
	look(f, 1);
	assert_string_equal(kernel.mask[1], "1");
	wants(f, "off");
	look(f, 1);
	assert_string_equal(kernel.mask[1], "0");
	assert_int_equal(f->report.inner.state, INNER_OFF);
}

static void reasons_not_to(void **state)
{
	struct fixture *f = *state;
	struct sa sa = an_sa(f, 0, 0, 1, 0.5);

	add_link(1, "ipsec0", 42);
	wants(f, "0-1");
	look(f, 1);
	assert_int_equal(f->report.inner.state, INNER_LIGHT); /* there is no SA */
	set_sas(f, &sa, 1);
	look(f, 1);
	assert_int_equal(f->report.inner.state, INNER_POLICY);
	sa = an_sa(f, 0, 42, 1, 0.5);
	set_sas(f, &sa, 1);
	wants(f, "1");
	look(f, 1);
	assert_int_equal(f->report.inner.state, INNER_NO_CPU);
	wants(f, "0-1");
	f->host.interface[1].ifindex = 10;
	strcpy(f->host.interface[1].method, "rps");
	look(f, 1);
	assert_int_equal(f->report.inner.state, INNER_METHOD);
	assert_int_equal(kernel.sets, 0);
	f->host.interface[1].ifindex = 0;
	look(f, 1);
	assert_int_equal(kernel.sets, 1);
	/* Nothing is steered any more. */
	f->host.interface[0].ifindex = 0;
	look(f, 1);
	assert_string_equal(kernel.mask[0], "0");
}

static void what_the_kernel_refuses(void **state)
{
	struct fixture *f = *state;
	struct sa sa = an_sa(f, 0, 42, 1, 0.5);

	add_link(1, "ipsec0", 42);
	set_sas(f, &sa, 1);
	wants(f, "0-1");
	kernel.err = -ENODEV; /* just gone: tried again */
	look(f, 1);
	kernel.err = -EINVAL; /* isolated CPUs: said, and not tried again */
	look(f, 1);
	assert_int_equal(f->report.inner.state, INNER_FAILED);
	kernel.err = 0;
	look(f, 3);
	assert_int_equal(kernel.sets, 0);
	wants(f, "0,2");
	look(f, 2);
	assert_int_equal(kernel.sets, 1);
	assert_int_equal(f->report.inner.state, INNER_SPREAD);
}

/* The heavy SA's interface alone, after a while, and not for a while after. */
static void auto_goes_by_the_heavy_sa(void **state)
{
	struct fixture *f = *state;
	struct sa sas[] = {an_sa(f, 0, 42, 1, 0.8), an_sa(f, 1, 43, 2, 0.1)};

	add_link(1, "ipsec0", 42);
	add_link(2, "ipsec1", 43);
	set_sas(f, sas, 2);
	wants(f, "auto");
	kernel.loads.cost.packet = 3e-6;
	kernel.loads.cpu[1] = (struct sas_load_cpu){.sas = 0.8, .other = 0.05};
	look(f, 10);
	assert_int_equal(kernel.sets, 0);
	assert_int_equal(f->report.inner.state, INNER_LIGHT);
	kernel.heavy = 0;
	look(f, 3);
	assert_int_equal(kernel.sets, 0);
	look(f, 1);
	assert_string_equal(kernel.mask[0], "d");
	assert_string_equal(kernel.mask[1], "0");
	kernel.heavy = -1;
	look(f, 10);
	assert_int_equal(kernel.restores, 0);
	assert_int_equal(f->report.inner.state, INNER_SPREAD);
	kernel.heavy = 0;
	look(f, 1);
	assert_string_equal(kernel.mask[0], "d");
	kernel.heavy = -1;
	look(f, 11);
	assert_string_equal(kernel.mask[0], "0");
	kernel.heavy = 0;
	kernel.link[0].flags = 0;
	look(f, 1);
	assert_int_equal(f->report.inner.state, INNER_ELSEWHERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(masks_leave_out_the_heaviest, setup, teardown),
		cmocka_unit_test_setup_teardown(interfaces_come_go_and_are_renamed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reasons_not_to, setup, teardown),
		cmocka_unit_test_setup_teardown(what_the_kernel_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(auto_goes_by_the_heavy_sa, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
