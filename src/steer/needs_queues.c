// SPDX-License-Identifier: GPL-2.0-only
// What queues need: some to spare for the driver, and no steering of their own.
#include <stdio.h>
#include <string.h>
#include "nic/channels_text.h"
#include "steer/needs_impl.h"

bool needs_channels_exceed(const struct needs_judging *j)
{
	const struct nic_channels *ch = &j->facts->channels;

	if (ch->err)
		return false;
	switch (j->driver->channels) {
	case XDP_CHANNELS_HALF:
		return 2 * (uint64_t)ch->combined > ch->max_combined;
	case XDP_CHANNELS_EQUAL_HALF:
		return ch->rx != ch->tx || 2 * (uint64_t)ch->tx > ch->max_tx;
	case XDP_CHANNELS_COMBINED:
		return ch->rx || ch->tx;
	default:
		return false;
	}
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The nearest channels that the driver's rule allows; false if there are none. */
static bool channels_fit(const struct needs_judging *j, struct nic_channels *ch)
{
	switch (j->driver->channels) {
	case XDP_CHANNELS_HALF:
		ch->combined = ch->max_combined / 2;
		return ch->combined;
	case XDP_CHANNELS_EQUAL_HALF:
		ch->rx = ch->tx = smaller(smaller(ch->rx, ch->tx), ch->max_tx / 2);
		return ch->rx;
	case XDP_CHANNELS_COMBINED:
		ch->combined = smaller(ch->rx > ch->tx ? ch->rx : ch->tx, ch->max_combined);
		ch->rx = ch->tx = 0;
		return ch->combined;
	default:
		return true;
	}
}

void needs_channels(const struct needs_judging *j)
{
	struct nic_channels want = j->facts->channels;
	char now[CHANNELS_TEXT_LEN], then[CHANNELS_TEXT_LEN];

	if (!needs_channels_exceed(j))
		return;
	if (!channels_fit(j, &want)) {
		needs_say(j->report, NEEDS_REFUSE, NEEDS_CHANNELS,
			  "driver %s has no queue to spare for XDP",
			  needs_driver_name(j));
		return;
	}
	channels_print(&j->facts->channels, now);
	channels_print(&want, then);
	needs_change(j->report, NEEDS_CHANNELS, UNDO_CHANNELS, "channels", now, then,
		     j->driver->channels == XDP_CHANNELS_COMBINED
			     ? "the driver takes XDP on combined channels only"
			     : "the driver needs as many free queues for XDP");
}

static void clear_rps(const struct needs_judging *j, unsigned int queue, const char *file,
		      const char *value)
{
	char knob[UNDO_KNOB_LEN];

	snprintf(knob, sizeof(knob), "rx-%u/%s", queue, file);
	needs_change(j->report, NEEDS_RPS, UNDO_QUEUE, knob, value, "0",
		     "packets from a ring obey it");
}

static void clear_queue(const struct needs_judging *j, const struct nic_queue *queue)
{
	char flows[24];

	if (queue->rps_cpus[0] && strcmp(queue->rps_cpus, "0"))
		clear_rps(j, queue->queue, "rps_cpus", queue->rps_cpus);
	if (!queue->rps_flow_cnt)
		return;
	snprintf(flows, sizeof(flows), "%lu", queue->rps_flow_cnt);
	clear_rps(j, queue->queue, "rps_flow_cnt", flows);
}

/*
 * A packet from a ring has no receive queue and so obeys that of rx-0 (net/core/dev.c get_rps_cpu).
 * The flow table counts too: the IKE socket's reads make ESP-in-UDP of the same ports follow it.
 */
void needs_rps(const struct needs_judging *j)
{
	const struct nic_facts *facts = j->facts;

	if (facts->rps_err)
		needs_say(j->report, NEEDS_WARN, NEEDS_RPS,
			  "its RPS settings could not be read (%s); see that rx-0/rps_cpus is 0, "
			  "or packets leave the CPU chosen for them",
			  strerror(-facts->rps_err));
	for (unsigned int i = 0; i < facts->queues; i++)
		if (!facts->queue[i].queue)
			clear_queue(j, &facts->queue[i]);
}
