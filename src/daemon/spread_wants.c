// SPDX-License-Identifier: GPL-2.0-only
// Which inner flows are to be spread, and over which CPUs.
#include "daemon/spread_wants.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "host/cpuset.h"
#include "sad/sa_tunnel.h"
#include "steer/method.h"

/* The interfaces that SAs come out of, with the heaviest SA of each that was seen yet. */
struct tunnels {
	struct tunnel {
		const struct link *link;
		struct spread_sa sa; /* spi 0: none yet */
	} * at;
	size_t count, room;
	size_t keyed; /* so many of them are found by if_id: sort() */
	int err;
};

static void add_tunnel(void *ctx, const struct link *link)
{
	struct tunnels *all = ctx;
	struct tunnel *grown;

	if (!sa_tunnel_kind(link))
		return;
	if (all->count == all->room) {
		grown = realloc(all->at, (2 * all->room + 8) * sizeof(*grown));
		if (!grown) {
			all->err = -ENOMEM;
			return;
		}
		all->at = grown;
		all->room = 2 * all->room + 8;
	}
	all->at[all->count++] = (struct tunnel){.link = link};
}

static bool has_key(const struct tunnel *tunnel)
{
	return !strcmp(tunnel->link->kind, "xfrm") && !tunnel->link->tunnel.any;
}

/* Many SAs look for theirs: first come xfrm interfaces with an if_id, by that; then all others. */
static int by_key(const void *a, const void *b)
{
	const struct tunnel *x = a, *y = b;
	uint32_t x_key = x->link->tunnel.key, y_key = y->link->tunnel.key;

	if (has_key(x) != has_key(y))
		return has_key(y) - has_key(x);
	return (x_key > y_key) - (x_key < y_key);
}

static void sort(struct tunnels *all)
{
	if (all->count)
		qsort(all->at, all->count, sizeof(*all->at), by_key);
	while (all->keyed < all->count && has_key(&all->at[all->keyed]))
		all->keyed++;
}

/* The first with that if_id or a higher one. */
static size_t first_of(const struct tunnels *all, uint32_t if_id)
{
	size_t low = 0, high = all->keyed;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (all->at[middle].link->tunnel.key < if_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The one that the packets of this SA come out of, or NULL. */
static struct tunnel *tunnel_of(const struct tunnels *all, const struct sa *sa)
{
	struct tunnel *best = NULL;
	int most = 0, sure;

	for (size_t i = first_of(all, sa->if_id); i < all->count; i++) {
		if (i < all->keyed && all->at[i].link->tunnel.key != sa->if_id)
			i = all->keyed;
		sure = i < all->count ? sa_tunnel(sa, all->at[i].link) : 0;
		if (sure > most) {
			most = sure;
			best = &all->at[i];
		}
	}
	return best;
}

/* What is to be known of an SA. False: it does not go by our rings. */
static bool look_at(const struct sas *sas, const struct sa *sa, struct spread_sa *seen)
{
	int slot = sas_find(sas, &sa->id);
	uint32_t load;

	if (slot < 0 || sa->offload != SA_OFFLOAD_NONE)
		return false;
	load = table_cold(&sas->table, slot)->load;
	*seen = (struct spread_sa){
		.spi = sa->id.spi,
		.if_id = sa->if_id,
		.cpu = (int)sas_cpu(sas, (__u32)slot),
		.load = load == LOAD_UNKNOWN ? -1 : (double)load / LOAD_ONE,
		.packets = maps_counted(&sas->maps, (__u32)slot).packets,
	};
	return true;
}

static bool heavier(const struct spread_sa *a, const struct spread_sa *b)
{
	if (!b->spi)
		return true;
	return a->load > b->load || (a->load == b->load && a->packets > b->packets);
}

struct search {
	const struct sas *sas;
	struct tunnels *tunnels;
	struct spread_sa without; /* the heaviest of the kernel's that come out of none */
};

static int see_sa(void *arg, const struct sa *sa)
{
	struct search *search = arg;
	struct spread_sa seen;
	struct tunnel *tunnel;

	if (!look_at(search->sas, sa, &seen))
		return 0;
	tunnel = tunnel_of(search->tunnels, sa);
	if (tunnel && heavier(&seen, &tunnel->sa))
		tunnel->sa = seen;
	else if (!tunnel && sa->source == SA_KERNEL && heavier(&seen, &search->without))
		search->without = seen;
	return 0;
}

static void add_want(struct spread_wants *wants, const struct tunnel *tunnel, const cpu_set_t *cpus)
{
	struct spread_want *want = &wants->want[wants->count++];

	*want = (struct spread_want){
		.ifindex = tunnel->link->ifindex, .cpus = *cpus, .sa = tunnel->sa, .after_ns = NAN};
	memcpy(want->name, tunnel->link->name, sizeof(want->name));
	wants->state = INNER_SPREAD;
}

static void miss(struct spread_wants *wants, enum inner_state state, const struct spread_sa *sa)
{
	wants->state = state;
	wants->sa = *sa;
}

/* The SA comes out of no interface that we see. */
static void miss_interface(struct spread_wants *wants, const struct spread_sa *sa)
{
	miss(wants, sa->if_id ? INNER_ELSEWHERE : INNER_POLICY, sa);
}

/* Each interface that SAs come out of. */
static void by_list(const struct spread_needs *needs, const cpu_set_t *given,
		    struct tunnels *tunnels, struct spread_wants *wants)
{
	struct search search = {.sas = needs->sas, .tunnels = tunnels};
	cpu_set_t cpus;

	sad_each(needs->sad, see_sa, &search);
	if (search.without.spi)
		miss_interface(wants, &search.without);
	for (size_t i = 0; i < tunnels->count; i++) {
		if (!tunnels->at[i].sa.spi)
			continue;
		inner_cpus(given, &needs->roles->wanted.online, tunnels->at[i].sa.cpu, &cpus);
		if (CPU_COUNT(&cpus))
			add_want(wants, &tunnels->at[i], &cpus);
		else if (!wants->count)
			miss(wants, INNER_NO_CPU, &tunnels->at[i].sa);
	}
}

/* The CPUs that would take the inner flows of the heavy SA: ours, or if none is left any. */
static void cpus_for(const struct spread_needs *needs, int cpu, cpu_set_t *cpus)
{
	const struct wanted_cpus *wanted = &needs->roles->wanted;

	inner_cpus(&wanted->cpus, &wanted->online, cpu, cpus);
	if (!CPU_COUNT(cpus))
		inner_cpus(&wanted->online, &wanted->online, cpu, cpus);
}

/* What comes after decryption is measured while there may be a reason to spread it. */
static struct inner_seen see(const struct spread_needs *needs, const struct spread_sa *sa,
			     const cpu_set_t *cpus, struct spread_auto *by, uint64_t now_ns)
{
	const struct sas_loads *loads = rounds_loads(needs->rounds);
	const struct after_sa asked = {sa->spi, sa->cpu, sa->packets};
	struct after_cost after;
	struct inner_seen seen = {
		.sa = sa->load,
		.cpu = loads->cpu[sa->cpu].sas + loads->cpu[sa->cpu].other,
		.count = (unsigned int)CPU_COUNT(cpus),
		.packet_ns = 1e9 * loads->cost.packet,
	};

	cpuset_each (cpu, cpus)
		seen.others += (loads->cpu[cpu].sas + loads->cpu[cpu].other) / seen.count;
	after = after_look(&by->after, !by->inner.on && seen.cpu >= INNER_BUSY ? &asked : NULL,
			   now_ns);
	seen.after_ns = after.ns;
	seen.after = after.share;
	return seen;
}

/* The SA that a CPU is kept for; NULL: there is none. */
static const struct sa *heavy_sa(const struct spread_needs *needs)
{
	int slot = kept_slot(rounds_kept(needs->rounds), needs->sas);
	const struct sa_cold *cold = slot < 0 ? NULL : table_cold(&needs->sas->table, slot);
	struct sa_id id = {0};

	if (!cold)
		return NULL;
	id.family = cold->family;
	id.protocol = cold->protocol;
	id.spi = sa_word_spi(table_word(&needs->sas->table, (__u32)slot));
	memcpy(id.dst, cold->dst, sizeof(id.dst));
	return sad_find(needs->sad, &id);
}

/* The interface of the heavy SA, while that is worth it. */
static void by_load(const struct spread_needs *needs, struct spread_auto *by, uint64_t now_ns,
		    struct tunnels *tunnels, struct spread_wants *wants)
{
	const struct sa *sa = heavy_sa(needs);
	struct inner_seen seen = {0};
	struct tunnel *tunnel = NULL;
	struct spread_sa its = {0};
	cpu_set_t cpus;

	if (sa && look_at(needs->sas, sa, &its)) {
		tunnel = tunnel_of(tunnels, sa);
		cpus_for(needs, its.cpu, &cpus);
	}
	if (tunnel)
		seen = see(needs, &its, &cpus, by, now_ns);
	else
		after_look(&by->after, NULL, now_ns);
	inner_tick(&by->inner, tunnel ? &seen : NULL, now_ns);
	rounds_kept(needs->rounds)->taken = by->inner.taken;
	wants->hold = !its.spi && by->inner.on; /* as between an SA and that which replaces it */
	if (its.spi && !tunnel && sa->source == SA_KERNEL)
		miss_interface(wants, &its);
	else if (tunnel && !seen.count)
		miss(wants, INNER_NO_CPU, &its);
	if (!tunnel || !by->inner.on)
		return;
	tunnel->sa = its;
	add_want(wants, tunnel, &cpus);
	wants->want[0].after_ns = by->after.cost.ns;
}

/* How many interfaces are steered; and whether what all of them hand on bears nothing of the NIC.
 */
static int steered(const struct sas *sas, bool *bare)
{
	int n = 0;

	*bare = true;
	for (int i = 0; i < HOST_INTERFACES; i++) {
		const struct host_interface *its = &sas->maps.host->interface[i];

		if (!its->ifindex)
			continue;
		n++;
		*bare &= method_has(method_find(its->method), METHOD_BARE);
	}
	return n;
}

int spread_wants(const struct spread_needs *needs, const cpu_set_t *given, struct spread_auto *by,
		 uint64_t now_ns, struct spread_wants *wants)
{
	struct tunnels tunnels = {0};
	bool bare;

	*wants = (struct spread_wants){.state = INNER_OFF};
	if (inner_how(needs->options) != INNER_AUTO) {
		by->inner = (struct inner){0};
		rounds_kept(needs->rounds)->taken = 0;
	}
	if (inner_how(needs->options) == INNER_NEVER)
		return 0;
	wants->state = INNER_LIGHT;
	if (!steered(needs->sas, &bare))
		return 0;
	if (!bare) {
		wants->state = INNER_METHOD;
		return 0;
	}
	watch_each(needs->watch, add_tunnel, &tunnels);
	wants->want = calloc(tunnels.count + 1, sizeof(*wants->want));
	if (!wants->want || tunnels.err) {
		free(wants->want);
		free(tunnels.at);
		return -ENOMEM;
	}
	sort(&tunnels);
	if (inner_how(needs->options) == INNER_AUTO)
		by_load(needs, by, now_ns, &tunnels, wants);
	else
		by_list(needs, given, &tunnels, wants);
	free(tunnels.at);
	return 0;
}
