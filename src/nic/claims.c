// SPDX-License-Identifier: GPL-2.0-only
// What a NIC's driver says of its receive-side scaling.
#include "nic/claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "nic/devlink.h"
#include "nic/ethtool.h"

#define SD (RXH_IP_SRC | RXH_IP_DST)
#define FN (RXH_L4_B_0_1 | RXH_L4_B_2_3)

static const struct claims_fields questions[CLAIMS_FLOWS] = {
	{.name = "esp4", .type = ESP_V4_FLOW},	     {.name = "esp6", .type = ESP_V6_FLOW},
	{.name = "ah_esp4", .type = AH_ESP_V4_FLOW}, {.name = "ah_esp6", .type = AH_ESP_V6_FLOW},
	{.name = "ah4", .type = AH_V4_FLOW},	     {.name = "ah6", .type = AH_V6_FLOW},
	{.name = "udp4", .type = UDP_V4_FLOW},	     {.name = "udp6", .type = UDP_V6_FLOW},
};

const char *const claims_functions[CLAIMS_FUNCTIONS] = {"toeplitz", "xor", "crc32"};
const char *const claims_symmetries[CLAIMS_SYMMETRIES] = {"no", "xor", "or-xor"};

static void copy_text(char out[32], const char text[32])
{
	memcpy(out, text, 31);
	out[31] = 0;
}

static void ask_driver(claims_ask *ask, void *arg, struct claims *out)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	out->driver_err = ask(arg, &info);
	if (out->driver_err)
		return;
	copy_text(out->driver, info.driver);
	copy_text(out->version, info.version);
	copy_text(out->firmware, info.fw_version);
	copy_text(out->bus, info.bus_info);
}

static void ask_channels(claims_ask *ask, void *arg, struct claims *out)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};

	out->channels_err = ask(arg, &channels);
	if (out->channels_err)
		return;
	out->channels = channels.rx_count + channels.combined_count;
	out->max_channels =
		channels.max_combined > channels.max_rx ? channels.max_combined : channels.max_rx;
}

/* The table and the key: first their sizes, then all. */
static void ask_rss(claims_ask *ask, void *arg, struct claims *out)
{
	struct ethtool_rxfh sizes = {.cmd = ETHTOOL_GRSSH}, *all;
	uint32_t entries;

	out->rss_err = ask(arg, &sizes);
	if (out->rss_err)
		return;
	out->table_size = entries = sizes.indir_size;
	out->key_size = sizes.key_size;
	out->hfunc = sizes.hfunc;
	out->input_xfrm = *(&sizes.hfunc + 1); /* reserved in headers before Linux 6.8 */
	if (entries > INDIR_SIZE_MAX || sizes.key_size > sizeof(out->key))
		return;
	all = calloc(1, sizeof(*all) + 4 * (size_t)entries + sizes.key_size);
	if (!all)
		return;
	*all = (struct ethtool_rxfh){
		.cmd = ETHTOOL_GRSSH, .indir_size = entries, .key_size = sizes.key_size};
	if (!ask(arg, all) && all->indir_size == entries && all->key_size == out->key_size) {
		out->table.size = entries;
		for (uint32_t i = 0; i < entries; i++)
			out->table.entry[i] = (uint16_t)all->rss_config[i];
		memcpy(out->key, all->rss_config + entries, out->key_size);
		out->key_known = out->key_size > 0;
	}
	free(all);
}

static void ask_rules(claims_ask *ask, void *arg, struct claims *out)
{
	struct ethtool_rxnfc request = {.cmd = ETHTOOL_GRXCLSRLCNT};

	out->rules_err = ask(arg, &request);
	if (out->rules_err)
		return;
	out->rules = request.rule_cnt;
	out->max_rules = (uint32_t)(request.data & ~(uint64_t)RX_CLS_LOC_SPECIAL);
}

void claims_ask_nothing(struct claims *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->fields, questions, sizeof(questions));
}

void claims_gather(claims_ask *ask, void *arg, struct claims *out)
{
	claims_ask_nothing(out);
	ask_driver(ask, arg, out);
	ask_channels(ask, arg, out);
	ask_rss(ask, arg, out);
	ask_rules(ask, arg, out);
	for (int i = 0; i < CLAIMS_FLOWS; i++) {
		struct ethtool_rxnfc request = {.cmd = ETHTOOL_GRXFH,
						.flow_type = questions[i].type};

		out->fields[i].err = ask(arg, &request);
		out->fields[i].fields = out->fields[i].err ? 0 : request.data;
	}
}

struct asked {
	int fd;
	const char *ifname;
};

static int ask_driver_of(void *arg, void *request)
{
	const struct asked *asked = arg;

	return ethtool_ask(asked->fd, asked->ifname, request);
}

int claims_read(const char *ifname, struct claims *out)
{
	struct asked asked = {.fd = ethtool_open(), .ifname = ifname};

	if (asked.fd < 0)
		return asked.fd;
	claims_gather(ask_driver_of, &asked, out);
	close(asked.fd);
	return 0;
}

void claims_read_package(struct claims *claims)
{
	if (!claims->driver_err && model_has_package(claims->driver))
		(void)devlink_ask(claims->bus, DEVLINK_PACKAGE, claims->package,
				  sizeof(claims->package));
}

int claims_ask_model(void *arg, void *request)
{
	return model_ethtool(arg, request);
}

const struct claims_fields *claims_fields_of(const struct claims *claims, const char *name)
{
	for (int i = 0; i < CLAIMS_FLOWS; i++)
		if (!strcmp(claims->fields[i].name, name))
			return &claims->fields[i];
	return NULL;
}

const char *claims_errno_words(int err, char buf[32])
{
	const char *name = strerrorname_np(-err);

	if (name)
		snprintf(buf, 32, "%s", name);
	else /* the kernel's own ENOTSUPP has no name in user space */
		snprintf(buf, 32, "errno %d", -err);
	return buf;
}

int claims_errno_parse(const char *words)
{
	char buf[32];

	for (int err = 1; err < 4096; err++)
		if (!strcmp(claims_errno_words(-err, buf), words))
			return -err;
	return 0;
}

static const struct {
	uint64_t bit;
	char letter; /* of ethtool(8), option -N rx-flow-hash */
} letters[] = {
	{RXH_L2DA, 'm'},   {RXH_VLAN, 'v'},	{RXH_L3_PROTO, 't'}, {RXH_IP_SRC, 's'},
	{RXH_IP_DST, 'd'}, {RXH_L4_B_0_1, 'f'}, {RXH_L4_B_2_3, 'n'}, {MODEL_DISCARD, 'r'},
};

enum { LETTERS = sizeof(letters) / sizeof(letters[0]) };

const char *claims_fields_words(const struct claims_fields *fields, char buf[32])
{
	size_t n = 0;

	if (fields->err)
		return claims_errno_words(fields->err, buf);
	for (size_t i = 0; i < LETTERS; i++)
		if (fields->fields & letters[i].bit)
			buf[n++] = letters[i].letter;
	buf[n] = 0;
	return n ? buf : strcpy(buf, "none");
}

int claims_fields_parse(const char *words, struct claims_fields *fields)
{
	uint64_t bits = 0;

	fields->err = 0;
	fields->fields = 0;
	if (!strcmp(words, "none"))
		return 0;
	for (const char *c = words; *c; c++) {
		size_t i = 0;

		while (i < LETTERS && letters[i].letter != *c)
			i++;
		if (i == LETTERS) {
			fields->err = claims_errno_parse(words);
			return fields->err ? 0 : -EINVAL;
		}
		bits |= letters[i].bit;
	}
	fields->fields = bits;
	return 0;
}

const char *claims_of_esp(const struct claims *claims)
{
	const struct claims_fields *esp = claims_fields_of(claims, "esp4");
	const struct claims_fields *both = claims_fields_of(claims, "ah_esp4");
	uint64_t fields = esp->fields | both->fields;

	if (esp->err && both->err)
		return "refused";
	if (fields & FN)
		return "spi";
	return fields & SD ? "addresses" : "nothing";
}

double claims_queues(const struct claims *claims)
{
	const struct indir *table = &claims->table;
	double sum = 0;

	if (!table->size)
		return claims->channels;
	/* The share of a queue squared is that of the pairs of entries that are both its. */
	for (uint32_t i = 0; i < table->size; i++)
		for (uint32_t j = 0; j < table->size; j++)
			sum += table->entry[i] == table->entry[j];
	return (double)table->size * table->size / sum;
}

unsigned int claims_differ(const struct claims *a, const struct claims *b,
			   const char *which[CLAIMS_ANSWERS])
{
	const struct {
		const char *name;
		bool differs;
	} others[CLAIMS_ANSWERS - CLAIMS_FLOWS] = {
		{"channels", a->channels_err != b->channels_err},
		{"table or key at all", a->rss_err != b->rss_err},
		{"key size", a->key_size != b->key_size},
		{"table size", a->table_size != b->table_size && a->channels == b->channels},
		{"rules", !a->rules_err != !b->rules_err},
	};
	unsigned int n = 0;

	for (size_t i = 0; i < CLAIMS_FLOWS; i++)
		if (a->fields[i].err != b->fields[i].err ||
		    a->fields[i].fields != b->fields[i].fields)
			which[n++] = a->fields[i].name;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].differs)
			which[n++] = others[i].name;
	return n;
}
