/* SPDX-License-Identifier: GPL-2.0-only */
/* Which SAs lie on which entry of a table, and what that comes to. */
#ifndef CMD_PLAN_ENTRIES_H
#define CMD_PLAN_ENTRIES_H

#include "cmd/plan/nic.h"
#include "cmd/plan/sas.h"
#include "view/out.h"

struct plan_entries {
	uint32_t size;
	uint32_t *slot;	 /* of each SA */
	uint32_t *order; /* room to sort the SAs */
	uint32_t sas[INDIR_SIZE_MAX];
	double load[INDIR_SIZE_MAX];
};

/*
 * Tells the NIC to hash what tells these SAs apart. False: nothing can be planned; it was said.
 * What it cannot hash is warned of in @warning, "" if there is nothing.
 */
bool plan_entries_separate(struct plan_nic *nic, const struct plan_sas *sas, char *warning,
			   size_t size);

/* By the hash of the NIC as it is now. NULL: no memory. */
struct plan_entries *plan_entries_new(const struct plan_nic *nic, const struct plan_sas *sas);
void plan_entries_free(struct plan_entries *entries);

/* The part of all load that the heaviest queue has, with this table. */
double plan_entries_worst(const struct plan_entries *entries, const struct indir *table,
			  double total);

/*
 * Is a plan worth its while? The parts of all load on the heaviest queue before and after it. All
 * flows pay for it once, so what is better by less than a hundredth is not.
 */
bool plan_entries_worth(double before, double after);

/* "40 SAs of FILE, by the rates there, on 128 entries and 4 queues of NIC." */
void plan_entries_print_heading(struct out *out, const struct plan_nic *nic,
				const struct plan_sas *sas);

/* What each queue has with this table. */
void plan_entries_print_queues(struct out *out, const struct plan_entries *entries,
			       const struct indir *table, uint32_t queues, double total);

/* The SAs that share an entry, the heaviest entries first; as text not more than fit a screen. */
void plan_entries_print_shared(struct out *out, struct plan_entries *entries,
			       const struct indir *table, const struct plan_sas *sas);

/* Text only: which ethtool commands must come first, if any. */
void plan_entries_say_commands(struct out *out, const struct plan_nic *nic);

/*
 * What is to be known of the SAs. @unseparated: of plan_entries_separate(); @what: "table", "key",
 * which does not help there.
 */
void plan_entries_warn(struct out *out, const struct plan_nic *nic, const struct plan_sas *sas,
		       const char *unseparated, const char *what);

#endif
