// SPDX-License-Identifier: GPL-2.0-only
/* The receiver's result: reads the maps, prints JSON or a table. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <json-c/json.h>
#include "report.h"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* bpftool 7.1 casts a const away */
#include "esprecv.skel.h"
#pragma GCC diagnostic pop

/* The maps as read. */
struct reading {
	__u32 n;    /* SAs */
	__u32 cpus; /* possible ones */
	__u32 senders;
	struct esprecv_sa *sas;
	__u64 *packets; /* [SA][CPU] */
	struct esprecv_order *orders;
	struct esprecv_cpu *counts; /* [CPU] */
};

struct totals {
	__u64 late, worst, beyond, duplicates;
	__s64 missing;
};

static int read_map(const struct bpf_map *map, void *values, __u32 n)
{
	__u32 next, *keys = calloc(n, sizeof(*keys)), read = n;
	int err;

	if (!keys)
		return -ENOMEM;
	err = bpf_map_lookup_batch(bpf_map__fd(map), NULL, &next, keys, values, &read, NULL);
	free(keys);
	return err == -ENOENT ? 0 : err;
}

static int read_maps(struct reading *r, const struct esprecv_bpf *skeleton)
{
	__u32 zero = 0;

	r->sas = calloc(r->n, sizeof(*r->sas));
	r->packets = calloc((size_t)r->n * r->cpus, sizeof(*r->packets));
	r->orders = calloc((size_t)r->n * r->senders, sizeof(*r->orders));
	r->counts = calloc(r->cpus, sizeof(*r->counts));
	if (!r->sas || !r->packets || !r->orders || !r->counts)
		return -ENOMEM;
	if (bpf_map_lookup_elem(bpf_map__fd(skeleton->maps.cpus), &zero, r->counts))
		return -errno;
	if (!r->n)
		return 0;
	return read_map(skeleton->maps.sas, r->sas, r->n) ?:
	       read_map(skeleton->maps.sa_packets, r->packets, r->n) ?:
	       read_map(skeleton->maps.orders, r->orders, r->n * r->senders);
}

static void free_reading(struct reading *r)
{
	free(r->sas);
	free(r->packets);
	free(r->orders);
	free(r->counts);
}

static void add(struct json_object *o, const char *key, __u64 value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static struct json_object *totals_json(struct json_object *o, const struct totals *t)
{
	add(o, "late", t->late);
	add(o, "worst", t->worst);
	add(o, "beyond_window", t->beyond);
	add(o, "duplicates", t->duplicates);
	json_object_object_add(o, "missing", json_object_new_int64(t->missing));
	return o;
}

static struct totals judge_sa(const struct reading *r, __u32 i)
{
	struct totals t = {.beyond = r->sas[i].beyond, .duplicates = r->sas[i].duplicates};

	for (__u32 s = 0; s < r->senders; s++) {
		const struct esprecv_order *o = &r->orders[i * r->senders + s];

		t.late += o->late;
		t.missing += o->missing;
		if (o->worst > t.worst)
			t.worst = o->worst;
	}
	return t;
}

static void add_totals(struct totals *sum, const struct totals *t)
{
	sum->late += t->late;
	sum->beyond += t->beyond;
	sum->duplicates += t->duplicates;
	sum->missing += t->missing;
	if (t->worst > sum->worst)
		sum->worst = t->worst;
}

static void name_sa(struct json_object *o, const struct esprecv_key *key)
{
	static const __u8 mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool v4 = !memcmp(key->dst, mapped, 12);
	char text[INET6_ADDRSTRLEN];

	snprintf(text, sizeof(text), "0x%08x", key->spi);
	json_object_object_add(o, "spi", json_object_new_string(text));
	inet_ntop(v4 ? AF_INET : AF_INET6, key->dst + (v4 ? 12 : 0), text, sizeof(text));
	json_object_object_add(o, "dst", json_object_new_string(text));
	json_object_object_add(o, "protocol",
			       json_object_new_string(key->protocol == IPPROTO_AH ? "ah" : "esp"));
}

static struct json_object *sa_json(const struct reading *r, __u32 i, const struct totals *t)
{
	struct json_object *o = json_object_new_object(), *cpus = json_object_new_object();
	__u64 packets = 0;
	char cpu[16];

	name_sa(o, &r->sas[i].key);
	for (__u32 c = 0; c < r->cpus; c++) {
		__u64 n = r->packets[i * r->cpus + c];

		packets += n;
		snprintf(cpu, sizeof(cpu), "%u", c);
		if (n)
			add(cpus, cpu, n);
	}
	add(o, "packets", packets);
	json_object_object_add(o, "cpus", cpus);
	return totals_json(o, t);
}

static struct json_object *counts_json(struct json_object *o, const struct esprecv_cpu *c)
{
	add(o, "packets", c->packets);
	add(o, "others", c->others);
	add(o, "ike", c->ike);
	add(o, "keepalives", c->keepalives);
	add(o, "fragments", c->fragments);
	add(o, "with_metadata", c->with_metadata);
	add(o, "tagged", c->tagged);
	return o;
}

static struct json_object *cpus_json(const struct reading *r, struct esprecv_cpu *sum)
{
	struct json_object *list = json_object_new_array();

	for (__u32 i = 0; i < r->cpus; i++) {
		const struct esprecv_cpu *c = &r->counts[i];
		struct json_object *o = json_object_new_object();

		add(o, "cpu", i);
		json_object_array_add(list, counts_json(o, c));
		sum->packets += c->packets;
		sum->others += c->others;
		sum->ike += c->ike;
		sum->keepalives += c->keepalives;
		sum->fragments += c->fragments;
		sum->with_metadata += c->with_metadata;
		sum->tagged += c->tagged;
	}
	return list;
}

static struct json_object *make_json(const struct reading *r)
{
	struct json_object *o = json_object_new_object(), *sas = json_object_new_array();
	struct esprecv_cpu sum = {};
	struct totals all = {};

	json_object_object_add(o, "cpus", cpus_json(r, &sum));
	for (__u32 i = 0; i < r->n; i++) {
		struct totals t = judge_sa(r, i);

		if (!r->sas[i].named)
			continue;
		add_totals(&all, &t);
		json_object_array_add(sas, sa_json(r, i, &t));
	}
	json_object_object_add(o, "sas", sas);
	return counts_json(totals_json(o, &all), &sum);
}

static void print_table(const struct reading *r)
{
	struct totals all = {};
	__u32 sas = 0;

	printf("%4s %12s %12s %8s %10s %10s %10s\n", "CPU", "packets", "others", "IKE",
	       "keepalives", "fragments", "metadata");
	for (__u32 i = 0; i < r->cpus; i++) {
		const struct esprecv_cpu *c = &r->counts[i];

		printf("%4u %12llu %12llu %8llu %10llu %10llu %10llu\n", i, c->packets, c->others,
		       c->ike, c->keepalives, c->fragments, c->with_metadata);
	}
	for (__u32 i = 0; i < r->n; i++) {
		struct totals t = judge_sa(r, i);

		add_totals(&all, &t);
		sas += r->sas[i].named;
	}
	printf("%u SAs: late %llu, worst %llu behind, beyond the window %llu, duplicates %llu, "
	       "missing %lld\n",
	       sas, all.late, all.worst, all.beyond, all.duplicates, all.missing);
}

int report_print(const struct esprecv_bpf *skeleton, const struct esprecv_config *config, bool json)
{
	__u32 used = config->first_spi ? config->sas : skeleton->bss->allotted;
	struct reading r = {
		.n = used < config->room ? used : config->room,
		.cpus = libbpf_num_possible_cpus(),
		.senders = config->senders,
	};
	int err = read_maps(&r, skeleton);

	if (!err && json) {
		struct json_object *o = make_json(&r);

		puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
		json_object_put(o);
	} else if (!err) {
		print_table(&r);
	}
	fflush(stdout);
	free_reading(&r);
	return err;
}
