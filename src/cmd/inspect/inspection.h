/* SPDX-License-Identifier: GPL-2.0-only */
/* What `inspect` finds of an interface or a model, and what it concludes. */
#ifndef CMD_INSPECT_INSPECTION_H
#define CMD_INSPECT_INSPECTION_H

#include <sched.h>
#include "cmd/inspect/host.h"
#include "nic/explain.h"
#include "nic/model.h"
#include "nic/verdict.h"
#include "steer/choose.h"
#include "steer/needs.h"
#include "view/out.h"

/* Where packets were looked at. */
enum inspect_at {
	INSPECT_NOWHERE, /* nothing was measured */
	INSPECT_TC,
	INSPECT_XDP,
	INSPECT_STEERING, /* by our steering program */
	INSPECT_MODEL,	  /* made-up traffic on a model */
};

struct inspection {
	/* Gathered. */
	const char *name;   /* of the interface or model */
	bool is_model;
	struct nic_facts facts;
	enum inspect_at at;
	double seconds;
	struct measured measured; /* sorted */
	bool hashes_of_nic;
	bool by_cpu; /* the queues that were seen are CPUs: the device records no queue */
	bool unseen; /* the kernel lets no program look at ours, which is there */
	uint64_t lost; /* packets of SAs that found no place in the measurement */
	uint64_t decrypted; /* by the kernel meanwhile, by the SAs' counters */
	struct demand demand;	  /* of the kernel's inbound SAs */
	struct inspect_host host; /* of an interface */
	struct needs_report findings;
	/* Concluded. */
	struct verdict_part plain, udp;
	struct explanation plain_by, udp_by;
	enum verdict verdict;
	const struct method *method;
	char why[512];
	char next[512]; /* the command to run */
	char next_why[256];
};

/* Concludes; what was gathered is there. */
void inspection_conclude(struct inspection *in);
void inspection_free(struct inspection *in);

/*
 * A model in place of an interface: gathers all. @asked: as it is after `ethtool -N IF rx-flow-hash esp4
 * sdfn` and the same of esp6. 0, or a negative errno.
 */
int inspection_of_model(struct inspection *in, const struct model *model, bool asked);

/* Prints; the warnings (cmd/inspect/warn.c) with it. */
void inspect_print(struct out *out, const struct inspection *in);
void inspect_warn(struct out *out, const struct inspection *in);

/* "addresses": what the SAs of a part are told apart by, in words for the operator. */
const char *inspect_verdict_words(enum verdict verdict);

#endif
