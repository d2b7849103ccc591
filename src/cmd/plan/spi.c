// SPDX-License-Identifier: GPL-2.0-only
// espalier plan spi: SPIs, or UDP source ports, that go where they are wanted.
#include "plan/spi.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/plan/nic.h"
#include "cmd/plan/plan.h"
#include "steer/method.h"
#include "text/spi.h"
#include "view/out.h"

#define RESERVED_SPI 255 /* 1 to 255 are IANA's, 0 is never sent (RFC 4303, 2.1) */

static const struct table_column spi_columns[] = {
	{"spi", "SPI", false, false},
	{"entry", "entry", true, false},
	{"queue", "queue", true, false},
	{0},
};

static const struct table_column port_columns[] = {
	{"port", "port", true, false},
	{"entry", "entry", true, false},
	{"queue", "queue", true, false},
	{0},
};

struct request {
	const struct plan_options *o;
	struct plan_nic *nic;
	struct flow flow;
	struct plan_ask ask;
	struct plan_short made; /* queues, and why not */
};

static uint32_t hash_of(const void *arg, uint32_t number)
{
	const struct request *r = arg;
	struct flow flow = r->flow;

	if (r->o->ports)
		flow.sport = (__u16)number;
	else
		flow.spi = number;
	return model_hash(&r->nic->nic, &flow);
}

static enum status read_range(const struct plan_options *o, uint32_t *low, uint32_t *high)
{
	const char *dash = o->range ? strchr(o->range, '-') : NULL;
	uint32_t least = o->ports ? 1 : RESERVED_SPI + 1, most = o->ports ? UINT16_MAX : UINT32_MAX;
	char first[32];

	*low = o->ports ? 1024 : 0xc0000000;
	*high = o->ports ? UINT16_MAX : 0xcfffffff;
	if (!o->range)
		return STATUS_DONE;
	snprintf(first, sizeof(first), "%.*s", dash ? (int)(dash - o->range) : 0, o->range);
	if (!dash || dash - o->range > 31 || !spi_parse(first, low) || !spi_parse(dash + 1, high) ||
	    *low > *high)
		return complain_usage("plan", "--range %s: not LOW-HIGH", o->range);
	if (*low < least || *high > most)
		return complain_usage("plan",
				      o->ports ? "--range %s: ports are %u to %u"
					       : "--range %s: SPIs are %#x to %#x",
				      o->range, least, most);
	return STATUS_DONE;
}

static enum status short_of(const struct request *r)
{
	const struct plan_short *why = &r->made;
	const char *what = r->o->ports ? "ports" : "SPIs";

	if (r->ask.queue < 0 && why->reached < why->queues)
		return complain("plan",
				"the %s of this range reach %u of %u queues under this key; take a "
				"wider --range, or another key (ethtool -X IF hkey)",
				what, why->reached, why->queues);
	return complain(
		"plan",
		"queue %u has only %llu %s in this range; take a wider --range, or a smaller "
		"--count",
		why->queue, (unsigned long long)why->possible, what);
}

static void print_heading(struct out *out, const struct request *r)
{
	const struct plan_options *o = r->o;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	const char *what = o->ports ? "UDP source ports" : "SPIs";

	inet_ntop(o->src.family, o->src.bytes, src, sizeof(src));
	inet_ntop(o->dst.family, o->dst.bytes, dst, sizeof(dst));
	if (r->ask.queue < 0)
		out_say(out, "%s for packets from %s to %s: %u, evenly over %u queues.", what, src,
			dst, r->ask.count, r->made.queues);
	else
		out_say(out, "%s for packets from %s to %s: %u, all on queue %d.", what, src, dst,
			r->ask.count, r->ask.queue);
	if (*r->nic->commands)
		out_say(out, "The NIC must be told to hash them: %s.", r->nic->commands);
	out_gap(out);
}

static void print_plan(struct out *out, const struct request *r, const struct plan_spi *plan)
{
	bool ports = r->o->ports;

	if (out_is_json(out)) {
		out_number(out, "version", 1);
		out_string(out, "command", *r->nic->commands ? r->nic->commands : NULL);
	}
	print_heading(out, r);
	out_table(out, ports ? "ports" : "spis", ports ? port_columns : spi_columns);
	for (uint32_t i = 0; i < r->ask.count; i++) {
		out_row(out, NULL);
		if (ports)
			out_number(out, "port", plan[i].number);
		else
			out_spi(out, "spi", plan[i].number);
		out_number(out, "entry", plan[i].slot);
		out_number(out, "queue", plan[i].queue);
		out_up(out);
	}
	out_up(out);
	out_gap(out);
	out_say(out,
		"They hold for this key and this table only; 'ethtool -x %s' shows both, and many "
		"drivers draw a new key when they load.",
		r->nic->interface);
	nic_named_warn(out, &r->nic->named);
	out_warn(out,
		 "not verified on hardware: see with a few packets of each that they arrive on "
		 "these queues");
}

static enum status print(const struct request *r, const struct plan_spi *plan)
{
	struct out *out = out_new(stdout, r->o->json);
	int err;

	if (!out)
		return complain("plan", "no memory");
	print_plan(out, r, plan);
	err = out_close(out);
	return err ? complain("plan", "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

static enum status solve(struct request *r)
{
	struct plan_spi *plan = calloc(r->ask.count, sizeof(*plan));
	struct plan_hash hash;
	enum status status;
	int err = plan ? plan_hash_find(&hash, r->o->ports ? 16 : 32, hash_of, r) : -ENOMEM;

	if (!err)
		err = plan_spis(&hash, &r->nic->nic.table, &r->ask, plan, &r->made);
	if (!err)
		status = print(r, plan);
	else if (err == -ENOSPC)
		status = short_of(r);
	else if (err == -EINVAL)
		status = complain_usage("plan", "--queue %d: the table has no entry of it",
					r->ask.queue);
	else
		status = complain("plan", err == -ENOMEM ? "no memory"
							 : "this NIC's hash is not linear: nothing "
							   "can be planned for it");
	free(plan);
	return status;
}

static enum status not_by_sa(const struct request *r)
{
	return complain(
		"plan",
		"%s: it does not hash the %s, so all SAs of two addresses share a queue, "
		"whatever their %s are; 'espalier run --method %s' spreads them in software",
		r->nic->nic.model->name, plan_nic_differ(&r->flow), r->o->ports ? "ports" : "SPIs",
		method_on_any_nic());
}

enum status plan_form_spi(const struct plan_options *o)
{
	struct request r = {.o = o, .ask = {.count = o->count, .queue = o->queue}};
	enum status status = read_range(o, &r.ask.low, &r.ask.high);

	if (status == STATUS_DONE && o->src.family != o->dst.family)
		status = complain_usage("plan", "--src and --dst: one is IPv4, the other IPv6");
	if (status != STATUS_DONE)
		return status;
	r.nic = plan_nic_new(o, PLAN_KEY | PLAN_POWER, &status);
	if (!r.nic)
		return status;
	r.flow = plan_flow(IPPROTO_ESP, o->ports, o->src.family, o->src.bytes, o->dst.bytes);
	switch (plan_nic_separate(r.nic, &r.flow)) {
	case PLAN_BY_SA:
		status = solve(&r);
		break;
	case PLAN_BY_ADDRESSES:
		status = not_by_sa(&r);
		break;
	case PLAN_NOT_AT_ALL:
		status = STATUS_FAILED;
		break;
	}
	plan_nic_free(r.nic);
	return status;
}
