// SPDX-License-Identifier: GPL-2.0-only
// The CPU that is kept for a heavy SA.
#include "daemon/kept.h"

#include "cli/say.h"

static int64_t key_in(const struct sas *sas, __u32 slot)
{
	return (int64_t)sa_word_key(table_word(&sas->table, slot));
}

int kept_slot(const struct kept *kept, const struct sas *sas)
{
	return kept->heavy.is ? table_find(&sas->table, (__u64)kept->heavy.sa) : -1;
}

bool kept_bars(const struct kept *kept, const struct sas *sas, __u32 slot, unsigned int cpu)
{
	return (int)cpu == kept->cpu && key_in(sas, slot) != kept->heavy.sa &&
	       heirs_before(&sas->heirs, slot) != (int)kept->slot;
}

int kept_home(const struct kept *kept, const struct sas *sas, __u32 slot)
{
	cpu_set_t others;
	enum first_why why;
	int home = sas_pinned_cpu(sas, slot, &why);

	if (home >= 0)
		return home;
	home = sas_wished_cpu(sas, slot);
	if (home >= 0 && !kept_bars(kept, sas, slot, (unsigned int)home))
		return home;
	if (!kept_bars(kept, sas, slot, sas_cpu(sas, slot)))
		return -1;
	others = sas->roles.sas;
	CPU_CLR((size_t)kept->cpu, &others);
	return first_cpu(&others, sas->placed, sas->load);
}

void kept_report(const struct kept *kept, struct round_state *state)
{
	state->kept = kept->cpu >= 0;
	state->kept_cpu = (__u32)kept->cpu;
	state->kept_spi = kept->spi;
}

/* The heavy SA, or its CPU, is another one; once it is gone the CPU is kept for a while yet. */
static void follow(struct kept *kept, const struct sas *sas)
{
	int slot = kept_slot(kept, sas);
	int cpu = slot >= 0 ? (int)sas_cpu(sas, (__u32)slot) : kept->cpu;

	if (slot >= 0) {
		kept->slot = (__u32)slot;
		kept->spi = sa_word_spi(table_word(&sas->table, (__u32)slot));
	}
	if (cpu == kept->cpu)
		return;
	kept->cpu = cpu;
	say("SA 0x%08x takes %.0f%% of a CPU: CPU %d is kept for it, and no other SA, stray or IKE goes "
	    "there",
	    kept->spi, 100 * kept->heavy.load, cpu);
}

void kept_tick(struct kept *kept, const struct sas *sas, int64_t slot,
	       const struct heavy_seen *round, uint64_t now_ns)
{
	struct heavy_seen seen = *round;
	/* As if it did all its work itself: else it would be heavy no more as soon as it gets help.
	 */
	double taken = kept->heavy.is && slot == kept_slot(kept, sas) ? seen.load * kept->taken : 0;

	seen.load += taken;
	seen.rest -= taken;
	seen.sa = slot >= 0 && seen.load > 0 ? key_in(sas, (__u32)slot) : -1;
	if (heavy_tick(&kept->heavy, &seen, now_ns) && !kept->heavy.is) {
		say("no SA is heavy any more: CPU %d is for all again", kept->cpu);
		kept->cpu = -1;
	}
	follow(kept, sas);
}
