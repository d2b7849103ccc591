// SPDX-License-Identifier: GPL-2.0-only
// What several policies need.
#include "balance_policy.h"

#include <stdlib.h>
#include "host/clock.h"
#include "spi.h"

const struct policy *const policies[POLICIES] = {
	[POLICY_RSS_SPI] = &policy_rss_spi,
	[POLICY_RSS_ADDRESSES] = &policy_rss_addresses,
	[POLICY_ROUND_ROBIN] = &policy_round_robin,
	[POLICY_RSSPP] = &policy_rsspp,
	[POLICY_RSSPP_KERNEL] = &policy_rsspp_kernel,
	[POLICY_ESPALIER] = &policy_espalier,
	[POLICY_ESPALIER_OWN] = &policy_espalier_own,
	[POLICY_ORACLE] = &policy_oracle,
	[POLICY_ORACLE_SLOW] = &policy_oracle_slow,
};

/* Microsoft's, which some drivers take; the others' are random and no better or worse. */
void policy_hash_key(struct toeplitz *toeplitz)
{
	static const __u8 key[] = {
		0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
		0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
		0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
	};

	toeplitz_init(toeplitz, key, sizeof(key));
}

/* Our gateway is 192.0.2.1, its peers are anywhere. */
uint32_t policy_hash(const struct toeplitz *toeplitz, const struct trace_sa *sa, bool spi)
{
	uint32_t hash = toeplitz_part(toeplitz, 0, be32_host(bench_spi(~sa->peer))) ^
			toeplitz_part(toeplitz, 4, be32_host(0xc0000201));

	return spi ? hash ^ toeplitz_part(toeplitz, 8, be32_host(sa->spi)) : hash;
}

void policy_free(struct placement *p)
{
	free(p->state);
}

void policy_move(struct placement *p, size_t sa, int cpu)
{
	if (p->cpu[sa] == cpu)
		return;
	p->moves++;
	p->charge[p->cpu[sa]] += MOVE_S / STEP_S;
	p->charge[cpu] += MOVE_S / STEP_S;
	p->cpu[sa] = cpu;
}

double policy_clock(void)
{
	return (double)clock_ns(CLOCK_THREAD_CPUTIME_ID) / 1e9;
}

void policy_round(struct placement *p, double began)
{
	double took = policy_clock() - began;

	p->rounds++;
	p->seconds += took;
	p->longest = took > p->longest ? took : p->longest;
}
