// SPDX-License-Identifier: GPL-2.0-only
// What follows from what `inspect` found: the verdict, the method, the next command. No I/O.
#include "cmd/inspect/inspection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/model_ask.h"
#include "nic/model_measure.h"

/* A table that the NIC shows; else there is nothing to index. */
static const struct indir *table_of(const struct claims *claims)
{
	return claims->table.size ? &claims->table : NULL;
}

/* The key that the driver tells, or the one that all such NICs have. */
static const uint8_t *key_of(const struct nic_facts *facts, size_t *len)
{
	if (facts->claims.key_known) {
		*len = facts->claims.key_size;
		return facts->claims.key;
	}
	*len = facts->model && facts->model->fixed_key ? facts->model->key_used : 0;
	return *len ? facts->model->fixed_key : NULL;
}

static void judge(struct inspection *in)
{
	struct explain_facts known = {
		.measured = &in->measured,
		.table = table_of(&in->facts.claims),
		.toeplitz = !in->facts.claims.hfunc || in->facts.claims.hfunc == MODEL_HASH_TOP,
	};

	known.key = key_of(&in->facts, &known.key_len);
	nic_facts_see(&in->facts, &in->measured, in->hashes_of_nic, &in->plain, &in->udp);
	in->facts.seen.measured = in->at != INSPECT_NOWHERE;
	explain(&known, false, &in->plain_by);
	explain(&known, true, &in->udp_by);
	in->verdict = verdict_overall(&in->plain, &in->udp);
}

/* The command of a model with IF's name put in. */
static void put_name(char *out, size_t size, const char *command, const char *name)
{
	size_t n = 0;

	while (*command && n + 1 < size) {
		if (!strncmp(command, " IF ", 4)) {
			n += (size_t)snprintf(out + n, size - n, " %s ", name);
			n = n < size ? n : size - 1;
			command += 4;
			continue;
		}
		out[n++] = *command++;
	}
	out[n] = 0;
}

static void next_is(struct inspection *in, const char *why, const char *command)
{
	put_name(in->next, sizeof(in->next), command, in->is_model ? "IF" : in->name);
	snprintf(in->next_why, sizeof(in->next_why), "%s", why);
}

/* What the NIC could do by itself, if it were asked to. */
static bool next_from_model(struct inspection *in)
{
	char command[MODEL_COMMAND_LEN];
	struct model_answer answer;

	if (!in->facts.model || in->verdict == VERDICT_SPI || model_ask(in->facts.model, &answer))
		return false;
	if (!model_command(&answer, command))
		return false;
	next_is(in, "this makes the NIC take the SPI, by what is known of it; then inspect again",
		command);
	return true;
}

/* What its driver refuses to tell it refuses to have set too. */
static bool sets_fields(const struct inspection *in)
{
	return in->is_model || !claims_fields_of(&in->facts.claims, "ah_esp4")->err;
}

static void next(struct inspection *in)
{
	bool measured = in->at != INSPECT_NOWHERE;

	if (in->facts.own_prog_id)
		next_is(in, "it is steered; that tells how well", "espalier show");
	else if (in->verdict == VERDICT_SPRAYS && sets_fields(in))
		next_is(in, "that costs packets at the replay window: first stop it",
			"ethtool -N IF rx-flow-hash esp4 sd");
	else if (in->verdict == VERDICT_UNKNOWN && !in->is_model)
		next_is(in,
			measured ? "longer, while the tunnels carry traffic"
				 : "this measures, while the tunnels carry traffic",
			"espalier inspect IF --measure 30");
	else if (!sets_fields(in) || !next_from_model(in))
		next_is(in, "--dry-run tells what it would change", "espalier run IF --dry-run");
}

void inspection_conclude(struct inspection *in)
{
	judge(in);
	if (needs_check(&in->facts, &in->findings))
		in->findings = (struct needs_report){0};
	in->method = choose_method(&in->facts, &in->demand, in->why, sizeof(in->why));
	next(in);
}

void inspection_free(struct inspection *in)
{
	measured_free(&in->measured);
	needs_report_free(&in->findings);
	nic_facts_free(&in->facts);
}

/* The facts of an interface, as far as a model tells. */
static void facts_of_model(struct model_nic *nic, struct nic_facts *facts)
{
	struct claims *claims = &facts->claims;

	claims_gather(claims_ask_model, nic, claims);
	facts->link =
		(struct link){.mtu = 1500, .flags = 1 /* IFF_UP */, .num_rx_queues = nic->queues};
	facts->xdp.err = -1;
	facts->channels = (struct nic_channels){.err = claims->channels_err,
						.max_combined = claims->max_channels,
						.combined = claims->channels};
	facts->frags = true;
	facts->model = nic->model;
	memcpy(facts->driver, claims->driver, sizeof(facts->driver));
	snprintf(facts->link.name, sizeof(facts->link.name), "IF");
}

int inspection_of_model(struct inspection *in, const struct model *model, bool asked)
{
	struct model_nic *nic = malloc(sizeof(*nic));
	uint32_t queues = model->max_queues < 8 ? model->max_queues : 8;
	int err = nic ? model_nic_init(nic, model, queues) : -1;

	if (err) {
		free(nic);
		return err;
	}
	*in = (struct inspection){
		.name = model->name,
		.is_model = true,
		.at = INSPECT_MODEL,
		.hashes_of_nic = true,
	};
	in->demand.cpus = queues;
	if (asked)
		model_ask_for_spi(nic);
	facts_of_model(nic, &in->facts);
	err = model_measure(nic, &in->measured);
	model_nic_free(nic);
	free(nic);
	if (!err)
		inspection_conclude(in);
	return err;
}
