/* SPDX-License-Identifier: GPL-2.0-only */
/* What a model does with ESP, found by asking it: what the tables of the documents say. */
#ifndef NIC_MODEL_ASK_H
#define NIC_MODEL_ASK_H

#include "nic/model.h"

/* What the SAs of one pair of addresses are told apart by. */
enum model_esp {
	MODEL_ESP_ADDRESSES, /* they are not: all on one queue */
	MODEL_ESP_SPI,
	MODEL_ESP_SPRAYS,   /* one SA is on several queues */
	MODEL_ESP_UNHASHED, /* nor are pairs: all of them on the queue of the table's entry 0 */
};

/* "addresses", "spi", "sprays", "unhashed". */
const char *model_esp_name(enum model_esp esp);

/* The same of one NIC as it is now; @kind FLOW_ESP or FLOW_ESP_UDP, @family 4 or 6. */
enum model_esp model_esp_by(const struct model_nic *nic, uint8_t family, uint8_t kind);

/* What `ethtool -N IF rx-flow-hash esp4 sdfn`, and the same of esp6, make of it. */
void model_ask_for_spi(struct model_nic *nic);

/*
 * Mends what sdfn of IPv6 broke (model->sdfn_breaks_v6), as MODEL_REPAIR_V6 does behind `ethtool -N
 * IF`. False: nothing was.
 */
#define MODEL_REPAIR_V6 "rx-flow-hash sctp6 sd"
bool model_repair_v6(struct model_nic *nic);

struct model_answer {
	enum model_esp plain;	       /* as its driver leaves it */
	enum model_esp set_v4, set_v6; /* after `ethtool -N IF rx-flow-hash esp4|esp6 sdfn` */
	bool settable_v4, settable_v6; /* that command is taken, and changes something */
	enum model_esp udp;	       /* ESP in UDP */
	enum xdp_native native;	       /* its driver's XDP */
	bool sdfn_breaks_v6;	       /* as its model says */
};

/* 0, or -ENOMEM. */
int model_ask(const struct model *model, struct model_answer *answer);

/*
 * Writes the ethtool command that makes the NIC separate SAs by SPI, with IF for its name, and
 * mends what it breaks. NULL: none does, or none is needed; else buf.
 */
enum { MODEL_COMMAND_LEN = 160 };
const char *model_command(const struct model_answer *answer, char buf[MODEL_COMMAND_LEN]);

#endif
