// SPDX-License-Identifier: GPL-2.0-only
// What a heavy SA is given.
#include "cmd/show/heavy.h"

#include <stdio.h>
#include "host/cpuset.h"
#include "nic/cpulist.h"
#include "view/human.h"

static const struct {
	const char *word, *why; /* they stay where they are */
} states[INNER_STATES] = {
	[INNER_OFF] = {"off", NULL},
	[INNER_SPREAD] = {"spread", NULL},
	[INNER_LIGHT] = {"light", "there is no SA now for which spreading is worth while"},
	[INNER_POLICY] = {"policy", "it comes out of no interface"},
	[INNER_ELSEWHERE] = {"elsewhere", "its interface is down or not in this network namespace"},
	[INNER_METHOD] = {"method", "not all interfaces are steered by a method for which "
				    "spreading works"},
	[INNER_NO_CPU] = {"no-cpu", "no other CPU is left for them"},
	[INNER_FAILED] = {"failed", "the kernel refuses the mask, and the log has its reason"},
};

static void say_kept(struct out *out, const struct snapshot_heavy *h)
{
	if (h->cpu >= 0)
		out_say(out, "CPU %d is kept for SA 0x%08x: no other SA, stray or IKE goes there.",
			h->cpu, h->spi);
}

static void say_spread(struct out *out, const struct snapshot_heavy *h)
{
	char cpus[CPULIST_LEN], name[24], more[48] = "";

	cpulist_format(&h->cpus, cpus, sizeof(cpus));
	snprintf(name, sizeof(name), "%s", h->name);
	human_clean(name);
	if (h->interfaces > 1)
		snprintf(more, sizeof(more), ", and of %u more interface%s", h->interfaces - 1,
			 h->interfaces == 2 ? "" : "s");
	out_say(out, "Inner flows of %s go to CPU%s %s%s.", name,
		CPU_COUNT(&h->cpus) == 1 ? "" : "s", cpus, more);
}

static void say_inner(struct out *out, const struct snapshot_heavy *h)
{
	char whose[64] = "";

	if (h->state == INNER_SPREAD)
		say_spread(out, h);
	if (!states[h->state].why)
		return;
	if (h->inner_spi && h->if_id)
		snprintf(whose, sizeof(whose), " of SA 0x%08x (if_id %u)", h->inner_spi, h->if_id);
	else if (h->inner_spi)
		snprintf(whose, sizeof(whose), " of SA 0x%08x", h->inner_spi);
	out_say(out, "Inner flows%s stay where they are: %s.", whose, states[h->state].why);
}

static void put_spi(struct out *out, uint32_t spi)
{
	if (spi)
		out_spi(out, "spi", spi);
	else
		out_null(out, "spi");
}

static void put_inner(struct out *out, const struct snapshot_heavy *h)
{
	out_object(out, "inner");
	out_string(out, "state", states[h->state].word);
	put_spi(out, h->inner_spi);
	out_string(out, "interface", h->interfaces ? h->name : NULL);
	out_number(out, "interface_count", h->interfaces);
	out_array(out, "cpus");
	cpuset_each (cpu, &h->cpus)
		out_number(out, NULL, cpu);
	out_up(out);
	out_up(out);
}

void show_heavy(struct out *out, const struct snapshot *s)
{
	const struct snapshot_heavy *h = &s->heavy;

	if (!out_is_json(out)) {
		say_kept(out, h);
		say_inner(out, h);
	} else if (s->report_blank) {
		out_null(out, "kept");
		out_null(out, "inner");
	} else {
		if (h->cpu < 0) {
			out_null(out, "kept");
		} else {
			out_object(out, "kept");
			out_number(out, "cpu", h->cpu);
			put_spi(out, h->spi);
			out_up(out);
		}
		put_inner(out, h);
	}
}
