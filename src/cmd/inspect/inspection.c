// SPDX-License-Identifier: GPL-2.0-only
// What follows from what `inspect` found: the verdict, the method, the next command. No I/O.
#include "cmd/inspect/inspection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/cpulist.h"
#include "nic/model_ask.h"
#include "nic/model_measure.h"

/* A table that the NIC shows; else there is nothing to index. */
static const struct indir *table_of(const struct claims *claims)
{
	return claims->table.size ? &claims->table : NULL;
}

/* Receive queues: by the table, the channels, or as the kernel has them. */
static double queues_of(const struct inspection *in)
{
	double queues = claims_queues(&in->claims);

	return queues > 0 ? queues : in->needs.link.num_rx_queues;
}

static void judge(struct inspection *in)
{
	const struct verdict_facts facts = {
		.measured = &in->measured,
		.queues = queues_of(in),
		.hashes_of_nic = in->hashes_of_nic,
	};
	const struct explain_facts known = {
		.measured = &in->measured,
		.key = in->claims.key_known ? in->claims.key : NULL,
		.key_len = in->claims.key_size,
		.table = table_of(&in->claims),
		.toeplitz = !in->claims.hfunc || in->claims.hfunc == MODEL_HASH_TOP,
	};

	verdict_of(&facts, false, &in->plain);
	verdict_of(&facts, true, &in->udp);
	explain(&known, false, &in->plain_by);
	explain(&known, true, &in->udp_by);
	in->verdict = verdict_overall(&in->plain, &in->udp);
}

static void choose(struct inspection *in)
{
	const struct needs_finding *refusal = needs_first(&in->findings, NEEDS_REFUSE);
	bool rules = in->model && in->model->rules_by_spi;
	const struct choose_method_facts facts = {
		.driver = in->claims.driver,
		.sas = in->sas,
		.sas_udp = in->sas_udp,
		.cpus = (unsigned int)CPU_COUNT(&in->cpus),
		.separates = in->plain.verdict == VERDICT_SPI,
		.separates_udp = in->udp.verdict == VERDICT_SPI,
		.queues = in->claims.channels ? in->claims.channels
					      : in->needs.link.num_rx_queues,
		.rules = rules ? in->claims.max_rules : 0,
		.rules_udp = rules && in->model->rules_by_udp_spi,
		.xdp = !refusal,
		.xdp_why = refusal ? refusal->text : NULL,
	};

	in->method = choose_method(&facts, in->why, sizeof(in->why));
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
	struct model_answer answer;
	const char *command;

	if (!in->model || in->verdict == VERDICT_SPI || model_ask(in->model, &answer))
		return false;
	command = model_command(&answer);
	if (!command)
		return false;
	next_is(in, "this makes the NIC take the SPI, by what is known of it; then inspect again",
		command);
	return true;
}

/* What its driver refuses to tell it refuses to have set too. */
static bool sets_fields(const struct inspection *in)
{
	return in->is_model || !claims_fields_of(&in->claims, "ah_esp4")->err;
}

static void next(struct inspection *in)
{
	bool measured = in->at != INSPECT_NOWHERE;

	if (in->needs.own_prog_id)
		next_is(in, "it is steered; that tells how well", "espalier show");
	else if (in->verdict == VERDICT_SPRAYS && sets_fields(in))
		next_is(in, "that costs packets at the replay window: first stop it",
			"ethtool -N IF rx-flow-hash esp4 sd");
	else if (in->verdict == VERDICT_UNKNOWN && !in->is_model)
		next_is(in, measured ? "longer, while the tunnels carry traffic"
				     : "this measures, while the tunnels carry traffic",
			"espalier inspect IF --measure 30");
	else if (!sets_fields(in) || !next_from_model(in))
		next_is(in, "--dry-run tells what it would change", "espalier run IF --dry-run");
}

void inspection_conclude(struct inspection *in)
{
	judge(in);
	if (needs_check(&in->needs, &in->findings))
		in->findings = (struct needs_report){0};
	choose(in);
	next(in);
}

void inspection_free(struct inspection *in)
{
	measured_free(&in->measured);
	needs_report_free(&in->findings);
	needs_facts_free(&in->needs);
}

/* The steering program's needs, as far as a model tells. */
static void needs_of_model(struct inspection *in)
{
	struct needs_facts *needs = &in->needs;

	*needs = (struct needs_facts){
		.link = {.mtu = 1500, .flags = 1 /* IFF_UP */, .num_rx_queues = in->claims.channels},
		.xdp = {.err = -1},
		.channels = {.err = in->claims.channels_err,
			     .max_combined = in->claims.max_channels,
			     .combined = in->claims.channels},
		.frags = true,
	};
	memcpy(needs->driver, in->claims.driver, sizeof(needs->driver));
	snprintf(needs->link.name, sizeof(needs->link.name), "IF");
}

int inspection_of_model(struct inspection *in, const struct model *model)
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
		.model = model,
		.at = INSPECT_MODEL,
		.hashes_of_nic = true,
	};
	for (uint32_t cpu = 0; cpu < queues; cpu++)
		CPU_SET(cpu, &in->cpus);
	claims_gather(claims_ask_model, nic, &in->claims);
	err = model_measure(nic, &in->measured);
	needs_of_model(in);
	model_nic_free(nic);
	free(nic);
	if (!err)
		inspection_conclude(in);
	return err;
}
