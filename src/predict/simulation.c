// SPDX-License-Identifier: GPL-2.0-only
// Many NICs, one pass.
#include "predict/simulation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "nic/model_ask.h"
#include "nic/model_claimed.h"

int simulation_init(struct simulation *s, size_t nics, const uint32_t *cpus, size_t numbers)
{
	int err;

	*s = (struct simulation){.place = numbers > 0, .room = nics + 2 * numbers};
	err = flows_init(&s->flows);
	if (err)
		return err;
	s->simulated = calloc(s->room ? s->room : 1, sizeof(*s->simulated));
	err = s->simulated ? placed_init(&s->placed, &s->flows, cpus, numbers) : -ENOMEM;
	if (err)
		simulation_free(s);
	return err;
}

void simulation_free(struct simulation *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct simulated *one = &s->simulated[i];

		if (one->nic)
			model_nic_free(one->nic);
		free(one->nic);
		spread_free(&one->spread);
	}
	free(s->simulated);
	placed_free(&s->placed);
	flows_free(&s->flows);
	*s = (struct simulation){0};
}

static int init_nic(struct model_nic *nic, const struct simulation_nic *what, uint32_t queues)
{
	int err = what->claims ? model_claimed_init(nic, what->model, what->claims, queues)
			       : model_nic_init(nic, what->model, queues);

	if (!err && what->asked)
		model_ask_for_spi(nic);
	return err;
}

int simulation_add(struct simulation *s, const struct simulation_nic *what, uint32_t queues)
{
	struct model_nic *nic = malloc(sizeof(*nic));
	struct simulated *one = &s->simulated[s->count];
	int err = nic ? init_nic(nic, what, queues) : -ENOMEM;

	if (!err)
		err = spread_init(&one->spread, queues);
	if (err) {
		free(nic);
		return err;
	}
	snprintf(one->name, sizeof(one->name), "%s%s", what->name ? what->name : what->model->name,
		 what->asked ? "+sdfn" : "");
	one->nic = nic;
	one->real = what->claims ? what->name : NULL;
	one->asked = what->asked;
	one->sprays = model_esp_by(nic, 4, FLOW_ESP) == MODEL_ESP_SPRAYS;
	s->sprays |= one->sprays;
	s->count++;
	return 0;
}

static int spray(struct simulation *s, const struct flows_flow *flow, const struct flow *packet)
{
	int err = 0;

	for (size_t i = 0; i < s->count && !err; i++) {
		struct simulated *one = &s->simulated[i];
		int queue;

		if (!one->sprays || !spread_sprays(one->nic, packet))
			continue;
		queue = model_queue(one->nic, packet);
		if (queue >= 0)
			err = spread_add_flow(&one->spread, queue, flow, 1, packet->bytes);
	}
	return err;
}

void simulation_packet(void *arg, const struct trace_packet *packet)
{
	struct simulation *s = arg;
	uint32_t index = FLOWS_NONE;

	if (!s->err)
		s->err = flows_add(&s->flows, &packet->flow, &index);
	if (s->err || index == FLOWS_NONE)
		return;
	if (s->sprays)
		s->err = spray(s, &s->flows.flow[index], &packet->flow);
	if (s->place && !s->err)
		s->err = placed_packet(&s->placed, index, packet->flow.bytes, packet->ns);
}

/* Takes *spread over. */
static void add_placement(struct simulation *s, const char *name, uint64_t moves,
			  struct spread *spread)
{
	struct simulated *one = &s->simulated[s->count++];

	snprintf(one->name, sizeof(one->name), "%s", name);
	one->moves = moves;
	one->spread = *spread;
	*spread = (struct spread){0};
}

static int add_best(struct simulation *s, uint32_t cpus)
{
	struct spread best;
	int err = spread_init(&best, cpus);

	if (!err)
		err = placed_best(&s->flows, cpus, &best);
	if (err)
		spread_free(&best);
	else
		add_placement(s, "best", 0, &best);
	return err;
}

static int finish_placed(struct simulation *s)
{
	int err = placed_finish(&s->placed);

	for (size_t i = 0; i < s->placed.numbers && !err; i++)
		add_placement(s, "espalier", s->placed.on[i].moves, &s->placed.on[i].spread);
	for (size_t i = 0; i < s->placed.numbers && !err; i++)
		err = add_best(s, s->placed.on[i].number);
	return err;
}

int simulation_finish(struct simulation *s)
{
	int err = s->err;

	for (size_t i = 0; i < s->count && !err; i++) {
		struct simulated *one = &s->simulated[i];

		err = spread_by_nic(&one->spread, one->nic, &s->flows);
		spread_finish(&one->spread);
	}
	return err ? err : finish_placed(s);
}
