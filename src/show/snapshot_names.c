// SPDX-License-Identifier: GPL-2.0-only
// What a snapshot names, in the words of the operator.
#include "show/snapshot.h"

const char *sa_state_name(enum sa_state state)
{
	static const char *const names[] = {
		[SA_VALID] = "valid",		[SA_LARVAL] = "larval",
		[SA_STATE_LEARNED] = "learned", [SA_STATE_HANDS_OFF] = "hands_off",
		[SA_MOVING] = "moving",
	};

	return names[state];
}

const char *sa_source_name(enum sa_source source)
{
	static const char *const names[] = {
		[SA_KERNEL] = "kernel",
		[SA_FILE] = "file",
		[SA_LEARNED] = "learned",
	};

	return names[source];
}

const char *sa_fixed_name(enum sa_fixed fixed)
{
	static const char *const names[] = {
		[SA_FIXED_BY_HAND] = "hand",
		[SA_FIXED_BY_FILE] = "file",
	};

	return fixed == SA_NOT_FIXED ? NULL : names[fixed];
}
