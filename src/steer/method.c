// SPDX-License-Identifier: GPL-2.0-only
// The table of methods.
#include "steer/method.h"

#include <string.h>

extern const struct method method_rss, method_ntuple, method_xdp, method_rps, method_tally;

/* What only the test build has comes last. */
#ifdef ESPALIER_TEST
#define TESTED(method) method,
#else
#define TESTED(method)
#endif

const struct method *const methods[] = {&method_rss, &method_ntuple, &method_xdp, &method_rps,
					TESTED(&method_tally) NULL};
const char *const method_choices[] = {"auto", "rss", "ntuple", "xdp", "rps", TESTED("tally") NULL};

const struct method *method_find(const char *name)
{
	for (const struct method *const *m = methods; *m; m++)
		if (!strcmp((*m)->name, name))
			return *m;
	return NULL;
}

const struct method *method_with(unsigned int traits)
{
	const struct method *const *m = methods;

	while (*m && ((*m)->traits & traits) != traits)
		m++;
	return *m;
}

const char *method_on_any_nic(void)
{
	return method_with(METHOD_PLACES | METHOD_UDP)->name;
}

const char *method_on_any_driver(void)
{
	return method_with(METHOD_ANY_DRIVER)->name;
}

bool method_has(const struct method *method, enum method_trait trait)
{
	return method && method->traits & trait;
}

const struct method *method_default(void)
{
	return &method_xdp;
}
