// SPDX-License-Identifier: GPL-2.0-only
// core/quick.h: whatever it takes it takes as the parser does, and it takes what it is there for.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/quick.h"
#include "frames.h"

#define MUTATED 1000000

static const struct sa_table_shape shape = {.bits = 10, .seed = 0x123456789abcdefull};

/* From a copy that ends where its memory ends, so that ASan sees a read past the end. */
static bool take(const char *name, long n, const __u8 *bytes, size_t len)
{
	__u8 *copy = malloc(len);
	struct quick q;
	struct flow f;
	bool taken;

	if (len)
		memcpy(copy, bytes, len);
	taken = quick_parse(&q, &shape, copy, copy + len);
	flow_parse(&f, copy, copy + len, NULL);
	free(copy);
	if (taken && !quick_is_right(&q, &shape, &f))
		fail_msg("%s, %ld: taken for what it is not", name, n);
	return taken;
}

static const struct frame *frame_named(const char *name)
{
	for (size_t i = 0; i < frames_count; i++)
		if (!strcmp(frames[i].name, name))
			return &frames[i];
	fail_msg("no frame %s", name);
	return NULL;
}

static void plain_frames_are_taken(void **state)
{
	static const char *const names[] = {
		"esp4",
		"vlan esp4",
		"esp4 padded",
		"esp4 header only",
		"esp4 head of a large packet",
		"esp4 spi and seq all ones",
		"esp4 tos and ttl",
		"esp4 spi in the low byte only",
		"esp-udp4",
		"esp-udp4 from a translated port",
		"esp-udp4 9 bytes",
		"esp6",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct frame *frame = frame_named(names[i]);

		if (!take(frame->name, 0, frame->bytes, frame->len))
			fail_msg("%s: left to the parser", frame->name);
	}
}

/* All frames, each cut to every length. */
static void prefixes_are_taken_as_parsed(void **state)
{
	size_t taken = 0;

	for (size_t i = 0; i < frames_count; i++)
		for (size_t len = 0; len <= frames[i].len; len++)
			taken += take(frames[i].name, (long)len, frames[i].bytes, len);
	assert_true(taken > 50);
}

static void mutated_frames_are_taken_as_parsed(void **state)
{
	size_t taken = 0;

	for (uint64_t seed = 0; seed < MUTATED; seed++) {
		__u8 buf[FRAME_MAX];
		size_t len;
		const struct frame *frame = frames_mutated(seed, buf, &len);

		taken += take(frame->name, (long)seed, buf, len);
	}
	assert_true(taken > MUTATED / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_frames_are_taken),
		cmocka_unit_test(prefixes_are_taken_as_parsed),
		cmocka_unit_test(mutated_frames_are_taken_as_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
