/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of a NIC that are ours. They are recorded in undo before they are made, and found again
 * there by the next daemon.
 */
#ifndef STEER_NTUPLE_RULES_H
#define STEER_NTUPLE_RULES_H

#include <net/if.h>
#include "nic/model.h"
#include "nic/rule.h"
#include "core/sa.h"
#include "steer/needs.h"

struct ntuple_rules {
	struct undo *undo;
	unsigned int ifindex;
	char name[IFNAMSIZ];
	const struct model *model; /* of its driver */
	int ethtool;		   /* a socket */
	/* After ntuple_rules_set(): */
	size_t held;	 /* rules of ours that the NIC holds */
	size_t left_out; /* SAs without one: it is full, */
	size_t refused;	 /* or it refused, the last time with this */
	int refused_err;
};

/* For an interface that the method did not refuse. 0 or a negative errno. */
int ntuple_rules_open(struct ntuple_rules *ntuple, struct undo *undo, unsigned int ifindex,
		      const char *name, const struct model *model);
void ntuple_rules_close(struct ntuple_rules *ntuple);

/*
 * The NIC's rules of ours become these, as far as it holds them; of the others nothing is touched.
 * 0, or a negative errno: the rules cannot be read or recorded, and are as they were.
 */
int ntuple_rules_set(struct ntuple_rules *ntuple, const struct rule *rule, size_t n);

#endif
