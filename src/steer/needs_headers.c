// SPDX-License-Identifier: GPL-2.0-only
// Headers beyond a frame's first buffer, where a program does not see them (bpf/headers.h).
#include <stdio.h>
#include "steer/needs_impl.h"
#include "view/human.h"

#define MTU_OF_ALL 1500u /* such frames every driver puts in one buffer */

/* Above that MTU, unless the flag is off. */
static bool is_known_for_it(const struct needs_judging *j)
{
	const struct nic_facts *facts = j->facts;

	return facts->frags && j->driver->empty_above &&
	       facts->link.mtu > j->driver->empty_above && facts->empty_first != SWITCH_OFF;
}

/* What brings them back: "`command`, `command`, or ", or nothing. */
static void find_cure(const struct needs_judging *j, char *buf, size_t size)
{
	const struct link *link = &j->facts->link;

	if (is_known_for_it(j))
		snprintf(buf, size,
			 "`ethtool --set-priv-flags %s %s off`, `ip link set dev %s mtu %u`, or ",
			 link->name, j->driver->empty_flag, link->name, j->driver->empty_above);
	else if (link->mtu > MTU_OF_ALL)
		snprintf(buf, size, "`ip link set dev %s mtu %u`, or ", link->name, MTU_OF_ALL);
	else
		buf[0] = '\0';
}

/* What is known of a driver may be too little: what our program met there tells all. */
static void say_met(const struct needs_judging *j, const char *cure)
{
	char n[HUMAN_LEN];

	human_count(n, j->facts->beyond);
	needs_say(j->report, NEEDS_WARN, NEEDS_HEADERS,
		  "%s packets of IPsec were not steered since our program is on it: their headers are "
		  "beyond the first buffer of a frame, out of its reach%s; use %sanother --method",
		  n, j->facts->pull_data ? "" : " (on Linux 6.18 they are not)", cure);
}

/* Of what such a NIC receives nothing could be steered, and nobody would see why. */
void needs_headers(const struct needs_judging *j)
{
	const struct nic_facts *facts = j->facts;
	char cure[192];

	find_cure(j, cure, sizeof(cure));
	if (facts->beyond)
		say_met(j, cure);
	else if (is_known_for_it(j) && facts->pull_data)
		needs_say(j->report, NEEDS_OK, NEEDS_HEADERS,
			  "driver %s puts headers where an XDP program does not see them at MTU "
			  "%u, and the kernel brings them forward",
			  needs_driver_name(j), facts->link.mtu);
	else if (is_known_for_it(j))
		needs_say(j->report, NEEDS_REFUSE, NEEDS_HEADERS,
			  "at its MTU %u driver %s puts headers where an XDP program does not see "
			  "them, and this kernel cannot bring them forward (Linux 6.18 can), so "
			  "that nothing would be steered; use %s--method auto",
			  facts->link.mtu, needs_driver_name(j), cure);
}
