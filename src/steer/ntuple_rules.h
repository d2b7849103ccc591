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
	bool unproved; /* rules were made that ntuple_rules_prove() has not looked for yet */
	bool useless;  /* the NIC had none of them: no more are made */
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

/*
 * Looks, some time after rules were made, whether the NIC has any of ours: iavf takes each, and its
 * physical function may refuse all without a word (ice/virt/fdir.c). 0: it has, or none were made;
 * 1: it has none, and no more are made, they count as refused; or a negative errno.
 */
int ntuple_rules_prove(struct ntuple_rules *ntuple);

#endif
