/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a model right about a NIC? What its driver answered and what its packets showed, held against
 * what the model answers and does. Pure.
 *
 * Addresses and SPIs are not needed. The hashes of models are linear over xor, or such a function
 * inverted (ena): of two SAs that differ in nothing but the SPI, the difference of the SPIs tells
 * that of the hashes. The queue then follows from the table but for one unknown, the hash of the
 * pair's first SA.
 */
#ifndef NIC_MODEL_CHECK_H
#define NIC_MODEL_CHECK_H

#include "core/measure.h"
#include "nic/claims.h"
#include "nic/model_ask.h"

/* One SA on one queue. Those of one pair follow on each other, and in it those of one SA. */
struct model_sample {
	uint32_t pair; /* of addresses and ports, a number */
	uint8_t family, kind;
	bool hashed;	    /* the packets had a hash */
	uint16_t queue;	    /* or MEASURE_NO_QUEUE */
	uint32_t spi, hash; /* xor those of the pair's first sample */
	uint64_t packets;
};

struct model_seen {
	const struct claims *claims;
	const struct model_sample *sample;
	size_t n;
	bool hashes_of_nic; /* not the kernel's own */
	bool by_cpu;	    /* the queues are CPUs: the device records no queue */
};

enum model_fit { MODEL_UNTOLD, MODEL_FITS, MODEL_FITS_NOT };

/* Packets of one kind and family, whose SAs a NIC treats alike. */
struct model_check_part {
	uint8_t family, kind;
	enum model_esp by; /* what the model tells SAs apart by */
	size_t samples, pairs;
	size_t hashes, hashes_wrong; /* that could be compared */
	size_t queues, queues_wrong;
	enum model_fit fit;
	const char *untold; /* MODEL_UNTOLD: why */
};

/* ESP, ESP in UDP, AH, each of IPv4 and IPv6. */
enum { MODEL_CHECK_PARTS = 6 };

struct model_check {
	struct claims its; /* what the model answers, set as the NIC was */
	const char *differs_in[CLAIMS_ANSWERS];
	unsigned int differ;
	struct model_check_part part[MODEL_CHECK_PARTS];
	unsigned int parts; /* of which there were samples */
};

/* 0, or -ENOMEM. */
int model_check(const struct model *model, const struct model_seen *seen, struct model_check *out);

/* The outcome of all parts but the answers: one that does not fit decides, then one that does. */
enum model_fit model_check_fit(const struct model_check *check);

#endif
