// SPDX-License-Identifier: GPL-2.0-only
// A NIC of a model: its state at start, its hash, its queue.
#include "nic/model.h"

#include <string.h>
#include "nic/models/families.h"

/* The key of Microsoft's verification suite, repeated for longer ones. */
static const uint8_t microsoft_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

bool model_fact_sure(const struct model_fact *fact)
{
	return fact->source &&
	       strncmp(fact->source, MODEL_BY_READING, strlen(MODEL_BY_READING)) != 0;
}

bool model_other_package(const struct model *model, const char *package)
{
	return model->package && *package && strcmp(model->package, package) != 0;
}

static uint32_t table_size(const struct model *model, uint32_t queues)
{
	return model->indir_size ? model->indir_size(queues) : model->indir;
}

/* Filled round robin over the queues that it may name. */
static int fill_table(struct model_nic *nic, uint32_t size)
{
	uint32_t most = nic->model->indir_queues;

	return indir_fill(&nic->table, size, most && most < nic->queues ? most : nic->queues);
}

static void first_key(struct model_nic *nic)
{
	const struct model *model = nic->model;
	uint8_t key[MODEL_KEY_MAX];

	for (uint32_t i = 0; i < sizeof(key); i++)
		key[i] = microsoft_key[i % sizeof(microsoft_key)];
	model_set_key(nic, model->fixed_key ? model->fixed_key : key, model->key_used);
}

int model_nic_init(struct model_nic *nic, const struct model *model, uint32_t queues)
{
	if (!queues || queues > model->max_queues)
		return -EINVAL;
	memset(nic, 0, sizeof(*nic));
	nic->model = model;
	nic->queues = queues;
	nic->hfunc = model->hfunc ? model->hfunc : MODEL_HASH_TOP;
	for (uint32_t type = 0; type < MODEL_FLOWS; type++)
		nic->fields[type] = model_is_udp(type)	 ? model->udp_fields
				    : model_is_tcp(type) ? MODEL_SDFN
							 : MODEL_SD;
	nic->key_shown = model->key_shown;
	if (model->ops && model->ops->start)
		model->ops->start(nic);
	first_key(nic);
	return fill_table(nic, table_size(model, queues));
}

void model_take_sizes(struct model_nic *nic, uint32_t indir, uint32_t key_shown)
{
	if (nic->model->indir_told && indir && indir <= INDIR_SIZE_MAX)
		fill_table(nic, indir);
	if (nic->model->key_told && !key_shown)
		nic->key_shown = 0;
}

int model_fill_table(struct model_nic *nic)
{
	return fill_table(nic, nic->table.size);
}

void model_nic_free(struct model_nic *nic)
{
	while (nic->rules)
		model_rule_delete(nic, nic->rules->spec.location);
}

int model_set_key(struct model_nic *nic, const uint8_t *key, size_t len)
{
	int err = len > sizeof(nic->key) ? -EINVAL : toeplitz_init(&nic->toeplitz, key, len);

	if (err)
		return err;
	memcpy(nic->key, key, len);
	if (nic->model->ops && nic->model->ops->prepare_key)
		nic->model->ops->prepare_key(nic, &nic->toeplitz);
	return 0;
}

bool model_has_spi(const struct flow *flow)
{
	return flow->part == PART_WHOLE && (flow->kind == FLOW_ESP || flow->kind == FLOW_AH);
}

unsigned int model_inputs_udp(const struct model_nic *nic, const struct flow *flow)
{
	uint64_t fields;
	unsigned int inputs = 0;

	if (flow->family != 4 && flow->family != 6)
		return 0;
	if (flow->protocol != IPPROTO_UDP || flow->part != PART_WHOLE || !flow->dport)
		return MODEL_ADDRESSES;
	fields = nic->fields[flow->family == 4 ? UDP_V4_FLOW : UDP_V6_FLOW];
	if (fields & RXH_IP_SRC)
		inputs |= MODEL_SRC;
	if (fields & RXH_IP_DST)
		inputs |= MODEL_DST;
	if (fields & MODEL_FN)
		inputs |= MODEL_PORTS;
	return inputs;
}

unsigned int model_inputs_plain(const struct model_nic *nic, const struct flow *flow)
{
	return model_inputs_udp(nic, flow);
}

unsigned int model_inputs(const struct model_nic *nic, const struct flow *flow)
{
	if (nic->model->ops && nic->model->ops->inputs)
		return nic->model->ops->inputs(nic, flow);
	return model_inputs_plain(nic, flow);
}

static uint32_t hash_address(const struct toeplitz *t, uint32_t at, uint8_t family,
			     const __be32 addr[4])
{
	uint32_t words = family == 4 ? 1 : 4, hash = 0;

	for (uint32_t i = 0; i < words; i++)
		hash ^= toeplitz_part(t, at + 4 * i, addr[i]);
	return hash;
}

/* The same in both directions: source|destination, then source^destination (RXH_XFRM_SYM_OR_XOR).
 */
static void mirror(struct flow *flow)
{
	uint16_t sport = flow->sport, dport = flow->dport;

	for (int i = 0; i < 4; i++) {
		__be32 src = flow->src[i], dst = flow->dst[i];

		flow->src[i] = src | dst;
		flow->dst[i] = src ^ dst;
	}
	flow->sport = sport | dport;
	flow->dport = sport ^ dport;
}

uint32_t model_hash_toeplitz(const struct model_nic *nic, const struct flow *flow,
			     unsigned int inputs)
{
	const struct toeplitz *t = &nic->toeplitz;
	uint32_t length = flow->family == 4 ? 4 : 16, at = 0, hash = 0;
	struct flow both = *flow;

	if (nic->model->symmetric && (inputs & MODEL_ADDRESSES) == MODEL_ADDRESSES)
		mirror(&both);
	if (inputs & MODEL_SRC) {
		hash ^= hash_address(t, at, flow->family, both.src);
		at += length;
	}
	if (inputs & MODEL_DST) {
		hash ^= hash_address(t, at, flow->family, both.dst);
		at += length;
	}
	if (inputs & MODEL_PORTS)
		hash ^= toeplitz_part(t, at, be32_host((__u32)both.sport << 16 | both.dport));
	if (inputs & MODEL_SPI)
		hash ^= toeplitz_part(t, at, be32_host(flow->spi));
	return hash;
}

/* Eight bytes folded to one, as mlx5's XOR8 is documented to do over the same input. */
static uint32_t hash_xor(const struct flow *flow, unsigned int inputs)
{
	uint32_t words = flow->family == 4 ? 1 : 4, x = 0;

	for (uint32_t i = 0; i < words; i++)
		x ^= (inputs & MODEL_SRC ? flow->src[i] : 0) ^
		     (inputs & MODEL_DST ? flow->dst[i] : 0);
	if (inputs & MODEL_PORTS)
		x ^= be32_host((__u32)flow->sport << 16 | flow->dport);
	if (inputs & MODEL_SPI)
		x ^= be32_host(flow->spi);
	return (x ^ x >> 8 ^ x >> 16 ^ x >> 24) & 0xff;
}

uint32_t model_hash(const struct model_nic *nic, const struct flow *flow)
{
	unsigned int inputs = model_inputs(nic, flow);

	if (!inputs)
		return 0;
	if (nic->hfunc == MODEL_HASH_XOR)
		return hash_xor(flow, inputs);
	if (nic->model->ops && nic->model->ops->hash)
		return nic->model->ops->hash(nic, flow, inputs);
	return model_hash_toeplitz(nic, flow, inputs);
}

int model_queue(const struct model_nic *nic, const struct flow *flow)
{
	for (const struct model_rule *rule = nic->rules; rule; rule = rule->next) {
		if (!model_rule_matches(nic, &rule->spec, flow))
			continue;
		if (rule->spec.ring_cookie == RX_CLS_FLOW_DISC)
			return MODEL_DROP;
		return (int)(rule->spec.ring_cookie & ETHTOOL_RX_FLOW_SPEC_RING);
	}
	return indir_pick(&nic->table, model_hash(nic, flow));
}
