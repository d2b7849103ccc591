/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up NIC, and what needs_check() finds of it. */
#ifndef TESTS_UNIT_NEEDS_FIXTURE_H
#define TESTS_UNIT_NEEDS_FIXTURE_H

#include "steer/needs.h"

#include <errno.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define REDIRECTS (NETDEV_XDP_BASIC | NETDEV_XDP_REDIRECT)

/* A healthy NIC of a driver: up, MTU 1500, tells that it redirects. */
static inline struct nic_facts nic(const char *driver)
{
	struct nic_facts facts = {.frags = true};

	strcpy(facts.link.name, "eth0");
	facts.link.ifindex = 2;
	facts.link.mtu = 1500;
	facts.link.flags = IFF_UP | IFF_RUNNING;
	facts.xdp.features = REDIRECTS;
	facts.channels.err = -EOPNOTSUPP;
	snprintf(facts.driver, sizeof(facts.driver), "%s", driver);
	return facts;
}

/* The finding of one check that is no OK; NULL if it found nothing wrong. At most one is expected.
 */
static struct needs_report last;

static inline int drop_report(void **state)
{
	needs_report_free(&last);
	return 0;
}

static inline const struct needs_finding *find(const struct nic_facts *facts, enum needs_what what)
{
	const struct needs_finding *found = NULL;
	size_t i;

	needs_report_free(&last);
	assert_int_equal(needs_check(facts, &last), 0);
	for (i = 0; i < last.count; i++) {
		if (last.finding[i].what != what || last.finding[i].verdict == NEEDS_OK)
			continue;
		assert_null(found);
		found = &last.finding[i];
	}
	return found;
}

static inline void assert_finding(const struct nic_facts *facts, enum needs_what what,
				  enum needs_verdict verdict, const char *says)
{
	const struct needs_finding *found = find(facts, what);

	if (!found)
		fail_msg("nothing found that says \"%s\"", says);
	assert_int_equal(found->verdict, verdict);
	if (!strstr(found->text, says))
		fail_msg("\"%s\" does not say \"%s\"", found->text, says);
}

static inline void assert_change(const struct nic_facts *facts, enum needs_what what,
				 enum undo_kind kind, const char *knob, const char *old,
				 const char *new)
{
	const struct needs_finding *found = find(facts, what);

	assert_non_null(found);
	assert_int_equal(found->verdict, NEEDS_CHANGE);
	assert_int_equal(found->kind, kind);
	assert_string_equal(found->knob, knob);
	assert_string_equal(found->old_value, old);
	assert_string_equal(found->new_value, new);
	assert_true(found->text[0]);
}

#endif
