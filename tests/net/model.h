/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the design says becomes of a frame, written as plainly as it can be: lists and linear
 * searches, no table, no maps. To be compared with the steering program.
 */
#ifndef TESTS_NET_MODEL_H
#define TESTS_NET_MODEL_H

#include "core/flow.h"
#include "core/layout.h"
#include "core/toeplitz.h"

#define MODEL_SAS	256
#define MODEL_LOCAL	256
#define MODEL_FRAGMENTS 2048

struct model_sa {
	__u8 family, protocol;
	bool hands_off;
	__u32 spi, ring, slot;
	__be32 dst[4];
};

struct model_local {
	__u8 family;
	__be32 addr[4];
};

/* What was remembered of the first fragment of a datagram. */
struct model_datagram {
	__u8 family, protocol;
	__be32 src[4], dst[4];
	__u32 id;
	bool ike;	    /* else IPsec of this SA */
	struct model_sa sa; /* its dst, SPI and protocol */
};

/* How a frame came to its way; for the count of what the test has seen. */
enum model_case {
	CASE_OTHER,
	CASE_SA,
	CASE_HANDS_OFF,
	CASE_STRAY,
	CASE_TRANSIT,
	CASE_IKE,
	CASE_KEEPALIVE,
	CASE_IKE_TRANSIT,
	CASE_FRAGMENT_OTHER,
	CASE_FRAGMENT_SA,
	CASE_FRAGMENT_HANDS_OFF,
	CASE_FRAGMENT_IKE,
	CASE_FRAGMENT_LOST, /* IPsec whose first fragment was not seen */
	CASE_FRAGMENT_TRANSIT,
	CASE_FRAGMENT_STRAY, /* its first fragment was a stray's */
	CASE_IKE_OVER,	     /* of a stranger, where these have no share */
	CASE_BEYOND,	     /* its headers are out of reach */
	MODEL_CASES
};

extern const char *const model_case_names[MODEL_CASES];

struct model {
	struct model_sa sas[MODEL_SAS];
	struct model_local local[MODEL_LOCAL];
	struct model_local peer[MODEL_LOCAL];
	unsigned int n_peers;
	bool peers_only; /* strangers have no share of the IKE ring */
	struct model_datagram fragments[MODEL_FRAGMENTS];
	unsigned int n_sas, n_local, n_fragments;
	__u32 ike_ring;
	const __u16 *stray_ring; /* the table in force */
	const struct toeplitz *toeplitz;
	struct sa_table_shape shape; /* SAs of the same SPI and fingerprint share an entry */
	struct interface_counts counts;
	unsigned long seen[MODEL_CASES];
};

struct model_answer {
	enum model_case how;
	__u32 way;  /* enum way */
	__u32 ring; /* 0: passed */
	__u32 slot; /* or NO_SLOT */
};

/* Decides, remembers and counts. @frame is the frame's length, which counts for what is not IP. */
struct model_answer model_decide(struct model *m, const struct flow *f, __u32 frame);

/* The same of a frame whose headers the program can read, but that must not be redirected. */
struct model_answer model_pass_beyond(struct model *m, const struct flow *f, __u32 frame);

/* The SA, or NULL. */
const struct model_sa *model_find(const struct model *m, const __be32 dst[4], __u32 spi,
				  __u8 protocol);

#endif
