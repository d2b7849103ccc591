// SPDX-License-Identifier: GPL-2.0-only
// What this machine tells of an interface that decides on its method.
#include "steer/method_facts.h"

#include <stdio.h>
#include <string.h>
#include "nic/claims.h"
#include "nic/model_ask.h"
#include "nic/model_claimed.h"
#include "steer/program.h"

static void judge_xdp(const struct needs_facts *needs, struct method_facts *out)
{
	const struct needs_finding *refusal;
	struct needs_report report;

	if (needs_check(needs, &report))
		return;
	refusal = needs_first(&report, NEEDS_REFUSE);
	out->facts.xdp = !refusal;
	if (refusal)
		snprintf(out->xdp_why, sizeof(out->xdp_why), "%s", refusal->text);
	needs_report_free(&report);
}

/* What a model of its driver says, given how the NIC is set now. */
static void ask_nic(const char *ifname, struct method_facts *out)
{
	struct model_answer answer;
	const struct model *model;
	struct claims claims;
	unsigned int differ;
	const char *which;

	if (claims_read(ifname, &claims))
		return;
	model = claims_model(&claims, &differ, &which);
	if (!model)
		return;
	if (model->rules_by_spi) {
		out->facts.rules = claims.max_rules;
		out->facts.rules_udp = model->rules_by_udp_spi;
	}
	out->may_separate = !model_ask(model, &answer) && answer.plain == MODEL_ESP_SPI;
}

int method_facts_gather(int kept, const char *ifname, struct method_facts *out)
{
	struct needs_facts needs = {.frags = program_frags(false), .sysfs = kept};
	int err;

	memset(out, 0, sizeof(*out));
	needs.own_prog_id = program_ours(if_nametoindex(ifname));
	err = needs_gather(ifname, &needs);
	if (err)
		return err;
	memcpy(out->driver, needs.driver, sizeof(out->driver));
	out->facts.driver = out->driver;
	out->facts.xdp_why = out->xdp_why;
	out->facts.queues = needs_queues(&needs);
	judge_xdp(&needs, out);
	needs_facts_free(&needs);
	ask_nic(ifname, out);
	return 0;
}
