/* SPDX-License-Identifier: GPL-2.0-only */
/* A follower of SAs without a socket, messages to feed it with, and what it told its consumer. */
#ifndef TESTS_UNIT_SAD_FIXTURE_H
#define TESTS_UNIT_SAD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include "sad/sad.h"

#define ATTR_SA_DIR  33
#define ATTR_SA_PCPU 35

/* What the consumer was told: `log` as "+1000 ~1000 -1000" (SPIs in hex), and the last SAs. */
struct watch {
	char log[512];
	struct sa was, now;
	int lost[3];
	uint8_t local_family;
	__be32 local[4];
};

#define assert_log(w, expected)                          \
	do {                                             \
		assert_string_equal((w)->log, expected); \
		(w)->log[0] = '\0';                      \
	} while (0)

/* The one address that the consumer calls local. */
void set_local(struct watch *w, const char *text);

struct fixture {
	struct watch watch;
	struct sad *sad;
};

int setup(void **state);
int teardown(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Feeds a copy that ends where the message ends, so that the sanitizer sees a read past it. */
int feed(struct sad *sad, const void *bytes, size_t n, uint32_t from);

size_t from_hex(const char *hex, uint8_t *bytes);
int feed_hex(struct sad *sad, const char *hex);

/* A message under construction. */
struct message {
	char bytes[2048] __attribute__((aligned(8)));
};

struct nlmsghdr *start(struct message *m, uint16_t type);
struct nlmsghdr *header(struct message *m);
int feed_message(struct sad *sad, struct message *m);

/* An SA of ESP in a message, its addresses as text. */
void fill(struct xfrm_usersa_info *info, const char *src, const char *dst, uint32_t spi);
struct xfrm_usersa_info *start_sa(struct message *m, uint16_t type, uint32_t spi);

/* What the kernel wants of a valid ESP SA: an algorithm. */
void put_aead(struct message *m);

/* All attributes that we read. */
void put_everything(struct message *m);

struct sa_id id_of(const char *dst, uint32_t spi);

/* An SA of another source than a message. */
struct sa other_sa(enum sa_source source, uint32_t spi);

#endif
