// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate: what is told of NICs that are no models only.
#include "cmd/simulate/simulate.h"

#include <string.h>

static bool is_told_before(const struct wish *wish, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (wish->nic[j].named.claims &&
		    !strcmp(wish->nic[j].named.name, wish->nic[i].named.name))
			return true;
	return false;
}

void simulate_say_real(struct out *out, const struct wish *wish)
{
	for (size_t i = 0; i < wish->nics; i++) {
		const struct nic_named *nic = &wish->nic[i].named;
		char entries[32] = "no table";

		if (!nic->claims || is_told_before(wish, i))
			continue;
		if (nic->claims->table.size)
			snprintf(entries, sizeof(entries), "a table of %u entries",
				 nic->claims->table.size);
		out_say(out,
			"%s: model %s with what its driver \"%s\" tells: %u queue%s, %s, %s and its "
			"hash fields.",
			nic->name, nic->model->name, nic->claims->driver, nic->queues,
			nic->queues == 1 ? "" : "s", entries,
			nic->claims->key_known ? "its key" : "no key");
	}
}

static void warn(struct out *out, const struct nic_named *nic)
{
	const struct claims *claims = nic->claims;

	nic_named_warn(out, nic);
	if (!claims->key_known)
		out_warn(
			out,
			"%s: its driver does not show its key: with Microsoft's, which is taken, SAs "
			"meet on other queues, but neither more nor fewer on average",
			nic->name);
	if (!claims->table.size)
		out_warn(out, "%s: its driver does not show its table: it is taken to be even",
			 nic->name);
}

void simulate_warn_real(struct out *out, const struct wish *wish)
{
	for (size_t i = 0; i < wish->nics; i++)
		if (wish->nic[i].named.claims && !is_told_before(wish, i))
			warn(out, &wish->nic[i].named);
}
