// SPDX-License-Identifier: GPL-2.0-only
// The method xdp: opening and adopting, the roles of CPUs.
#include "host/cpuset.h"
#include "steer/xdp.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOVE_RECORDS = 256 };

static int because(int err, char *why, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int because(int err, char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return err;
}

static int refuse_new_maps(const struct host *host, const struct xdp_options *options, char *why,
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
	if (options->generic && host->frags)
		return because(
			-EBUSY, why, size,
			"the programs in use are those of native mode, and --generic would need "
			"others; run 'espalier stop' first");
	return 0;
}

static int adopt(struct xdp *xdp, const struct xdp_options *options, char *why, size_t size)
{
	enum map bad = 0;
	int err = maps_open(&xdp->maps, &xdp->pins, true, &bad);

	if (err == -EPROTO)
		return because(
			err, why, size,
			"the pin %s/%s is damaged; run 'espalier stop' to take everything down",
			xdp->pins.layout, map_name(bad));
	if (err)
		return because(err, why, size, "cannot open the pins under %s: %s",
			       xdp->pins.layout, strerror(-err));
	xdp->adopted = true;
	return refuse_new_maps(xdp->maps.host, options, why, size);
}

static int create(struct xdp *xdp, const struct xdp_options *options, char *why, size_t size)
{
	int cpus = libbpf_num_possible_cpus();
	struct program_sizes sizes = {
		.max_sas = options->max_sas,
		.ring_frames = options->ring_frames,
		.cpus = cpus,
		.moves = MOVE_RECORDS,
		.frags = program_frags(options->generic),
		.drops = kernel_can(KERNEL_RING_DROPS) != KERNEL_LACKS && !options->uncounted,
	};
	const char *missing;
	char log[16384] = "";
	int err;

	if (cpus < 0)
		return because(cpus, why, size, "cannot tell the number of CPUs: %s",
			       strerror(-cpus));
	err = program_create(&xdp->maps, &xdp->pins, &sizes, log, sizeof(log));
	if (!err) {
		xdp->maps.host->nice_value = options->nice + 20;
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

static int open_table(struct xdp *xdp, char *why, size_t size)
{
	const struct maps *maps = &xdp->maps;
	int err = -ENOMEM;

	xdp->table = maps_table(maps);
	xdp->table.spare = malloc(sizeof(__u32) * maps_slots(maps));
	xdp->table.rest_until_ns = xdp->adopted ? UINT64_MAX : 0;
	if (xdp->table.spare)
		err = table_take_stock(&xdp->table);
	if (!err && first_ring(maps))
		table_mend_rings(&xdp->table, maps->host->rings, first_ring(maps));
	if (err == -EUCLEAN)
		return because(
			err, why, size,
			"the pin sa_warm under %s is damaged: two SAs share what one may have; "
			"run 'espalier stop' to take everything down",
			xdp->pins.layout);
	return err ? because(err, why, size, "no memory for the SA table") : 0;
}

int xdp_open(struct xdp *xdp, const struct xdp_options *options, char *why, size_t size)
{
	int state, err;

	memset(xdp, 0, sizeof(*xdp));
	maps_init(&xdp->maps);
	err = pins_find(&xdp->pins, true, why, size);
	if (err)
		return err;
	state = pins_state(&xdp->pins);
	if (state == PINS_FOREIGN)
		state = pins_remove(&xdp->pins); /* 0 is PINS_NONE */
	if (state < 0) {
		because(state, why, size, "cannot read the pins under %s: %s", xdp->pins.host,
			strerror(-state));
		xdp_close(xdp);
		return state;
	}
	err = state == PINS_OURS ? adopt(xdp, options, why, size) : create(xdp, options, why, size);
	if (err) {
		xdp_close(xdp);
		return err;
	}
	xdp->nice = (int)xdp->maps.host->nice_value - 20;
	err = open_table(xdp, why, size);
	if (err) {
		xdp_close(xdp);
		return err;
	}
	moves_init(&xdp->moves, &xdp->maps, &xdp->table);
	err = slots_init(&xdp->known, maps_slots(&xdp->maps));
	if (err) {
		because(err, why, size, "no memory");
		xdp_close(xdp);
	}
	return err;
}

void xdp_close(struct xdp *xdp)
{
	free(xdp->table.spare);
	xdp->table.spare = NULL;
	slots_free(&xdp->known);
	maps_close(&xdp->maps);
	pins_close(&xdp->pins);
}

/* Entry i of a strays' table goes to the i-th of the CPUs, round robin, by their stray rings. */
static int aim_strays(struct xdp *xdp, enum stray_table which, const cpu_set_t *cpus)
{
	__u16 *table = xdp->maps.host->stray_ring[which];
	int numbers[SA_RINGS], n = 0;

	cpuset_each (cpu, cpus) {
		if (n == SA_RINGS)
			break;
		numbers[n] = rings_get(&xdp->maps, xdp->nice, RING_STRAY, cpu);
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

static int make_rings(struct xdp *xdp, const struct cpu_roles *roles)
{
	struct host *host = xdp->maps.host;
	__u8 usable[SA_RINGS] = {0};
	int number, err;

	cpuset_each (cpu, &roles->sas) {
		number = rings_get(&xdp->maps, xdp->nice, RING_SA, cpu);
		if (number < 0)
			return number;
		usable[number] = 1;
	}
	memcpy(host->sa_cpu, usable, sizeof(usable));
	number = rings_get(&xdp->maps, xdp->nice, RING_IKE, roles->ike);
	if (number < 0)
		return number;
	SHARED(host->ike_ring) = number;
	err = aim_strays(xdp, STRAYS_CONFINED, &roles->strays);
	if (!err)
		err = aim_strays(xdp, STRAYS_SPREAD, &roles->sas);
	rings_note_nice(&xdp->maps);
	return err;
}

int xdp_set_roles(struct xdp *xdp, const struct cpu_roles *roles, char *why, size_t size)
{
	int err = make_rings(xdp, roles);

	if (err)
		return because(err, why, size, "cannot make the rings: %s", strerror(-err));
	xdp->roles = *roles;
	return 0;
}

int xdp_limit_sas(struct xdp *xdp, const cpu_set_t *cpus)
{
	struct cpu_roles roles = xdp->roles;
	int err;

	roles.sas = *cpus;
	err = make_rings(xdp, &roles);
	if (!err)
		xdp->roles = roles;
	return err;
}

/*
 * The rings to which frames may be sent, now or when SAs are placed. None is by the word of an SA
 * that is hands off, which also cannot be moved away.
 */
static void find_used(const struct xdp *xdp, bool used[SA_RINGS])
{
	const struct host *host = xdp->maps.host;

	for (__u32 i = 0; i < SA_RINGS; i++)
		used[i] = host->sa_cpu[i];
	for (int table = 0; table < STRAY_TABLES; table++)
		for (int i = 0; i < STRAY_TABLE_SIZE; i++)
			used[host->stray_ring[table][i] % SA_RINGS] = true;
	used[host->ike_ring % SA_RINGS] = true;
	for (__u32 i = 0; i < xdp->known.count; i++) {
		__u64 word = table_word(&xdp->table, xdp->known.slot[i]);

		if (!(sa_word_flags(word) & SA_HANDS_OFF))
			used[sa_word_to(word)] = used[sa_word_own(word)] = true;
	}
}

int xdp_renew_rings(struct xdp *xdp, const cpu_set_t *online, __u64 now_ns)
{
	bool used[SA_RINGS];
	int made = 0, err = 0;

	find_used(xdp, used);
	for (__u32 i = 1; i < xdp->maps.host->rings; i++) {
		if (!SHARED(maps_ring_state(&xdp->maps, i)->astray) || used[i] ||
		    !CPU_ISSET(xdp->maps.rings[i].cpu, online)) {
			xdp->unused_ns[i] = 0;
		} else if (!xdp->unused_ns[i]) {
			xdp->unused_ns[i] = now_ns;
		} else if (now_ns >= xdp->unused_ns[i] + HANDOVER_SILENCE_NS) {
			int failed = rings_renew(&xdp->maps, xdp->nice, i);

			made += !failed;
			err = failed ? failed : err;
			xdp->unused_ns[i] = 0;
		}
	}
	return err ? err : made;
}

void xdp_set_stray_limit(struct xdp *xdp, __u64 packets_per_second)
{
	__u64 allowance = (packets_per_second << WINDOW_SHIFT) / 1000000000ull;

	xdp->maps.host->stray_limit = packets_per_second;
	SHARED(xdp->maps.host->stray_allowance) = packets_per_second && !allowance ? 1 : allowance;
}

void xdp_beat(struct xdp *xdp, __u64 now_ns)
{
	const struct host *host = xdp->maps.host;
	__u64 drops = 0;

	for (__u32 i = 1; i < host->rings; i++)
		if (xdp->maps.rings[i].kind == RING_STRAY)
			drops += SHARED(maps_ring_state(&xdp->maps, i)->drops);
	xdp->stray_drops_then = xdp->stray_drops;
	xdp->stray_drops = drops;
	SHARED(xdp->maps.host->heartbeat_ns) = now_ns;
}
