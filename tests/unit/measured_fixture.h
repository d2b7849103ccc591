/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that a measurement saw, made by hand. */
#ifndef TESTS_UNIT_MEASURED_FIXTURE_H
#define TESTS_UNIT_MEASURED_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include "nic/measured.h"

/* The key of Microsoft's verification suite. */
static const uint8_t microsoft_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static inline struct flow flow(uint8_t kind, const char *src, const char *dst, uint32_t spi)
{
	struct flow f = {.kind = kind, .family = 4, .spi = spi};

	if (kind == FLOW_ESP_UDP)
		f.sport = f.dport = 4500;
	if (!inet_pton(AF_INET, src, f.src)) {
		f.family = 6;
		assert_int_equal(inet_pton(AF_INET6, src, f.src), 1);
		assert_int_equal(inet_pton(AF_INET6, dst, f.dst), 1);
	} else {
		assert_int_equal(inet_pton(AF_INET, dst, f.dst), 1);
	}
	return f;
}

static inline void see(struct measured *m, const struct flow *f, uint16_t queue, uint32_t hash,
		       int n)
{
	struct flow each = *f;

	while (n--) {
		each.seq++;
		assert_int_equal(measured_add(m, &each, queue, hash), 0);
	}
}

#endif
