// SPDX-License-Identifier: GPL-2.0-only
// Fills the idle half of a set of addresses.
#include "sas/local.h"

#include <string.h>
#include <sys/socket.h>

/* Places tried before giving up; at 3,500 addresses of 4,096 places it takes a few dozen. */
enum { LOCAL_TRIES = 500 };

static bool is_empty(const __be32 slot[4])
{
	return !(slot[0] | slot[1] | slot[2] | slot[3]);
}

static bool put(struct addr_bucket *bucket, const __be32 addr[4])
{
	for (int i = 0; i < ADDR_BUCKET_SLOTS; i++) {
		if (!is_empty(bucket->slot[i]))
			continue;
		memcpy(bucket->slot[i], addr, sizeof(bucket->slot[i]));
		return true;
	}
	return false;
}

static void swap(__be32 a[4], __be32 b[4])
{
	__be32 c[4];

	memcpy(c, a, sizeof(c));
	memcpy(a, b, sizeof(c));
	memcpy(b, c, sizeof(c));
}

/*
 * Puts @addr into one of its buckets. If both are full it takes the place of another address,
 * which goes to its other bucket, and so on; the last one without a place is left in @addr.
 */
static bool place(struct addr_half *half, __u64 seed, __be32 addr[4])
{
	__u32 bucket[2], turn = 0;

	for (int tries = 0; tries < LOCAL_TRIES; tries++) {
		addr_buckets(seed, addr, bucket);
		if (put(&half->bucket[bucket[0]], addr) || put(&half->bucket[bucket[1]], addr))
			return true;
		turn = turn * 1103515245 + 12345;
		swap(addr, half->bucket[bucket[turn >> 16 & 1]].slot[turn >> 20 & 3]);
	}
	return false;
}

bool local_fill(struct addr_half *half, __u64 seed, const struct local_address *list, size_t count)
{
	__be32 addr[4];

	memset(half, 0, sizeof(*half));
	for (size_t i = 0; i < count; i++) {
		__u32 bucket[2];

		addr_unify(addr, list[i].family == AF_INET6 ? 6 : 4, list[i].addr);
		addr_buckets(seed, addr, bucket);
		if (is_empty(addr) || addr_bucket_has(&half->bucket[bucket[0]], addr) ||
		    addr_bucket_has(&half->bucket[bucket[1]], addr))
			continue;
		if (!place(half, seed, addr)) {
			half->full = 1;
			break;
		}
	}
	return !half->full;
}
