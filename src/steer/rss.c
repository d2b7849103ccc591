// SPDX-License-Identifier: GPL-2.0-only
// The method rss: the NIC's own hash takes the SPI, and its table says which queue. What must be
// set for it is judged from what its driver answers and what is known of the driver.
#include "steer/method.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "nic/model_ask.h"
#include "steer/rss_watch.h"
#include "sas/sas.h"

extern const struct method method_rss;

static const char reason[] = "the hash is to take the SPI";

/* The model as this NIC stands: with the hash fields that its driver tells. */
static int as_it_is(const struct model *model, const struct claims *claims, struct model_nic *nic)
{
	uint32_t queues = claims->channels ? claims->channels : 1;
	int err = model_nic_init(nic, model, queues < model->max_queues ? queues
									: model->max_queues);

	for (int i = 0; !err && i < CLAIMS_FLOWS; i++) {
		struct ethtool_rxnfc set = {
			.cmd = ETHTOOL_SRXFH,
			.flow_type = claims->fields[i].type,
			.data = claims->fields[i].fields,
		};

		if (!claims->fields[i].err)
			(void)model_ethtool(nic, &set);
	}
	return err;
}

struct rss_judging {
	const struct claims *claims;
	struct model_nic *nic;
	struct needs_report *report;
};

static void refuse_spray(const struct rss_judging *j, const char *when, const char *what)
{
	needs_say(j->report, NEEDS_REFUSE, NEEDS_METHOD,
		  "%s its hash takes the sequence number too, which spreads one SA over all "
		  "queues and loses packets to the replay window; %s",
		  when, what);
}

/* What cannot be told apart by its answers may be a newer NIC of the same driver (vmxnet3). */
static bool others_take_v6(const struct model *model)
{
	struct model_answer answer;

	for (const struct model *const *other = models(); *other; other++)
		if ((*other)->driver == model->driver && !model_ask(*other, &answer) &&
		    answer.set_v6 == MODEL_ESP_SPI)
			return true;
	return false;
}

/* The hash of a family is asked for the SPI. */
static struct needs_finding *ask_for_spi(const struct rss_judging *j, uint8_t family,
					 const struct claims_fields *claimed, const char *why)
{
	char words[32];

	return needs_change(j->report, NEEDS_METHOD, UNDO_FIELDS, family == 4 ? "esp4" : "esp6",
			    claims_fields_words(claimed, words), "sdfn", why);
}

/* One family, by what its SAs are told apart by now, and once it was asked for the SPI. */
static void check_family(const struct rss_judging *j, uint8_t family, enum model_esp now,
			 enum model_esp asked)
{
	const struct claims_fields *claimed =
		claims_fields_of(j->claims, family == 4 ? "ah_esp4" : "ah_esp6");
	bool can_ask = claimed && !claimed->err;
	struct needs_finding *change;

	if (now == MODEL_ESP_SPI)
		return;
	if (now == MODEL_ESP_SPRAYS) {
		refuse_spray(j, "as it is set now",
			     "set the addresses alone with `ethtool -N IF rx-flow-hash esp4 "
			     "sd`, and use --method auto");
	} else if (asked == MODEL_ESP_SPRAYS) {
		refuse_spray(j, "once asked for the SPI", "use --method auto");
	} else if (asked == MODEL_ESP_SPI && can_ask) {
		ask_for_spi(j, family, claimed, reason);
	} else if (family == 6 && can_ask && others_take_v6(j->nic->model)) {
		change = ask_for_spi(j, 6, claimed, "the hash is to take the SPI, if this NIC can");
		if (change)
			change->optional = true;
	} else if (family == 6) {
		needs_say(j->report, NEEDS_WARN, NEEDS_METHOD,
			  "of IPv6 the NIC hashes the addresses alone: all SAs of a pair of "
			  "gateways stay on one queue");
	} else {
		needs_say(j->report, NEEDS_REFUSE, NEEDS_METHOD,
			  "its hash cannot take the SPI of ESP, by what is known of %s; use --method auto",
			  j->nic->model->nic);
	}
}

static void check_all(const struct rss_judging *j)
{
	enum model_esp now4 = model_esp_by(j->nic, 4, FLOW_ESP);
	enum model_esp now6 = model_esp_by(j->nic, 6, FLOW_ESP);

	model_ask_for_spi(j->nic);
	check_family(j, 4, now4, model_esp_by(j->nic, 4, FLOW_ESP));
	if (needs_worst(j->report) == NEEDS_REFUSE)
		return;
	check_family(j, 6, now6, model_esp_by(j->nic, 6, FLOW_ESP));
	if (model_esp_by(j->nic, 4, FLOW_ESP_UDP) != MODEL_ESP_SPI)
		needs_say(j->report, NEEDS_WARN, NEEDS_METHOD,
			  "of ESP in UDP the NIC hashes no SPI: all of a pair of gateways "
			  "stays on one queue; steering by XDP spreads it");
}

static int check(const struct nic_facts *facts, const struct cpu_roles *roles,
		 struct needs_report *report)
{
	struct rss_judging j = {.claims = &facts->claims, .report = report};

	*report = (struct needs_report){0};
	if (!facts->model) {
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "nothing is known of how driver %s hashes ESP; use --method auto, or see "
			  "`espalier inspect %s`",
			  facts->driver[0] ? facts->driver : "(unknown)", facts->link.name);
		return needs_end(report);
	}
	j.nic = malloc(sizeof(*j.nic));
	if (!j.nic || as_it_is(facts->model, &facts->claims, j.nic)) {
		free(j.nic);
		return -ENOMEM;
	}
	check_all(&j);
	model_nic_free(j.nic);
	free(j.nic);
	return needs_end(report);
}

static bool fits(const struct nic_facts *facts, const struct demand *demand, char *why, size_t size)
{
	const char *lacks = NULL;

	if (!facts->seen.measured && nic_facts_may_separate(facts))
		lacks = "the NIC may separate SAs by SPI, which only a measurement shows";
	else if (!facts->seen.plain)
		lacks = "nothing shows that the NIC separates SAs by SPI";
	else if (nic_facts_queues(facts) < demand->cpus)
		lacks = "the NIC separates SAs by SPI, but has fewer queues than there are CPUs";
	else if (demand->sas_udp && !facts->seen.udp)
		lacks = "the NIC separates SAs by SPI, but not those of ESP-in-UDP";
	if (lacks)
		snprintf(why, size, "%s", lacks);
	else
		snprintf(why, size, "the NIC separates SAs by SPI and has %u queues for %u CPUs",
			 nic_facts_queues(facts), demand->cpus);
	return !lacks;
}

struct rss {
	struct queues queues;
	struct rss_watch *watch;
};

static int start(struct steered *s)
{
	struct rss *rss = s->state = calloc(1, sizeof(*rss));
	int err = rss ? queues_read(s->sysfs, s->name, s->queues, &s->sas->roles.sas, &rss->queues)
		      : -ENOMEM;

	if (err) {
		say_error("%s: reading its interrupts: %s", s->name, strerror(-err));
		return err;
	}
	return rss_watch_start(&rss->watch, s, &rss->queues);
}

static void tick(struct steered *s)
{
	struct rss *rss = s->state;

	rss_watch_tick(rss->watch, s);
}

static bool moved(struct steered *s)
{
	struct rss *rss = s->state;

	return queues_moved(s->sysfs, s->name, &s->sas->roles.sas, &rss->queues);
}

static void end(struct steered *s)
{
	struct rss *rss = s->state;

	if (rss)
		rss_watch_end(rss->watch);
	free(rss);
	s->state = NULL;
}

const struct method method_rss = {
	.name = "rss",
	.traits = METHOD_SEES,
	.fits = fits,
	.check = check,
	.start = start,
	.tick = tick,
	.queues_moved = moved,
	.end = end,
};
