// SPDX-License-Identifier: GPL-2.0-only
// The Toeplitz hashes of DPDK, by their own headers and library.
#include <cpuid.h>
#include <rte_thash.h>
#include <stdlib.h>
#include <string.h>
#include "hasher.h"

enum { KEY = 40 };

static void *softrss_prepare(const uint8_t *key)
{
	uint32_t *converted = calloc(1, KEY), words[KEY / 4];

	memcpy(words, key, KEY);
	if (converted)
		rte_convert_rss_key(words, converted, KEY);
	return converted;
}

static inline uint32_t softrss(const void *key, const uint8_t *tuple, uint32_t len)
{
	return rte_softrss_be((uint32_t *)(uintptr_t)tuple, len / 4, key);
}

HASHER_LOOPS(softrss, softrss)

#ifdef RTE_THASH_GFNI_DEFINED
static void *gfni_prepare(const uint8_t *key)
{
	uint64_t *matrixes = aligned_alloc(64, KEY * sizeof(*matrixes));

	if (matrixes)
		rte_thash_complete_matrix(matrixes, key, KEY);
	return matrixes;
}

static inline uint32_t gfni(const void *matrixes, const uint8_t *tuple, uint32_t len)
{
	return rte_thash_gfni(matrixes, tuple, (int)len);
}

HASHER_LOOPS(gfni, gfni)

/* rte_thash_gfni_supported() of Debian's build always says no. */
static bool cpu_has_gfni(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & bit_GFNI && b & bit_AVX512F;
}
#endif

const struct hasher *const *hashers_dpdk(void)
{
	static const struct hasher plain = {"rte_softrss_be", true, softrss_prepare, softrss_all,
					    softrss_chain};
#ifdef RTE_THASH_GFNI_DEFINED
	static const struct hasher vector = {"rte_thash_gfni", false, gfni_prepare, gfni_all,
					     gfni_chain};
	static const struct hasher *const all[] = {&plain, &vector, NULL};

	if (cpu_has_gfni())
		return all;
#endif
	static const struct hasher *const one[] = {&plain, NULL};

	return one;
}
