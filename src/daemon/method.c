// SPDX-License-Identifier: GPL-2.0-only
// Which method an interface is steered by: as it was asked for, or chosen and said.
#include "daemon/method.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemon/say.h"
#include "nic/claims.h"
#include "nic/model_ask.h"
#include "nic/verdict.h"
#include "steer/measure.h"
#include "steer/method_facts.h"

enum { LOOK_SECONDS = 2 };

/*
 * Does the NIC, as it is set now, separate the SAs of a pair of addresses? What is known of its
 * driver makes it worth looking; what is seen decides.
 */
static void look(const struct link *link, const struct claims *claims, struct method_facts *facts)
{
	struct measure_how how = {.ifindex = (unsigned int)link->ifindex, .at = MEASURE_TC};
	struct measured measured = {0};
	struct verdict_facts seen = {.measured = &measured, .queues = claims_queues(claims)};
	struct verdict_part plain, udp;
	struct measure *measure;
	uint64_t lost;

	say("%s: its NIC may separate SAs by itself: looking for %d s", link->name, LOOK_SECONDS);
	if (measure_start(&measure, &how))
		return;
	sleep(LOOK_SECONDS);
	if (!measure_stop(measure, &measured, &lost)) {
		verdict_of(&seen, false, &plain);
		verdict_of(&seen, true, &udp);
		facts->facts.separates = plain.verdict == VERDICT_SPI;
		facts->facts.separates_udp = udp.verdict == VERDICT_SPI;
	}
	measured_free(&measured);
}

static void ask_nic(const struct link *link, struct method_facts *facts)
{
	struct model_answer answer;
	const struct model *model;
	struct claims claims;
	unsigned int differ;
	const char *which;

	if (claims_read(link->name, &claims))
		return;
	model = claims_model(&claims, &differ, &which);
	if (!model)
		return;
	if (model->rules_by_spi) {
		facts->facts.rules = claims.max_rules;
		facts->facts.rules_udp = model->rules_by_udp_spi;
	}
	if (!model_ask(model, &answer) && answer.plain == MODEL_ESP_SPI)
		look(link, &claims, facts);
}

enum method_kind method_choose(const struct run_options *options, const struct sad_reading *sas,
			       const cpu_set_t *cpus, const struct link *link)
{
	struct method_facts facts;
	enum method_kind method;
	char why[1024];

	if (options->generic)
		return METHOD_XDP;
	if (options->method)
		return (enum method_kind)(options->method - 1);
	if (method_facts_gather(link->name, &facts))
		return METHOD_XDP; /* which will say what is wrong */
	facts.facts.cpus = (unsigned int)CPU_COUNT(cpus);
	facts.facts.sas = sas->count;
	for (size_t i = 0; i < sas->count; i++)
		facts.facts.sas_udp += sas->sa[i].encap;
	ask_nic(link, &facts);
	method = choose_method(&facts.facts, why, sizeof(why));
	say("%s: method %s, since %s", link->name, method_name(method), why);
	return method;
}
