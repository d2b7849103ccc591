// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate: its results, as text and as JSON.
#include "cmd/simulate/simulate.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { FEW_ROUNDS = 4 };
#define LIGHT 0.02 /* of a CPU, each: below that rounds hardly move anything */

/* "mlx5", "bnxt+sdfn"; of a placement its name. */
static void print_model(struct out *out, const struct simulated *one)
{
	char model[64];

	snprintf(model, sizeof(model), "%s%s", one->nic ? one->nic->model->name : one->name,
		 one->asked ? "+sdfn" : "");
	out_string(out, "model", model);
	out_string(out, "nic", one->real);
}

static void print_result(struct out *out, const struct simulated *one)
{
	const struct spread *spread = &one->spread;

	out_object(out, NULL);
	print_model(out, one);
	out_number(out, "queue_count", spread->queues);
	out_array(out, "queues");
	for (uint32_t i = 0; i < spread->queues; i++) {
		out_object(out, NULL);
		simulate_print_queue(out, spread, i);
		out_up(out);
	}
	out_up(out);
	out_number(out, "hottest", spread->hottest);
	out_real(out, "imbalance", spread->imbalance, 2);
	out_real(out, "speedup", spread->speedup, 2);
	out_bool(out, "sprays", one->sprays);
	out_count(out, "moves", one->moves);
	out_up(out);
}

static void print_other(struct out *out, const struct flows *flows)
{
	static const char *const keys[FLOWS_KINDS] = {
		[FLOW_OTHER] = "other", [FLOW_IKE] = "ike", [FLOW_KEEPALIVE] = "keepalive"};

	out_object(out, "left_out");
	for (int i = 0; i < FLOWS_KINDS; i++)
		if (keys[i])
			out_count(out, keys[i], flows->kind[i]);
	out_up(out);
}

/* Packets and bytes of flows that have no SA. */
static void print_of(struct out *out, const char *key, const struct flows *flows, bool fragments)
{
	uint64_t packets = 0, bytes = 0;

	for (uint32_t i = 0; i < flows->count; i++) {
		const struct flows_flow *flow = &flows->flow[i];

		if (fragments ? flow->flow.kind != FLOW_FRAGMENT : flow->of != FLOWS_STRAY)
			continue;
		packets += flow->packets;
		bytes += flow->bytes;
	}
	if (!packets && !out_is_json(out))
		return;
	out_object(out, key);
	out_count(out, "packets", packets);
	out_bytes(out, "bytes", bytes);
	out_up(out);
}

static uint32_t sas_with_packets(const struct flows *flows)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < flows->sas; i++)
		n += flows->sa[i].packets > 0;
	return n;
}

static void print_warnings(struct out *out, const struct simulate_view *view)
{
	const struct flows *flows = &view->simulation->flows;

	for (size_t i = 0; i < view->inputs; i++) {
		const struct simulate_input *input = &view->input[i];

		if (input->damaged)
			out_warn(out, "%s is damaged %s; all before that counts", input->name,
				 input->damage);
		if (input->outgoing)
			out_warn(out, "%s: %" PRIu64 " packets left out that its host had sent",
				 input->name, input->outgoing);
	}
	for (size_t i = 0; i < view->simulation->count; i++) {
		const struct simulated *one = &view->simulation->simulated[i];

		if (one->sprays && (!i || strcmp(one->name, one[-1].name)))
			out_warn(
				out,
				"%s sprays each SA over all queues: packets come out of order, and "
				"the replay window drops them",
				one->name);
	}
	if (flows->unfollowed)
		out_warn(out,
			 "more than %u flows: %" PRIu64
			 " packets of the others are on no queue here",
			 FLOWS_MAX, flows->unfollowed);
}

/* Whether our placement had the time and the load to show what it does. */
static void warn_of_rounds(struct out *out, const struct simulate_view *view)
{
	const struct simulation *s = view->simulation;
	const struct cost cost = cost_start();
	double seconds = (double)s->placed.clock_ns / 1e9, round = PLACED_ROUND_NS / 1e9, load;
	uint32_t cpus = 1;

	if (!s->place)
		return;
	if (seconds < FEW_ROUNDS * round) {
		out_warn(out,
			 "these packets last %.1f s, and espalier moves SAs by their load each "
			 "%.1f s: of that little or nothing shows here; take more of them",
			 seconds, round);
		return;
	}
	for (size_t i = 0; i < view->numbers; i++)
		cpus = view->queues[i] > cpus ? view->queues[i] : cpus;
	load = (cost.packet * (double)s->flows.packets + cost.byte * (double)s->flows.bytes) /
	       seconds;
	if (load < LIGHT * cpus)
		out_warn(out,
			 "these packets are about %.1f%% of what one CPU decrypts: of so light a "
			 "load espalier moves little on %u; more packets a second (of --made: "
			 "rate=N) show what it does",
			 100 * load, cpus);
}

static int print_all(struct out *out, const struct simulate_view *view)
{
	const struct simulation *s = view->simulation;
	int err = 0;

	out_count(out, "packets", s->flows.packets);
	out_bytes(out, "bytes", s->flows.bytes);
	out_number(out, out_is_json(out) ? "sa_count" : "SAs", sas_with_packets(&s->flows));
	if (s->place)
		out_real(out, "seconds", (double)s->placed.clock_ns / 1e9, 1);
	print_of(out, "strays", &s->flows, false);
	print_of(out, "fragments", &s->flows, true);
	print_other(out, &s->flows);
	out_gap(out);
	if (out_is_json(out)) {
		out_array(out, "results");
		for (size_t i = 0; i < s->count; i++)
			print_result(out, &s->simulated[i]);
		out_up(out);
	} else {
		err = simulate_print_text(out, view);
	}
	print_warnings(out, view);
	simulate_warn_real(out, view->wish);
	warn_of_rounds(out, view);
	return err;
}

int simulate_print(const struct simulate_view *view, bool json)
{
	struct out *out = out_new(stdout, json);
	int err, close_err;

	if (!out)
		return -ENOMEM;
	if (json)
		out_number(out, "version", 1);
	err = print_all(out, view);
	close_err = out_close(out);
	return err ? err : close_err;
}
