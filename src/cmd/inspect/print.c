// SPDX-License-Identifier: GPL-2.0-only
// What `inspect` found, for an operator or as JSON.
#include <math.h>
#include <string.h>
#include "cmd/inspect/inspection.h"
#include "nic/model_ask.h"
#include "view/human.h"

static const char *const places[] = {
	[INSPECT_NOWHERE] = NULL,	 [INSPECT_TC] = "tc",	    [INSPECT_XDP] = "xdp",
	[INSPECT_STEERING] = "steering", [INSPECT_MODEL] = "model",
};

const char *inspect_verdict_words(enum verdict verdict)
{
	static const char *const words[] = {
		[VERDICT_UNKNOWN] = "not enough traffic to tell",
		[VERDICT_SINGLE] = "there is one receive queue: nothing is spread",
		[VERDICT_ADDRESSES] = "SAs of one pair of addresses share a queue, and its CPU",
		[VERDICT_SPI] = "SAs of one pair of addresses are separated",
		[VERDICT_SPRAYS] = "one SA comes in on several queues: out of order, and lost",
	};

	return words[verdict];
}

static const char *function_name(const struct claims *claims)
{
	for (int i = 0; i < CLAIMS_FUNCTIONS; i++)
		if (claims->hfunc == 1 << i)
			return claims_functions[i];
	return NULL;
}

static const char *symmetric_name(const struct claims *claims)
{
	return claims->rss_err || claims->input_xfrm >= CLAIMS_SYMMETRIES
		       ? NULL
		       : claims_symmetries[claims->input_xfrm];
}

static void print_errno(struct out *out, const char *key, int err)
{
	char words[32];

	out_string(out, key, err ? claims_errno_words(err, words) : NULL);
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static void print_claim(struct out *out, const struct claims *claims)
{
	char words[32];

	out_object(out, "claim");
	out_string(out, "esp", claims_of_esp(claims));
	out_string(out, "version", or_null(claims->version));
	out_string(out, "firmware", or_null(claims->firmware));
	out_string(out, "package", or_null(claims->package));
	out_string(out, "bus", or_null(claims->bus));
	out_number(out, "queues", claims->channels);
	out_number(out, "queues_max", claims->max_channels);
	print_errno(out, "queues_error", claims->channels_err);
	out_number(out, "table", claims->table_size);
	out_number(out, "key", claims->key_size);
	out_string(out, "function", function_name(claims));
	out_string(out, "symmetric", symmetric_name(claims));
	print_errno(out, "table_error", claims->rss_err);
	out_number(out, "rules", claims->rules);
	out_number(out, "rules_max", claims->max_rules);
	print_errno(out, "rules_error", claims->rules_err);
	out_object(out, "fields");
	for (int i = 0; i < CLAIMS_FLOWS; i++)
		out_string(out, claims->fields[i].name,
			   claims_fields_words(&claims->fields[i], words));
	out_up(out);
	out_up(out);
}

static void print_facts(struct out *out, const struct model *model)
{
	out_array(out, "facts");
	for (const struct model_fact *fact = model->facts; fact->says; fact++) {
		out_object(out, NULL);
		out_string(out, "says", fact->says);
		out_bool(out, "verified", model_fact_sure(fact));
		out_string(out, "source", fact->source);
		out_up(out);
	}
	out_up(out);
}

static void print_knowledge(struct out *out, const struct inspection *in)
{
	char command[MODEL_COMMAND_LEN];
	struct model_answer answer;

	if (!in->facts.model || model_ask(in->facts.model, &answer)) {
		out_null(out, "knowledge");
		return;
	}
	out_object(out, "knowledge");
	out_string(out, "model", in->facts.model->name);
	out_string(out, "nic", in->facts.model->nic);
	out_number(out, "differs", in->facts.differ);
	out_string(out, "differs_in", in->facts.differs_in);
	out_string(out, "hashes", model_esp_name(answer.plain));
	out_string(out, "hashes_udp", model_esp_name(answer.udp));
	out_string(out, "command", model_command(&answer, command));
	out_bool(out, "claims_l4", in->facts.model->claims_l4);
	out_string(out, "seen", in->facts.model->seen);
	out_bool(out, "rules_by_spi", in->facts.model->rules_by_spi);
	print_facts(out, in->facts.model);
	out_up(out);
}

static void print_part(struct out *out, const char *key, const struct verdict_part *part,
		       const struct explanation *by)
{
	static const char *const found[] = {
		[EXPLAIN_NOT] = NULL,
		[EXPLAIN_BY_HASHES] = "hashes",
		[EXPLAIN_BY_QUEUES] = "queues",
	};
	char words[256];

	out_object(out, key);
	out_string(out, "verdict", verdict_name(part->verdict));
	out_number(out, "sas", (int64_t)part->sas);
	out_number(out, "pairs", (int64_t)part->pairs);
	out_count(out, "packets", part->packets);
	out_number(out, "queues", part->queues);
	out_number(out, "missing_sas", part->missing_sas);
	out_string(out, "explained_by", found[by->by]);
	out_string(out, "hash_input", by->by ? explain_words(by, words, sizeof(words)) : NULL);
	out_string(out, "untried", by->untried);
	out_bool(out, "table_fits", by->table_fits);
	out_up(out);
}

static void print_measurement(struct out *out, const struct inspection *in)
{
	if (in->at == INSPECT_NOWHERE) {
		out_null(out, "measurement");
		return;
	}
	out_object(out, "measurement");
	out_string(out, "at", places[in->at]);
	out_real(out, "seconds", in->is_model ? NAN : in->seconds, 3);
	out_bool(out, "by_cpu", in->by_cpu);
	out_bool(out, "hashes_of_nic", in->hashes_of_nic);
	out_count(out, "lost", in->lost);
	print_part(out, "plain", &in->plain, &in->plain_by);
	print_part(out, "udp", &in->udp, &in->udp_by);
	out_up(out);
}

static void print_json(struct out *out, const struct inspection *in)
{
	out_number(out, "version", 1);
	out_string(out, "interface", in->is_model ? NULL : in->name);
	out_string(out, "driver", or_null(in->facts.claims.driver));
	print_claim(out, &in->facts.claims);
	if (in->is_model)
		out_null(out, "host");
	else
		inspect_host_print(out, &in->host, &in->facts);
	print_knowledge(out, in);
	print_measurement(out, in);
	out_string(out, "verdict", verdict_name(in->verdict));
	out_string(out, "method", in->method->name);
	out_string(out, "why", in->why);
	out_string(out, "next", in->next);
	inspect_warn(out, in);
}

static void say_table(struct out *out, const struct claims *claims)
{
	const char *function = function_name(claims);
	char key[48] = "no key shown";

	if (claims->key_size)
		snprintf(key, sizeof(key), "key of %u bytes", claims->key_size);
	out_say(out, "Indirection table of %u entries, %s%s%s.", claims->table_size, key,
		function ? ", " : "", function ? function : "");
}

/* What claims_of_esp() names, as the end of a sentence. */
static const char *claim_words(const struct claims *claims)
{
	static const struct {
		const char *claim, *words;
	} rows[] = {
		{"refused", "refuses to say"},
		{"spi", "says: addresses and SPI"},
		{"addresses", "says: only the addresses"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].claim, claims_of_esp(claims)))
			return rows[i].words;
	return "says: nothing";
}

static void say_claim(struct out *out, const struct inspection *in)
{
	const struct claims *claims = &in->facts.claims;
	char esp[32], both[32], udp[32], queues[48];

	if (claims->max_channels)
		snprintf(queues, sizeof(queues), "%u of %u", claims->channels,
			 claims->max_channels);
	else
		snprintf(queues, sizeof(queues), "%u", in->facts.link.num_rx_queues);
	out_say(out, "%s: driver %s%s%s%s%s%s%s, %s receive queues.", in->name,
		*claims->driver ? claims->driver : "unknown",
		*claims->firmware ? ", firmware " : "", claims->firmware,
		*claims->package ? ", package " : "", claims->package,
		*claims->bus && !in->is_model ? ", at " : "", in->is_model ? "" : claims->bus,
		queues);
	if (claims->rss_err)
		out_say(out, "The driver shows no indirection table (%s).",
			claims_errno_words(claims->rss_err, esp));
	else if (!claims->table_size && !claims->key_size)
		out_say(out, "The driver shows neither an indirection table nor a key.");
	else
		say_table(out, claims);
	out_say(out,
		"Claim: asked what of ESP it hashes, the driver %s. ('ethtool -n %s rx-flow-hash esp4' "
		"tells %s, with udp4 %s; asked for ESP alone, which ethtool cannot, it tells %s.)",
		claim_words(claims), in->is_model ? "IF" : in->name,
		claims_fields_words(claims_fields_of(claims, "ah_esp4"), both),
		claims_fields_words(claims_fields_of(claims, "udp4"), udp),
		claims_fields_words(claims_fields_of(claims, "esp4"), esp));
}

static unsigned int count_facts(const struct model *model, bool verified)
{
	unsigned int n = 0;

	for (const struct model_fact *fact = model->facts; fact->says; fact++)
		n += model_fact_sure(fact) == verified;
	return n;
}

static const char *esp_words(enum model_esp esp)
{
	static const char *const words[] = {
		[MODEL_ESP_ADDRESSES] = "by addresses",
		[MODEL_ESP_SPI] = "by spi",
		[MODEL_ESP_SPRAYS] = "sprayed",
		[MODEL_ESP_UNHASHED] = "not hashed",
	};

	return words[esp];
}

static void say_knowledge(struct out *out, const struct inspection *in)
{
	struct model_answer answer;
	char unverified[64];

	if (!in->facts.model || model_ask(in->facts.model, &answer)) {
		out_say(out, "Knowledge: nothing is known of this driver.");
		return;
	}
	out_say(out, "Knowledge, %s%s: %s; ESP %s, in UDP %s.",
		in->facts.model->seen ? "seen on " : "by reading alone",
		in->facts.model->seen ? in->facts.model->seen : "", in->facts.model->nic,
		esp_words(answer.plain), esp_words(answer.udp));
	if (in->facts.differ)
		out_say(out,
			"%u of its answers (%s first) are not those of the driver that was read, "
			"so it may be another.",
			in->facts.differ, in->facts.differs_in);
	snprintf(unverified, sizeof(unverified), ", and %u unverified or by reading alone",
		 count_facts(in->facts.model, false));
	out_say(out, "'espalier models %s' tells %u facts with their source%s.",
		in->facts.model->name, count_facts(in->facts.model, true),
		count_facts(in->facts.model, false) ? unverified : "");
}

static void say_hash(struct out *out, const struct explanation *by)
{
	char words[256];

	explain_words(by, words, sizeof(words));
	if (by->by != EXPLAIN_NOT)
		out_say(out, "Its %s are explained by a hash of %s.",
			by->by == EXPLAIN_BY_HASHES ? "hashes" : "queues", words);
	else if (by->untried)
		out_say(out, "What is hashed cannot be told from this: %s.", by->untried);
	else
		out_say(out, "No input of the hash that was tried explains it.");
}

static void say_part(struct out *out, const char *what, const struct verdict_part *part,
		     const struct explanation *by)
{
	char packets[HUMAN_LEN];

	if (!part->sas)
		return;
	human_count(packets, part->packets);
	out_say(out, "%s: %zu SA%s between %zu pair%s of addresses, %s packets, on %u %s: %s.",
		what, part->sas, part->sas == 1 ? "" : "s", part->pairs,
		part->pairs == 1 ? "" : "s", packets, part->queues,
		part->queues == 1 ? "queue" : "queues", verdict_name(part->verdict));
	if (part->verdict == VERDICT_UNKNOWN && part->missing_sas)
		out_say(out,
			"To be sure that they share a queue takes %u more SAs of one pair of "
			"addresses.",
			part->missing_sas);
	else if (part->verdict == VERDICT_UNKNOWN)
		out_say(out, "More packets are needed to tell.");
	say_hash(out, by);
}

static void say_nothing_seen(struct out *out, const struct inspection *in)
{
	char n[HUMAN_LEN];

	human_count(n, in->decrypted);
	if (in->decrypted)
		out_say(out,
			"No IPsec packet was seen there, yet the kernel decrypted %s: it does so "
			"before a tc program sees them (esp4_offload with GRO), or they come in "
			"elsewhere. '--xdp' looks earlier.",
			n);
	else
		out_say(out, "No IPsec packet came in.");
}

static void say_measurement(struct out *out, const struct inspection *in)
{
	if (in->unseen)
		out_say(out, "Nothing was measured: our program steers it, and this kernel lets no "
			     "program look at another one. Measure before 'espalier run'.");
	else if (in->at == INSPECT_NOWHERE)
		out_say(out, "Nothing was measured.");
	if (in->at == INSPECT_NOWHERE)
		return;
	if (in->is_model)
		out_say(out, "Made-up traffic on the model:");
	else
		out_say(out, "Measured for %.1f s at %s:", in->seconds, places[in->at]);
	if (in->by_cpu)
		out_say(out, "(This device records no queue in its packets: CPUs stand for them.)");
	if (!in->measured.n)
		say_nothing_seen(out, in);
	else if (!in->plain.sas && !in->udp.sas)
		out_say(out,
			"The driver records no queue in the packets that came; '--xdp' tells.");
	say_part(out, "ESP and AH", &in->plain, &in->plain_by);
	say_part(out, "ESP in UDP", &in->udp, &in->udp_by);
}

static void say_all(struct out *out, const struct inspection *in)
{
	say_claim(out, in);
	if (!in->is_model)
		inspect_host_print(out, &in->host, &in->facts);
	say_knowledge(out, in);
	say_measurement(out, in);
	out_gap(out);
	out_say(out, "Verdict: %s: %s%s.", verdict_name(in->verdict),
		inspect_verdict_words(in->verdict),
		in->is_model && !in->facts.model->seen ? " (by reading alone)" : "");
	out_say(out, "Method: %s, because %s.", in->method->name, in->why);
	out_say(out, "Next: %s", in->next);
	out_say(out, "(%s.)", in->next_why);
	out_gap(out);
	inspect_warn(out, in);
}

void inspect_print(struct out *out, const struct inspection *in)
{
	if (out_is_json(out))
		print_json(out, in);
	else
		say_all(out, in);
}
