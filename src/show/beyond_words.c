// SPDX-License-Identifier: GPL-2.0-only
// Headers beyond the first buffer of a frame, in a sentence.
#include "show/beyond_words.h"

#include <stdio.h>
#include "view/human.h"

bool beyond_words(const struct snapshot_interface *interface, char *buf, size_t size)
{
	char n[HUMAN_LEN], name[sizeof(interface->name)];

	if (!interface->beyond.packets)
		return false;
	human_count(n, interface->beyond.packets);
	snprintf(name, sizeof(name), "%s", interface->name);
	human_clean(name);
	snprintf(buf, size,
		 "%s: %s packets of IPsec were not steered since the start: their headers are beyond "
		 "the first buffer of a frame, out of an XDP program's reach on this kernel; "
		 "'espalier inspect %s' says what to do",
		 name, n, name);
	return true;
}
