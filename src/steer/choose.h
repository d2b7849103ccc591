/* SPDX-License-Identifier: GPL-2.0-only */
/* Which method --method auto means on an interface, and why. */
#ifndef STEER_CHOOSE_H
#define STEER_CHOOSE_H

#include "steer/method.h"

/* The demand of these SAs on the CPUs of these roles. */
struct demand demand_of(const struct sad_reading *sas, const struct cpu_roles *roles);

/*
 * nic_facts_gather() for our programs: the one way to facts of an interface. @ours: a program
 * of ours that is on it counts as ours, else as a stranger's. @sysfs is for sysfs_take(). 0 or a
 * negative errno; free @facts with nic_facts_free().
 */
int choose_facts(int sysfs, const char *ifname, bool ours, struct nic_facts *facts);

/*
 * The first method that fits, and was not seen to fail here. WHY is one sentence without a full stop: what is missing for those
 * that come before it, and what speaks for it. Pure.
 */
const struct method *choose_method(const struct nic_facts *facts, const struct demand *demand,
				   char *why, size_t size);

/*
 * The method that was asked for, which has another instead (method.h): that, where it does not fit.
 * WHY as above, or "". Pure.
 */
const struct method *choose_asked(const struct method *asked, const struct nic_facts *facts,
				  const struct demand *demand, char *why, size_t size);

#endif
