/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the two places core/ is compiled for: BPF programs and user space. */
#ifndef CORE_ENV_H
#define CORE_ENV_H

#ifdef __bpf__
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#else
#include <linux/types.h>
#include <netinet/in.h> /* the IPPROTO_ names; <linux/in.h> and it cannot both be included */
#include <stdbool.h>
#include <stddef.h>
#include <sys/cdefs.h> /* __always_inline */
#endif

#ifndef likely
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/* Hides what the compiler knows of a variable, so that it keeps a mask that the verifier needs. */
#ifndef barrier_var
#define barrier_var(var) __asm__ volatile("" : "+r"(var))
#endif

/*
 * Makes the verifier forget what it knows of x, so that paths which differ only in x are verified
 * once from there on. `any` is something that it does not know: bytes of a packet.
 */
static __always_inline __u32 forget(__u32 x, __u32 any)
{
#ifdef __bpf__
	x ^= any;
	barrier_var(x);
	x ^= any;
#else
	(void)any;
#endif
	return x;
}

/*
 * @index, to reach what may be loaded only after @word was: CPUs that take loads out of order
 * (arm64) keep to it where the address of one comes from the other. BPF has no other means on all
 * our kernels.
 */
static __always_inline __u32 after(__u64 word, __u32 index)
{
	__u64 same = word;

	barrier_var(same);
	return index + (__u32)(same ^ word);
}

/*
 * Loads from a packet at any alignment, in the byte order of the packet. The BPF compiler would
 * split a memcpy into single bytes; user space must not load through a misaligned pointer.
 */
#ifdef __bpf__
typedef __u16 __attribute__((may_alias)) env_u16;
typedef __u32 __attribute__((may_alias)) env_u32;

static __always_inline __be16 load_be16(const void *p)
{
	return *(const env_u16 *)p;
}

static __always_inline __be32 load_be32(const void *p)
{
	return *(const env_u32 *)p;
}
#else
static __always_inline __be16 load_be16(const void *p)
{
	__be16 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static __always_inline __be32 load_be32(const void *p)
{
	__be32 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}
#endif

/* Between network and host byte order; the same in both directions. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define be16_host(x) __builtin_bswap16((__u16)(x))
#define be32_host(x) __builtin_bswap32((__u32)(x))
#else
#define be16_host(x) ((__u16)(x))
#define be32_host(x) ((__u32)(x))
#endif

#endif
