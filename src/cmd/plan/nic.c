// SPDX-License-Identifier: GPL-2.0-only
// The NIC that is planned for, as the options describe it.
#include "cmd/plan/nic.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "nic/model_ask.h"
#include "nic/model_claimed.h"
#include "nic/rss_text.h"
#include "steer/method.h"
#include "text/number.h"

#define WHOLE_IPV6 40 /* bytes of key that hash addresses and SPI of IPv6; of IPv4 16 */

static unsigned int all_inputs(const struct model_nic *nic, const struct flow *flow)
{
	return MODEL_ADDRESSES | (flow->kind == FLOW_ESP_UDP ? MODEL_PORTS : MODEL_SPI);
}

/* Without --nic: source, destination, then SPI or ports. */
static const struct model_ops plain_ops = {.inputs = all_inputs};
static const struct model plain_nic = {
	.name = "a NIC that hashes source, destination and SPI",
	.nic = "NIC",
	.ops = &plain_ops,
	.max_queues = INDIR_SIZE_MAX,
	.indir = 128,
	.key_shown = WHOLE_IPV6,
	.key_used = WHOLE_IPV6,
};

static enum status no_key(const struct model *model)
{
	return complain("plan",
			"%s: its driver does not show the hash key, and without it nothing can be "
			"planned; 'espalier run' steers without the NIC's hash",
			model->name);
}

static enum status set_key(const struct plan_options *o, bool needed, const struct rss_text *text,
			   struct plan_nic *plan)
{
	struct model_nic *nic = &plan->nic;
	uint8_t key[RSS_KEY_MAX];
	int n = (int)text->key_len;

	if (o->key && !strcmp(o->key, "microsoft")) {
		plan->key_known = nic->model->key_used; /* a model begins with it */
		return STATUS_DONE;
	}
	if (!o->key && !n)
		return needed ? no_key(nic->model) : STATUS_DONE;
	memcpy(key, text->key, sizeof(key));
	if (o->key)
		n = rss_key_parse(o->key, key);
	if (n < 0)
		return complain_usage("plan", "--key %s: not 1 to %d bytes of hexadecimal digits",
				      o->key, RSS_KEY_MAX);
	if (nic->model != &plain_nic && (uint32_t)n != nic->model->key_used)
		return complain_usage("plan", "--key: %d bytes, where %s has %u", n,
				      nic->model->name, nic->model->key_used);
	if (model_set_key(nic, key, (size_t)n))
		return complain_usage("plan", "--key: %d bytes are too short; at least %d", n,
				      TOEPLITZ_KEY_MIN);
	plan->key_known = (uint32_t)n;
	return STATUS_DONE;
}

static enum status read_table(const char *path, struct rss_text *text)
{
	FILE *file = fopen(path, "re");
	unsigned int line = 0;
	int err = file ? rss_text_read(file, text, &line) : -errno;

	if (file)
		fclose(file);
	if (!err)
		return STATUS_DONE;
	if (err == -EINVAL)
		return complain(
			"plan",
			"%s:%u: no indirection table; write queues parted by blanks, or what "
			"'ethtool -x IF' prints",
			path, line);
	if (err == -E2BIG)
		return complain("plan",
				"%s:%u: more than %d entries, or a key longer than %d bytes", path,
				line, INDIR_SIZE_MAX, RSS_KEY_MAX);
	return complain("plan", "reading %s: %s", path, strerror(-err));
}

/* The table of a file must not name queues that are not there. */
static enum status check_file(const struct plan_options *o, const struct indir *table,
			      unsigned int *queues)
{
	unsigned int named = 0;

	for (uint32_t i = 0; i < table->size; i++)
		named = table->entry[i] >= named ? table->entry[i] + 1u : named;
	if (o->queues && named > o->queues)
		return complain_usage("plan", "--queues %u: %s names queue %u", o->queues, o->table,
				      named - 1);
	*queues = o->queues ? o->queues : named;
	return STATUS_DONE;
}

static enum status init(struct model_nic *nic, const struct model *model, unsigned int queues)
{
	if (model_nic_init(nic, model, queues))
		return complain_usage("plan", "--queues %u: %s has at most %u", queues, model->name,
				      model->max_queues);
	return STATUS_DONE;
}

static enum status check_table(const struct model_nic *nic, bool power)
{
	const struct indir *table = &nic->table;

	if (table->size == 1 && nic->queues > 1)
		return complain(
			"plan",
			"%s has no indirection table: nothing can be planned; 'espalier run' "
			"steers without one",
			nic->model->name);
	if (nic->queues > table->size)
		return complain_usage("plan", "--queues %u: more than the %u entries of the table",
				      nic->queues, table->size);
	if (power && table->size & (table->size - 1))
		return complain(
			"plan",
			"a table of %u entries: only for powers of two the hash's last bits "
			"pick the entry, which is what can be planned",
			table->size);
	return STATUS_DONE;
}

/* What is missing, all of it at once. */
static enum status check_given(const struct plan_options *o, unsigned int needs,
			       const struct model *model, const struct rss_text *text,
			       unsigned int queues)
{
	bool key = needs & PLAN_KEY && !o->key && !text->key_len && model->key_shown;
	const char *missing[] = {o->nic || o->table ? NULL : "--nic or --table",
				 queues ? NULL : "--queues",
				 key ? "--key, as 'ethtool -x IF' prints it" : NULL};
	char list[128] = "";

	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++)
		if (missing[i])
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				 *list ? ", and " : "", missing[i]);
	return *list ? complain_usage("plan", "needs %s", list) : STATUS_DONE;
}

/* What the driver of a real NIC tells stands where no option says otherwise. */
static void take_claims(const struct plan_options *o, const struct nic_named *named,
			struct rss_text *text, unsigned int *queues)
{
	const struct claims *claims = named->claims;

	if (!claims)
		return;
	if (!*queues)
		*queues = named->queues;
	if (claims->key_known) {
		memcpy(text->key, claims->key, claims->key_size);
		text->key_len = claims->key_size;
	}
	if (!o->table && *queues == named->queues)
		text->table = claims->table;
}

/* Table, key and number of queues, from wherever they come. *entries: --table N. */
static enum status gather(const struct plan_options *o, const struct nic_named *named,
			  struct rss_text *text, int64_t *entries, unsigned int *queues)
{
	enum status status = STATUS_DONE;

	take_claims(o, named, text, queues);
	if (!o->table || number_signed(o->table, 1, INDIR_SIZE_MAX, entries))
		return STATUS_DONE;
	status = read_table(o->table, text);
	return status == STATUS_DONE ? check_file(o, &text->table, queues) : status;
}

static enum status make(const struct plan_options *o, unsigned int needs, struct rss_text *text,
			struct plan_nic *plan)
{
	const struct model *model = o->nic ? plan->named.model : &plain_nic;
	struct model_nic *nic = &plan->nic;
	unsigned int queues = o->queues;
	int64_t entries = 0;
	enum status status = gather(o, &plan->named, text, &entries, &queues);

	if (status == STATUS_DONE)
		status = check_given(o, needs, model, text, queues);
	if (status == STATUS_DONE)
		status = init(nic, model, queues);
	if (status != STATUS_DONE)
		return status;
	if (plan->named.claims) {
		model_claimed_fields(nic, plan->named.claims);
		(void)model_claimed_hash(nic, plan->named.claims);
	}
	if (entries)
		(void)indir_fill(&nic->table, (uint32_t)entries, queues);
	else if (text->table.size)
		nic->table = text->table;
	status = check_table(nic, needs & PLAN_POWER);
	return status == STATUS_DONE ? set_key(o, needs & PLAN_KEY, text, plan) : status;
}

struct plan_nic *plan_nic_new(const struct plan_options *o, unsigned int needs, enum status *status)
{
	struct rss_text *text = calloc(1, sizeof(*text));
	struct plan_nic *nic = calloc(1, sizeof(*nic));

	if (text && nic)
		*status = o->nic ? nic_named("plan", o->nic, &nic->named) : STATUS_DONE;
	else
		*status = complain("plan", "no memory");
	if (*status == STATUS_DONE)
		*status = make(o, needs, text, nic);
	free(text);
	if (*status == STATUS_DONE) {
		nic->interface = nic_named_if(&nic->named);
		return nic;
	}
	plan_nic_free(nic);
	return NULL;
}

void plan_nic_free(struct plan_nic *nic)
{
	if (nic) {
		model_nic_free(&nic->nic);
		nic_named_free(&nic->named);
	}
	free(nic);
}

struct flow plan_flow(uint8_t protocol, bool udp, int af, const void *src, const void *dst)
{
	struct flow flow = {
		.kind = flow_kind_of_sa(protocol, udp),
		.family = af == AF_INET ? 4 : 6,
		.protocol = udp ? IPPROTO_UDP : protocol,
		.part = PART_WHOLE,
		.sport = udp ? 4500 : 0,
		.dport = udp ? 4500 : 0,
	};

	memcpy(flow.src, src, af == AF_INET ? 4 : 16);
	memcpy(flow.dst, dst, af == AF_INET ? 4 : 16);
	return flow;
}

/* The word of `ethtool -N IF rx-flow-hash`, and the type it stands for (rxflow_str_to_type). */
static const char *hash_word(const struct flow *flow, uint32_t *type)
{
	bool v4 = flow->family == 4;

	if (flow->kind == FLOW_ESP_UDP) {
		*type = v4 ? UDP_V4_FLOW : UDP_V6_FLOW;
		return v4 ? "udp4" : "udp6";
	}
	*type = v4 ? AH_ESP_V4_FLOW : AH_ESP_V6_FLOW;
	return v4 ? "esp4" : "esp6";
}

static bool key_covers(const struct model_nic *nic, const struct flow *flow)
{
	uint32_t input = flow->family == 4 ? 12 : 36;

	if (nic->toeplitz.input_max >= input)
		return true;
	complain("plan", "--key: too short for the addresses and SPIs of IPv6; at least %d bytes",
		 WHOLE_IPV6);
	return false;
}

const char *plan_nic_differ(const struct flow *flow)
{
	bool v4 = flow->family == 4;

	if (flow->kind == FLOW_ESP_UDP)
		return v4 ? "ports of udp4" : "ports of udp6";
	return v4 ? "SPI of esp4" : "SPI of esp6";
}

/* One more of ethtool -N. */
__attribute__((format(printf, 2, 3))) static void add_command(struct plan_nic *plan,
							      const char *fmt, ...)
{
	size_t used = strlen(plan->commands);
	char what[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(plan->commands + used, sizeof(plan->commands) - used, "%sethtool -N %s %s",
		 used ? "; " : "", plan->interface, what);
}

enum plan_separation plan_nic_separate(struct plan_nic *plan, const struct flow *flow)
{
	struct model_nic *nic = &plan->nic;
	unsigned int wanted = flow->kind == FLOW_ESP_UDP ? MODEL_PORTS : MODEL_SPI;
	struct ethtool_rxnfc request = {
		.cmd = ETHTOOL_SRXFH,
		.data = RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3,
	};
	const char *word = hash_word(flow, &request.flow_type);

	if (!(model_inputs(nic, flow) & wanted) && !model_ethtool(nic, &request)) {
		add_command(plan, "rx-flow-hash %s sdfn", word);
		if (model_repair_v6(nic))
			add_command(plan, "%s", MODEL_REPAIR_V6);
	}
	if (model_inputs(nic, flow) & MODEL_SEQ) {
		complain(
			"plan",
			"%s: asked for the SPI it hashes the sequence number too, so each SA is on "
			"all queues; 'espalier run --method %s' keeps each on one CPU",
			nic->model->name, method_on_any_nic());
		return PLAN_NOT_AT_ALL;
	}
	if (!(model_inputs(nic, flow) & wanted))
		return PLAN_BY_ADDRESSES;
	return key_covers(nic, flow) ? PLAN_BY_SA : PLAN_NOT_AT_ALL;
}
