// SPDX-License-Identifier: GPL-2.0-only
// The steered SAs: opening and adopting, the roles of CPUs.
#include "host/cpuset.h"
#include "sas/sas.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "text/because.h"

enum { MOVE_RECORDS = 256 };

static int refuse_new_maps(const struct host *host, const struct sas_options *options, char *why,
			   size_t size)
{
	if (options->ring_frames_given && options->ring_frames != host->ring_frames)
		return because(
			-EBUSY, why, size,
			"the rings in use hold %u frames, and --ring %u would need new ones; "
			"run 'espalier stop' first",
			host->ring_frames, options->ring_frames);
	if (options->max_sas_given && options->max_sas != host->max_sas)
		return because(
			-EBUSY, why, size,
			"the SA table in use is for %u SAs, and --max-sas %u would need a new "
			"one; run 'espalier stop' first",
			host->max_sas, options->max_sas);
	return 0;
}

static int adopt(struct sas *sas, const struct sas_options *options, char *why, size_t size)
{
	enum map bad = 0;
	int err = maps_open(&sas->maps, &sas->pins, true, &bad);

	if (err == -EPROTO)
		return because(
			err, why, size,
			"the pin %s/%s is damaged; run 'espalier stop' to take everything down",
			sas->pins.layout, map_name(bad));
	if (err)
		return because(err, why, size, "cannot open the pins under %s: %s",
			       sas->pins.layout, strerror(-err));
	sas->adopted = true;
	return refuse_new_maps(sas->maps.host, options, why, size);
}

static int create(struct sas *sas, const struct sas_options *options, char *why, size_t size)
{
	int cpus = libbpf_num_possible_cpus();
	struct program_sizes sizes = {
		.max_sas = options->max_sas,
		.ring_frames = options->ring_frames,
		.cpus = cpus,
		.moves = MOVE_RECORDS,
		.frags = program_frags(),
		.drops = kernel_can(KERNEL_RING_DROPS) != KERNEL_LACKS && !options->uncounted,
	};
	const char *missing;
	char log[16384] = "";
	int err;

	if (cpus < 0)
		return because(cpus, why, size, "cannot tell the number of CPUs: %s",
			       strerror(-cpus));
	err = program_create(&sas->maps, &sas->pins, &sizes, log, sizeof(log));
	if (!err) {
		sas->maps.host->nice_value = options->nice + 20;
		return 0;
	}
	if (err == -EPERM && !log[0])
		return because(err, why, size,
			       "the kernel refused the BPF programs: %s; is this root, with all "
			       "capabilities?",
			       strerror(-err));
	missing = kernel_missing();
	if (missing)
		return because(err, why, size, "the kernel refused the BPF programs: %s. %s",
			       strerror(-err), missing);
	return because(err, why, size, "the kernel refused the BPF programs: %s%s%.600s",
		       strerror(-err), log[0] ? "; the end of its log: " : "",
		       log + (strlen(log) > 600 ? strlen(log) - 600 : 0));
}

/* The first ring for SAs, 0: there is none. */
static __u32 first_ring(const struct maps *maps)
{
	for (__u32 i = 1; i < maps->host->rings; i++)
		if (maps->rings[i].kind == RING_SA)
			return i;
	return 0;
}

static int open_table(struct sas *sas, char *why, size_t size)
{
	const struct maps *maps = &sas->maps;
	int err = -ENOMEM;

	sas->table = maps_table(maps);
	sas->table.spare = malloc(sizeof(__u32) * maps_slots(maps));
	sas->table.rest_until_ns = sas->adopted ? UINT64_MAX : 0;
	if (sas->table.spare)
		err = table_take_stock(&sas->table);
	if (!err && first_ring(maps))
		table_mend_rings(&sas->table, maps->host->rings, first_ring(maps));
	if (err == -EUCLEAN)
		return because(
			err, why, size,
			"the pin sa_warm under %s is damaged: two SAs share what one may have; "
			"run 'espalier stop' to take everything down",
			sas->pins.layout);
	return err ? because(err, why, size, "no memory for the SA table") : 0;
}

static int make_lists(struct sas *sas, __u32 slots)
{
	int err = slots_init(&sas->known, slots);

	return err ? err : heirs_init(&sas->heirs, slots);
}

int sas_open(struct sas *sas, const struct sas_options *options, char *why, size_t size)
{
	int state, err;

	memset(sas, 0, sizeof(*sas));
	maps_init(&sas->maps);
	err = pins_find(&sas->pins, true, why, size);
	if (err)
		return err;
	state = pins_state(&sas->pins);
	if (state == PINS_FOREIGN)
		state = pins_remove(&sas->pins); /* 0 is PINS_NONE */
	if (state < 0) {
		because(state, why, size, "cannot read the pins under %s: %s", sas->pins.host,
			strerror(-state));
		sas_close(sas);
		return state;
	}
	err = state == PINS_OURS ? adopt(sas, options, why, size) : create(sas, options, why, size);
	if (err) {
		sas_close(sas);
		return err;
	}
	sas->nice = (int)sas->maps.host->nice_value - 20;
	err = open_table(sas, why, size);
	if (err) {
		sas_close(sas);
		return err;
	}
	moves_init(&sas->moves, &sas->maps, &sas->table);
	err = make_lists(sas, maps_slots(&sas->maps));
	if (err) {
		because(err, why, size, "no memory");
		sas_close(sas);
	}
	return err;
}

void sas_close(struct sas *sas)
{
	free(sas->table.spare);
	sas->table.spare = NULL;
	slots_free(&sas->known);
	heirs_free(&sas->heirs);
	maps_close(&sas->maps);
	pins_close(&sas->pins);
}

/* Entry i of a strays' table goes to the i-th of the CPUs, round robin, by their stray rings. */
static int aim_strays(struct sas *sas, enum stray_table which, const cpu_set_t *cpus)
{
	__u16 *table = sas->maps.host->stray_ring[which];
	int numbers[SA_RINGS], n = 0;

	cpuset_each (cpu, cpus) {
		if (n == SA_RINGS)
			break;
		numbers[n] = rings_get(&sas->maps, sas->nice, RING_STRAY, cpu);
		if (numbers[n] < 0)
			return numbers[n];
		n++;
	}
	if (!n)
		return -EINVAL;
	for (int i = 0; i < STRAY_TABLE_SIZE; i++)
		SHARED(table[i]) = numbers[i % n];
	return 0;
}

static int make_rings(struct sas *sas, const struct cpu_roles *roles)
{
	struct host *host = sas->maps.host;
	__u8 usable[SA_RINGS] = {0};
	int number, err;

	cpuset_each (cpu, &roles->sas) {
		number = rings_get(&sas->maps, sas->nice, RING_SA, cpu);
		if (number < 0)
			return number;
		usable[number] = 1;
	}
	memcpy(host->sa_cpu, usable, sizeof(usable));
	number = rings_get(&sas->maps, sas->nice, RING_IKE, roles->ike);
	if (number < 0)
		return number;
	SHARED(host->ike_ring) = number;
	err = aim_strays(sas, STRAYS_CONFINED, &roles->strays);
	if (!err)
		err = aim_strays(sas, STRAYS_SPREAD, &roles->sas);
	rings_note_nice(&sas->maps);
	return err;
}

int sas_set_roles(struct sas *sas, const struct cpu_roles *roles, char *why, size_t size)
{
	int err = make_rings(sas, roles);

	if (err)
		return because(err, why, size, "cannot make the rings: %s", strerror(-err));
	sas->roles = *roles;
	sas->homes++;
	return 0;
}

int sas_limit_cpus(struct sas *sas, const cpu_set_t *cpus)
{
	struct cpu_roles roles = sas->roles;
	int err;

	roles.sas = *cpus;
	err = make_rings(sas, &roles);
	if (err)
		return err;
	sas->roles = roles;
	sas->homes++;
	return 0;
}

/*
 * The rings to which frames may be sent, now or when SAs are placed. None is by the word of an SA
 * that is hands off, which also cannot be moved away.
 */
static void find_used(const struct sas *sas, bool used[SA_RINGS])
{
	const struct host *host = sas->maps.host;

	for (__u32 i = 0; i < SA_RINGS; i++)
		used[i] = host->sa_cpu[i];
	for (int table = 0; table < STRAY_TABLES; table++)
		for (int i = 0; i < STRAY_TABLE_SIZE; i++)
			used[host->stray_ring[table][i] % SA_RINGS] = true;
	used[host->ike_ring % SA_RINGS] = true;
	for (__u32 i = 0; i < sas->known.count; i++) {
		__u64 word = table_word(&sas->table, sas->known.slot[i]);

		if (!(sa_word_flags(word) & SA_HANDS_OFF))
			used[sa_word_to(word)] = used[sa_word_own(word)] = true;
	}
}

int sas_renew_rings(struct sas *sas, const cpu_set_t *online, __u64 now_ns)
{
	bool used[SA_RINGS];
	int made = 0, err = 0;

	find_used(sas, used);
	for (__u32 i = 1; i < sas->maps.host->rings; i++) {
		if (!SHARED(maps_ring_state(&sas->maps, i)->astray) || used[i] ||
		    !CPU_ISSET(sas->maps.rings[i].cpu, online)) {
			sas->unused_ns[i] = 0;
		} else if (!sas->unused_ns[i]) {
			sas->unused_ns[i] = now_ns;
		} else if (now_ns >= sas->unused_ns[i] + HANDOVER_SILENCE_NS) {
			int failed = rings_renew(&sas->maps, sas->nice, i);

			made += !failed;
			err = failed ? failed : err;
			sas->unused_ns[i] = 0;
		}
	}
	return err ? err : made;
}

void sas_set_stray_limit(struct sas *sas, __u64 packets_per_second)
{
	__u64 allowance = (packets_per_second << WINDOW_SHIFT) / 1000000000ull;

	sas->maps.host->stray_limit = packets_per_second;
	SHARED(sas->maps.host->stray_allowance) = packets_per_second && !allowance ? 1 : allowance;
}

void sas_beat(struct sas *sas, __u64 now_ns)
{
	const struct host *host = sas->maps.host;
	__u64 drops = 0;

	for (__u32 i = 1; i < host->rings; i++)
		if (sas->maps.rings[i].kind == RING_STRAY)
			drops += SHARED(maps_ring_state(&sas->maps, i)->drops);
	sas->stray_drops_then = sas->stray_drops;
	sas->stray_drops = drops;
	SHARED(sas->maps.host->heartbeat_ns) = now_ns;
}
