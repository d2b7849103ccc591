// SPDX-License-Identifier: GPL-2.0-only
// What an operator must know of an interface before it is steered, and of its hash.
#include "cmd/inspect/inspection.h"
#include "nic/model_ask.h"
#include "steer/method.h"

static bool hashes_ports(const struct claims *claims, const char *name)
{
	const struct claims_fields *fields = claims_fields_of(claims, name);

	return !fields->err && fields->fields & (RXH_L4_B_0_1 | RXH_L4_B_2_3);
}

static void warn_udp(struct out *out, const struct inspection *in)
{
	if (in->udp.verdict == VERDICT_SPI ||
	    (!in->is_model && !in->demand.sas_udp && !in->udp.sas))
		return;
	if (hashes_ports(&in->facts.claims, "udp4") || hashes_ports(&in->facts.claims, "udp6"))
		out_warn(out,
			 "UDP is hashed by its ports too, but those of ESP in UDP (NAT-T) are the "
			 "same for all SAs of a peer: that does not separate them, and may "
			 "break the order of other UDP that is fragmented");
	else if (in->plain.verdict == VERDICT_SPI)
		out_warn(out, "SAs in UDP (NAT-T) are not separated as the others are");
}

/* Packets of which the driver said that their hash is an L4 hash: it can be told apart at tc. */
static bool seen_l4(const struct inspection *in)
{
	uint64_t l4 = 0, samples = 0;

	for (size_t i = 0; i < in->measured.n; i++) {
		l4 += in->measured.entry[i].value.l4;
		samples += measured_samples(&in->measured.entry[i]);
	}
	return in->hashes_of_nic && samples && l4 * 2 > samples;
}

static void warn_l4(struct out *out, const struct inspection *in)
{
	bool seen = in->at == INSPECT_TC && seen_l4(in);
	bool known = in->facts.model && in->facts.model->claims_l4;
	const char *cure = in->facts.model ? in->facts.model->l4_cure : NULL;

	if (in->facts.model && in->facts.model->l4_regardless)
		out_warn(
			out,
			"the driver calls its hash of ESP one of ports (L4), and does so with rxhash "
			"off too: RPS cannot look at the SPI here");
	else if ((seen || known) && in->verdict != VERDICT_SPI)
		out_warn(
			out,
			"the driver calls its hash of ESP one of ports (L4), %s, so RPS takes it as "
			"it is and does not look at the SPI; 'ethtool -K %s rxhash off' cures that%s%s",
			seen ? "as was seen" : "by what is known of it",
			in->is_model ? "IF" : in->name, cure ? ", " : "", cure ? cure : "");
}

/* What a NIC does not hash goes where entry 0 points. */
static void warn_unhashed(struct out *out, const struct inspection *in)
{
	const struct indir *table = &in->facts.claims.table;

	if (in->is_model || !in->hashes_of_nic || !in->plain_by.packets || in->plain_by.hashes ||
	    in->plain.queues != 1 || !table->size)
		return;
	for (size_t i = 0; i < in->measured.n; i++)
		if (in->measured.entry[i].key.kind != FLOW_ESP_UDP &&
		    in->measured.entry[i].key.queue != table->entry[0])
			return;
	out_warn(
		out,
		"no ESP packet had a hash, and all came in on the queue of table entry 0 (%u): the "
		"NIC does not hash them, and the table cannot spread them",
		table->entry[0]);
}

static void warn_sprays(struct out *out, const struct inspection *in)
{
	const struct measure_key *key;
	const struct verdict_part *part =
		in->plain.verdict == VERDICT_SPRAYS ? &in->plain : &in->udp;

	if (part->verdict != VERDICT_SPRAYS)
		return;
	key = &in->measured.entry[part->sprayed].key;
	out_warn(
		out,
		"SA 0x%08x comes in on several queues: its packets are decrypted out of order, and "
		"the replay window drops those that are late",
		key->spi);
}

/* What another guide may advise, and must not be done here. */
static void warn_would_spray(struct out *out, const struct inspection *in)
{
	struct model_answer answer;

	if (in->facts.model && !model_ask(in->facts.model, &answer) &&
	    answer.set_v4 == MODEL_ESP_SPRAYS)
		out_warn(out,
			 "do not use 'ethtool -N %s rx-flow-hash esp4 sdfn' here: by what is known "
			 "of it, this NIC then hashes the sequence number too, and sprays each SA "
			 "over all queues",
			 in->is_model ? "IF" : in->name);
}

static void warn_lost(struct out *out, const struct inspection *in)
{
	if (in->lost)
		out_warn(out, "%llu packets were of more SAs than a measurement holds",
			 (unsigned long long)in->lost);
}

/* What steering needs: what refuses, what would be changed, what else there is to know. */
static void warn_needs(struct out *out, const struct inspection *in)
{
	for (size_t i = 0; i < in->findings.count; i++) {
		const struct needs_finding *finding = &in->findings.finding[i];
		char line[NEEDS_TEXT_LEN + NEEDS_VALUE_LEN];

		switch (finding->verdict) {
		case NEEDS_OK:
			break;
		case NEEDS_WARN:
			out_warn(out, "%s", finding->text);
			break;
		case NEEDS_REFUSE:
			out_warn(out, "method %s will not do: %s", method_on_any_nic(),
				 finding->text);
			break;
		case NEEDS_CHANGE:
			if (needs_line(&in->facts, finding, line, sizeof(line)) >= 0)
				out_warn(out, "method %s changes this: %s", method_on_any_nic(),
					 line);
			break;
		}
	}
}

void inspect_warn(struct out *out, const struct inspection *in)
{
	if (out_is_json(out)) {
		out_array(out, "warnings");
		out_up(out);
	}
	warn_sprays(out, in);
	warn_would_spray(out, in);
	warn_udp(out, in);
	warn_l4(out, in);
	warn_unhashed(out, in);
	warn_lost(out, in);
	if (!in->is_model)
		inspect_host_warn(out, &in->host, in->demand.sas_udp || in->udp.sas);
	warn_needs(out, in);
}
