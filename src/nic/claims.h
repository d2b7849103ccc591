/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a NIC's driver says of its receive-side scaling, asked by SIOCETHTOOL; a model answers the
 * same questions. A refusal is an answer: its errno is kept.
 */
#ifndef NIC_CLAIMS_H
#define NIC_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>
#include "core/indir.h"
#include "nic/model.h"

#define CLAIMS_KEY_MAX MODEL_KEY_MAX

/* Puts one of ethtool's requests; 0 or a negative errno. */
typedef int claims_ask(void *arg, void *request);

struct claims_fields {
	const char *name; /* "esp4": ESP_V4_FLOW; "ah_esp4": what ethtool(8) calls esp4 */
	uint32_t type;
	int err;
	uint64_t fields; /* RXH_ bits */
};

/* ESP, AH_ESP, AH and UDP, of IPv4 and IPv6; answers that can differ: these and five more. */
enum { CLAIMS_FLOWS = 8, CLAIMS_ANSWERS = CLAIMS_FLOWS + 5 };

struct claims {
	int driver_err;
	char driver[32], version[32], firmware[32], bus[32];
	char package[48]; /* by claims_read_package() */
	int channels_err;
	uint32_t max_channels, channels; /* that receive */
	int rss_err;			 /* of ETHTOOL_GRSSH; what is not told is 0 */
	uint32_t table_size, key_size;
	uint8_t hfunc, input_xfrm; /* MODEL_HASH_ bits; RXH_XFRM_SYM_ bits */
	struct indir table;	   /* size 0: none, or larger than we take */
	bool key_known;		   /* the key is here, not only its size */
	uint8_t key[CLAIMS_KEY_MAX];
	int rules_err;
	uint32_t rules, max_rules;
	struct claims_fields fields[CLAIMS_FLOWS];
};

/* The questions after hash fields, without answers. */
void claims_ask_nothing(struct claims *out);

void claims_gather(claims_ask *ask, void *arg, struct claims *out);

/* The same of an interface of this machine. 0, or a negative errno: there is no socket to ask by.
 */
int claims_read(const char *ifname, struct claims *out);

/*
 * The package that the firmware runs, by devlink, if models of the driver differ in it; "": it does
 * not tell. It takes the firmware's time, and is no other after a while.
 */
void claims_read_package(struct claims *claims);

/* ask() of the models; arg is a struct model_nic. */
int claims_ask_model(void *arg, void *request);

/* Words for hfunc, by the number of its bit, and for input_xfrm. */
enum { CLAIMS_FUNCTIONS = 3, CLAIMS_SYMMETRIES = 3 };
extern const char *const claims_functions[CLAIMS_FUNCTIONS];
extern const char *const claims_symmetries[CLAIMS_SYMMETRIES];

/* The answer to the question of that name. */
const struct claims_fields *claims_fields_of(const struct claims *claims, const char *name);

/* "EOPNOTSUPP"; "errno 524" of one without a name in user space. And back: 0 for other words. */
const char *claims_errno_words(int err, char buf[32]);
int claims_errno_parse(const char *words);

/*
 * Writes hash fields as ethtool(8) does: "sd", "sdfn", "none", or why there are none: "EOPNOTSUPP".
 * The second reads them back: -EINVAL for other words; name and type stay.
 */
const char *claims_fields_words(const struct claims_fields *fields, char buf[32]);
int claims_fields_parse(const char *words, struct claims_fields *fields);

/* What it comes to for ESP of IPv4: "spi", "addresses", "nothing", "refused". */
const char *claims_of_esp(const struct claims *claims);

/*
 * Queues that the table spreads over, evenly or not: 1 / (the sum of the squares of their shares).
 * Without a table: the channels. 0: it cannot be told.
 */
double claims_queues(const struct claims *claims);

/*
 * How many answers differ from those of another, the numbers of channels and rules and the
 * contents of key and table aside. Names them in which[].
 */
unsigned int claims_differ(const struct claims *a, const struct claims *b,
			   const char *which[CLAIMS_ANSWERS]);

#endif
