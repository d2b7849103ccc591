/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The method ntuple: a rule of the NIC for each SA, by its SPI, leads to a queue. Rules are recorded
 * in undo before they are made, and found again there by the next daemon.
 */
#ifndef STEER_NTUPLE_H
#define STEER_NTUPLE_H

#include <net/if.h>
#include "nic/model.h"
#include "nic/rule.h"
#include "sad/sad.h"
#include "steer/needs.h"

struct ntuple {
	struct undo *undo;
	unsigned int ifindex;
	char name[IFNAMSIZ];
	const struct model *model; /* of its driver */
	int ethtool;		   /* a socket */
	/* After ntuple_set(): */
	size_t held;	 /* rules of ours that the NIC holds */
	size_t left_out; /* SAs without one: it is full, */
	size_t refused;	 /* or it refused, the last time with this */
	int refused_err;
};

/* For an interface that the method did not refuse. 0 or a negative errno. */
int ntuple_open(struct ntuple *ntuple, struct undo *undo, unsigned int ifindex, const char *name,
		const struct model *model);
void ntuple_close(struct ntuple *ntuple);

/*
 * From whichever address, where the source says nothing: a NAT may give the peer another one at any
 * time, and a file may not know it.
 */
void rule_forget_src(struct rule *rule);

/* Can a rule tell this SA from others? Rules of all but iavf know nothing of ESP in UDP. */
bool ntuple_can(const struct model *model, const struct rule *rule);

/*
 * The NIC's rules of ours become these, as far as it holds them; of the others nothing is touched.
 * 0, or a negative errno: the rules cannot be read or recorded, and are as they were.
 */
int ntuple_set(struct ntuple *ntuple, const struct rule *rule, size_t n);

#endif
