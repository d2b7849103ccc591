// SPDX-License-Identifier: GPL-2.0-only
// Counting packets on queues.
#include "predict/spread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 64, FIRST_ROOM = 256 };

int spread_init(struct spread *spread, uint32_t queues)
{
	*spread = (struct spread){.queues = queues, .words = (queues + WORD - 1) / WORD};
	spread->queue = calloc(queues, sizeof(*spread->queue));
	return spread->queue ? 0 : -ENOMEM;
}

void spread_free(struct spread *spread)
{
	free(spread->queue);
	free(spread->seen);
	*spread = (struct spread){0};
}

static int make_room(struct spread *spread, uint32_t sa)
{
	uint32_t sas = spread->sas ? spread->sas : FIRST_ROOM;
	size_t size = spread->words * sizeof(*spread->seen);
	uint64_t *seen;

	if (sa < spread->sas)
		return 0;
	while (sas <= sa)
		sas *= 2;
	seen = realloc(spread->seen, sas * size);
	if (!seen)
		return -ENOMEM;
	memset((char *)seen + spread->sas * size, 0, (sas - spread->sas) * size);
	spread->seen = seen;
	spread->sas = sas;
	return 0;
}

int spread_add(struct spread *spread, uint32_t queue, uint32_t sa, const struct spread_queue *what)
{
	struct spread_queue *q = &spread->queue[queue];
	uint64_t bit = 1ull << queue % WORD, *word;

	q->packets += what->packets;
	q->bytes += what->bytes;
	q->strays += what->strays;
	q->fragments += what->fragments;
	spread->packets += what->packets;
	if (sa == FLOWS_NONE)
		return 0;
	if (make_room(spread, sa))
		return -ENOMEM;
	word = &spread->seen[sa * spread->words + queue / WORD];
	q->sas += !(*word & bit);
	*word |= bit;
	return 0;
}

int spread_add_flow(struct spread *spread, uint32_t queue, const struct flows_flow *flow,
		    uint64_t packets, uint64_t bytes)
{
	const struct spread_queue what = {
		.packets = packets,
		.bytes = bytes,
		.strays = flow->of == FLOWS_STRAY ? packets : 0,
		.fragments = flow->flow.kind == FLOW_FRAGMENT ? packets : 0,
	};

	return spread_add(spread, queue, flow->sa, &what);
}

bool spread_sprays(const struct model_nic *nic, const struct flow *flow)
{
	return model_inputs(nic, flow) & MODEL_SEQ;
}

int spread_by_nic(struct spread *spread, const struct model_nic *nic, const struct flows *flows)
{
	int err = 0;

	for (uint32_t i = 0; i < flows->count && !err; i++) {
		const struct flows_flow *flow = &flows->flow[i];
		int queue = model_queue(nic, &flow->flow);

		if (queue >= 0 && !spread_sprays(nic, &flow->flow))
			err = spread_add_flow(spread, queue, flow, flow->packets, flow->bytes);
	}
	return err;
}

void spread_finish(struct spread *spread)
{
	uint64_t most;

	for (uint32_t i = 1; i < spread->queues; i++)
		if (spread->queue[i].packets > spread->queue[spread->hottest].packets)
			spread->hottest = i;
	most = spread->queue[spread->hottest].packets;
	if (!most)
		return;
	spread->speedup = (double)spread->packets / (double)most;
	spread->imbalance = spread->queues / spread->speedup;
}

double spread_share(const struct spread *spread, uint32_t queue)
{
	return spread->packets ? (double)spread->queue[queue].packets / (double)spread->packets : 0;
}
