// SPDX-License-Identifier: GPL-2.0-only
// The table of methods.
#include "steer/method.h"

#include <string.h>
#include "core/layout.h"

extern const struct method method_rss, method_ntuple, method_xdp, method_rps, method_rps_plain,
	method_tally;

/* What only the test build has comes last. */
#ifdef ESPALIER_TEST
#define TESTED(method) method,
#else
#define TESTED(method)
#endif

const struct method *const methods[] = {&method_rss, &method_ntuple,	&method_xdp,
					&method_rps, &method_rps_plain, TESTED(&method_tally) NULL};
const char *const method_choices[] = {
	"auto", "rss", "ntuple", "xdp", "rps", "rps-plain", TESTED("tally") NULL};

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

static bool is_used(const struct method *method, const struct host *host)
{
	for (int i = 0; i < HOST_INTERFACES; i++)
		if (host->interface[i].ifindex && method_find(host->interface[i].method) == method)
			return true;
	return false;
}

void methods_tidy(const struct host *host, const struct pins *pins)
{
	for (const struct method *const *m = methods; *m; m++)
		if ((*m)->unused && !is_used(*m, host))
			(*m)->unused(pins);
}

bool method_has(const struct method *method, enum method_trait trait)
{
	return method && method->traits & trait;
}

const struct method *method_default(void)
{
	return &method_xdp;
}
