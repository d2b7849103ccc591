// SPDX-License-Identifier: GPL-2.0-only
// Which SAs lie on which entry of a table, and what that comes to.
#include "cmd/plan_entries.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { BAR_WIDTH = 24, SHOWN = 20 };

static const struct table_column queue_columns[] = {
	{"queue", "queue", true, false}, {"entries", "entries", true, false},
	{"sas", "SAs", true, false},	 {"share", "load", true, false},
	{"bar", "", false, false},	 {0},
};

static const struct table_column shared_columns[] = {
	{"slot", "entry", true, false},	       {"queue", "queue", true, false},
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

	if (entries)
		entries->slot = calloc(sas->n + 1, sizeof(*entries->slot));
	if (!entries || !entries->slot) {
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
	if (entries)
		free(entries->slot);
	free(entries);
}

static double queue_load(const struct plan_entries *entries, const struct indir *table,
			 uint32_t queue)
{
	double load = 0;

	for (uint32_t slot = 0; slot < entries->size; slot++)
		if (table->entry[slot] == queue)
			load += entries->load[slot];
	return load;
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

void plan_entries_print_heading(struct out *out, const struct plan_nic *nic,
				const struct plan_sas *sas)
{
	if (out_is_json(out)) {
		out_number(out, "version", 1);
		out_string(out, "command", *nic->commands ? nic->commands : NULL);
		out_count(out, "sas", sas->n);
		out_number(out, "size", nic->nic.table.size);
		return;
	}
	out_say(out, "%zu SA%s %s, on the %u entries of %s with %u queues.", sas->n,
		sas->n == 1 ? "" : "s", sas->source, nic->nic.table.size, nic->nic.model->name,
		nic->nic.queues);
	out_gap(out);
}

void plan_entries_print_queues(struct out *out, const struct plan_entries *entries,
			       const struct indir *table, uint32_t queues, double total)
{
	double worst = plan_entries_worst(entries, table, total);

	out_table(out, "queues", queue_columns);
	for (uint32_t queue = 0; queue < queues; queue++) {
		double share = queue_load(entries, table, queue) / total;
		uint32_t slots = 0, sas = 0;

		for (uint32_t slot = 0; slot < entries->size; slot++)
			if (table->entry[slot] == queue) {
				slots++;
				sas += entries->sas[slot];
			}
		out_row(out, NULL);
		out_number(out, "queue", queue);
		out_number(out, "entries", slots);
		out_number(out, "sas", sas);
		out_share(out, "share", share);
		out_bar(out, "bar", share / worst, BAR_WIDTH,
			share * queues > 1.5 ? BAR_HIGH : BAR_EVEN);
		out_up(out);
	}
	out_up(out);
	out_gap(out);
}

/* An SA on an entry that it shares. */
struct shared {
	double entry_load;
	uint32_t slot, sa;
};

static int heaviest_first(const void *a, const void *b)
{
	const struct shared *x = a, *y = b;

	if (x->entry_load != y->entry_load)
		return x->entry_load > y->entry_load ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return x->sa < y->sa ? -1 : x->sa > y->sa;
}

static void print_sharer(struct out *out, const struct shared *shared, uint32_t queue,
			 const struct plan_sas *sas)
{
	const struct plan_sa *sa = &sas->sa[shared->sa];
	int af = sa->flow.family == 4 ? AF_INET : AF_INET6;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN], spi[16];

	inet_ntop(af, sa->flow.src, src, sizeof(src));
	inet_ntop(af, sa->flow.dst, dst, sizeof(dst));
	snprintf(spi, sizeof(spi), "0x%08x", sa->spi);
	out_row(out, NULL);
	out_number(out, "slot", shared->slot);
	out_number(out, "queue", queue);
	out_string(out, "spi", spi);
	out_string(out, "src", src);
	out_string(out, "dst", dst);
	out_string(out, "kind",
		   sa->flow.part == PART_WHOLE ? flow_kind_name(sa->flow.kind) : "fragments");
	out_share(out, "share", sa->load / sas->total);
	out_up(out);
}

void plan_entries_print_shared(struct out *out, const struct plan_entries *entries,
			       const struct indir *table, const struct plan_sas *sas)
{
	struct shared *shared = calloc(sas->n, sizeof(*shared));
	size_t n = 0, shown;

	for (uint32_t i = 0; shared && i < sas->n; i++) {
		uint32_t slot = entries->slot[i];

		if (entries->sas[slot] > 1)
			shared[n++] = (struct shared){entries->load[slot], slot, i};
	}
	if (n)
		qsort(shared, n, sizeof(*shared), heaviest_first);
	if (n)
		out_say(out, "%zu of the %zu SAs share an entry, and so a queue:", n, sas->n);
	else
		out_say(out, "No two SAs share an entry.");
	shown = out_is_json(out) || n <= SHOWN ? n : SHOWN;
	out_table(out, "shared", shared_columns);
	for (size_t i = 0; i < shown; i++)
		print_sharer(out, &shared[i], table->entry[shared[i].slot], sas);
	out_up(out);
	if (n > shown)
		out_say(out, "and %zu more, which --json shows.", n - shown);
	out_gap(out);
	free(shared);
}
