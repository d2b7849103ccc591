// SPDX-License-Identifier: GPL-2.0-only
// The orders in which a snapshot's SAs are told.
#include <stdlib.h>
#include <string.h>
#include "show/snapshot.h"

int snapshot_by_name(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;
	int order = (int)x->family - (int)y->family;

	if (!order)
		order = memcmp(x->dst, y->dst, sizeof(x->dst));
	if (!order)
		order = x->spi < y->spi ? -1 : x->spi > y->spi;
	return order ? order : (int)x->protocol - (int)y->protocol;
}

int snapshot_by_weight(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;
	double p = x->load >= 0 ? x->load : 0, q = y->load >= 0 ? y->load : 0;

	if (p != q)
		return p > q ? -1 : 1;
	return snapshot_by_packets(a, b);
}

int snapshot_by_packets(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;

	if (x->total.packets != y->total.packets)
		return x->total.packets > y->total.packets ? -1 : 1;
	return snapshot_by_name(a, b);
}

int snapshot_by_cpu(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;

	return x->cpu != y->cpu ? x->cpu - y->cpu : snapshot_by_name(a, b);
}

int snapshot_by_spi(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;

	if (x->spi != y->spi)
		return x->spi < y->spi ? -1 : 1;
	return snapshot_by_name(a, b);
}

int snapshot_by_source(const void *a, const void *b)
{
	const struct snapshot_sa *x = a, *y = b;
	int order = (int)x->family - (int)y->family;

	if (!order)
		order = memcmp(x->src, y->src, sizeof(x->src));
	return order ? order : snapshot_by_name(a, b);
}

void snapshot_sort(struct snapshot *snapshot, snapshot_order *order)
{
	if (snapshot->sas)
		qsort(snapshot->sa, snapshot->sas, sizeof(*snapshot->sa), order);
}
