// SPDX-License-Identifier: GPL-2.0-only
// Which SAs lie on which entry of a table, and what that comes to.
#include "cmd/plan/entries.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "steer/method.h"

enum { BAR_WIDTH = 24, SHOWN = 20 };

static const struct table_column queue_columns[] = {
	{"queue", "queue", true, false},  {"entries", "entries", true, false},
	{"sa_count", "SAs", true, false}, {"share", "load", true, false},
	{"bar", "", false, false},	  {0},
};

static const struct table_column shared_columns[] = {
	{"entry", "entry", true, false},       {"queue", "queue", true, false},
	{"spi", "SPI", false, false},	       {"src", "from", false, false},
	{"dst", "to", false, false},	       {"kind", "as", false, false},
	{"share", "of all load", true, false}, {0},
};

bool plan_entries_separate(struct plan_nic *nic, const struct plan_sas *sas, char *warning,
			   size_t size)
{
	size_t used = 0;

	warning[0] = '\0';
	for (int v6 = 0; v6 < 2; v6++) {
		bool told[FLOW_FRAGMENT + 1] = {false};

		for (size_t i = 0; i < sas->n; i++) {
			const struct flow *flow = &sas->sa[i].flow;
			enum plan_separation separation;

			if ((flow->family == 6) != v6 || told[flow->kind] ||
			    flow->part != PART_WHOLE)
				continue;
			told[flow->kind] = true;
			separation = plan_nic_separate(nic, flow);
			if (separation == PLAN_NOT_AT_ALL)
				return false;
			if (separation == PLAN_BY_ADDRESSES && used < size)
				used += snprintf(warning + used, size - used, "%s%s",
						 used ? ", " : "", plan_nic_differ(flow));
		}
	}
	return true;
}

struct plan_entries *plan_entries_new(const struct plan_nic *nic, const struct plan_sas *sas)
{
	struct plan_entries *entries = calloc(1, sizeof(*entries));

	if (entries) {
		entries->slot = calloc(sas->n, sizeof(*entries->slot));
		entries->order = calloc(sas->n, sizeof(*entries->order));
	}
	if (!entries || !entries->slot || !entries->order) {
		plan_entries_free(entries);
		return NULL;
	}
	entries->size = nic->nic.table.size;
	for (size_t i = 0; i < sas->n; i++) {
		uint32_t slot = indir_index(entries->size, model_hash(&nic->nic, &sas->sa[i].flow));

		entries->slot[i] = slot;
		entries->sas[slot]++;
		entries->load[slot] += sas->sa[i].load;
	}
	return entries;
}

void plan_entries_free(struct plan_entries *entries)
{
	if (entries) {
		free(entries->slot);
		free(entries->order);
	}
	free(entries);
}

double plan_entries_worst(const struct plan_entries *entries, const struct indir *table,
			  double total)
{
	double load[UINT16_MAX + 1] = {0}, worst = 0;

	for (uint32_t slot = 0; slot < entries->size; slot++) {
		double *queue = &load[table->entry[slot]];

		*queue += entries->load[slot];
		if (*queue > worst)
			worst = *queue;
	}
	return worst / total;
}

bool plan_entries_worth(double before, double after)
{
	return after < 0.99 * before;
}

void plan_entries_print_heading(struct out *out, const struct plan_nic *nic,
				const struct plan_sas *sas)
{
	const char *model = nic->nic.model->name;
	char of[96];

	if (out_is_json(out)) {
		out_number(out, "version", 1);
		out_string(out, "command", *nic->commands ? nic->commands : NULL);
		out_count(out, "sa_count", sas->n);
		out_number(out, "entries", nic->nic.table.size);
		return;
	}
	if (nic->named.claims)
		snprintf(of, sizeof(of), "%s (%s)", nic->named.name, model);
	else
		snprintf(of, sizeof(of), "%s", model);
	out_say(out, "%zu SA%s %s, on the %u entries of %s with %u queues.", sas->n,
		sas->n == 1 ? "" : "s", sas->source, nic->nic.table.size, of, nic->nic.queues);
	out_gap(out);
}

void plan_entries_print_queues(struct out *out, const struct plan_entries *entries,
			       const struct indir *table, uint32_t queues, double total)
{
	double worst = plan_entries_worst(entries, table, total);

	out_table(out, "queues", queue_columns);
	for (uint32_t queue = 0; queue < queues; queue++) {
		uint32_t slots = 0, sas = 0;
		double share = 0;

		for (uint32_t slot = 0; slot < entries->size; slot++)
			if (table->entry[slot] == queue) {
				slots++;
				sas += entries->sas[slot];
				share += entries->load[slot] / total;
			}
		out_row(out, NULL);
		out_number(out, "queue", queue);
		out_number(out, "entries", slots);
		out_number(out, "sa_count", sas);
		out_share(out, "share", share);
		out_bar(out, "bar", share / worst, BAR_WIDTH,
			share * queues > 1.5 ? BAR_HIGH : BAR_EVEN);
		out_up(out);
	}
	out_up(out);
	out_gap(out);
}

/* SAs of the heaviest entry first, then as they were given. */
static int heaviest_first(const void *a, const void *b, void *arg)
{
	const struct plan_entries *entries = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t at = entries->slot[x], other = entries->slot[y];

	if (entries->load[at] != entries->load[other])
		return entries->load[at] > entries->load[other] ? -1 : 1;
	if (at != other)
		return at < other ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void print_sharer(struct out *out, const struct plan_sa *sa, uint32_t slot, uint32_t queue,
			 double total)
{
	int af = sa->flow.family == 4 ? AF_INET : AF_INET6;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	inet_ntop(af, sa->flow.src, src, sizeof(src));
	inet_ntop(af, sa->flow.dst, dst, sizeof(dst));
	out_row(out, NULL);
	out_number(out, "entry", slot);
	out_number(out, "queue", queue);
	out_spi(out, "spi", sa->spi);
	out_string(out, "src", src);
	out_string(out, "dst", dst);
	out_string(out, "kind",
		   sa->flow.part == PART_WHOLE ? flow_kind_name(sa->flow.kind) : "fragments");
	out_share(out, "share", sa->load / total);
	out_up(out);
}

void plan_entries_print_shared(struct out *out, struct plan_entries *entries,
			       const struct indir *table, const struct plan_sas *sas)
{
	uint32_t *shared = entries->order;
	size_t n = 0, shown;

	for (uint32_t i = 0; i < sas->n; i++)
		if (entries->sas[entries->slot[i]] > 1)
			shared[n++] = i;
	qsort_r(shared, n, sizeof(*shared), heaviest_first, entries);
	if (n)
		out_say(out, "%zu of the %zu SAs share an entry, and so a queue:", n, sas->n);
	else
		out_say(out, "No two SAs share an entry.");
	shown = out_is_json(out) || n <= SHOWN ? n : SHOWN;
	out_table(out, "shared", shared_columns);
	for (size_t i = 0; i < shown; i++) {
		uint32_t slot = entries->slot[shared[i]];

		print_sharer(out, &sas->sa[shared[i]], slot, table->entry[slot], sas->total);
	}
	out_up(out);
	if (n > shown)
		out_say(out, "and %zu more, which --json shows.", n - shown);
	out_gap(out);
}

void plan_entries_say_commands(struct out *out, const struct plan_nic *nic)
{
	if (!*nic->commands)
		return;
	out_say(out, "The NIC must be told what to hash:");
	out_line(out, "%s", nic->commands);
}

void plan_entries_warn(struct out *out, const struct plan_nic *nic, const struct plan_sas *sas,
		       const char *unseparated, const char *what)
{
	nic_named_warn(out, &nic->named);
	if (*sas->warning)
		out_warn(out, "%s", sas->warning);
	if (sas->equal)
		out_warn(out, "none of these SAs carried anything: all count alike");
	if (*unseparated)
		out_warn(out,
			 "%s does not hash the %s: SAs of two addresses share an entry, whatever "
			 "the %s; 'espalier run --method %s' spreads them in "
			 "software",
			 nic->nic.model->name, unseparated, what, method_on_any_nic());
}
