// SPDX-License-Identifier: GPL-2.0-only
// When what comes after decryption is measured, and what is made of it.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "daemon/after.h"

#define SECOND 1000000000ull

/* What stands in for the kernel's sampling. */
static struct {
	bool running, loaded;
	int begun, load_err, begin_err;
	struct stages_seen seen;
} kernel;

static char somewhere;

int __wrap_stages_load(struct stages **stages, enum stage backlog, char *why, size_t size);
int __wrap_stages_begin(struct stages *stages, char *why, size_t size);
int __wrap_stages_read(const struct stages *stages, struct stages_seen *seen);
void __wrap_stages_end(struct stages *stages);
void __wrap_stages_free(struct stages *stages);

int __wrap_stages_load(struct stages **stages, enum stage backlog, char *why, size_t size)
{
	if (kernel.load_err) {
		snprintf(why, size, "no");
		return kernel.load_err;
	}
	kernel.loaded = true;
	*stages = (struct stages *)&somewhere;
	return 0;
}

int __wrap_stages_begin(struct stages *stages, char *why, size_t size)
{
	assert_false(kernel.running);
	if (kernel.begin_err) {
		snprintf(why, size, "no");
		return kernel.begin_err;
	}
	kernel.running = true;
	kernel.begun++;
	return 0;
}

int __wrap_stages_read(const struct stages *stages, struct stages_seen *seen)
{
	assert_true(kernel.running);
	*seen = kernel.seen;
	return 0;
}

void __wrap_stages_end(struct stages *stages)
{
	assert_true(kernel.running);
	kernel.running = false;
}

void __wrap_stages_free(struct stages *stages)
{
	if (stages)
		kernel.loaded = kernel.running = false;
}

static int setup(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	/* CPU 1 decrypts, and spends a fifth of its time on what comes after; another CPU all of
	 * it. */
	kernel.seen.seconds = 2;
	kernel.seen.cpu[1].samples[STAGE_DECRYPT] = 600;
	kernel.seen.cpu[1].samples[STAGE_AFTER] = 200;
	kernel.seen.cpu[1].samples[STAGE_IDLE] = 200;
	kernel.seen.cpu[2].samples[STAGE_AFTER] = 1000;
	return 0;
}

/* It takes two seconds, and then is known for a minute. */
static void it_is_measured_now_and_then(void **state)
{
	struct after after = {0};
	struct after_sa sa = {.spi = 7, .cpu = 1};
	uint64_t now = 5 * SECOND;

	after_open(&after);
	assert_true(kernel.loaded);
	for (int i = 0; i < 2; i++, now += SECOND, sa.packets += 100000) {
		assert_true(after_look(&after, &sa, now).ns == 0);
		assert_true(kernel.running);
	}
	for (int i = 0; i < 60; i++, now += SECOND, sa.packets += 100000) {
		struct after_cost cost = after_look(&after, &sa, now);

		assert_false(kernel.running);
		assert_true(fabs(cost.share - 0.2) < 1e-9);
		assert_true(fabs(cost.ns - 0.2 * 2e9 / 200000) < 1e-6);
	}
	assert_int_equal(kernel.begun, 1);
	assert_true(after_look(&after, &sa, now).ns == 0);
	assert_int_equal(kernel.begun, 2);
	after_close(&after);
	assert_false(kernel.loaded);
}

/* Nobody asks any more, or about another SA, or it moved: what was begun tells nothing. */
static void it_ends_with_its_reason(void **state)
{
	struct after after = {0};
	struct after_sa sa = {.spi = 7, .cpu = 1};

	after_open(&after);
	after_look(&after, &sa, SECOND);
	assert_true(kernel.running);
	after_look(&after, NULL, 2 * SECOND);
	assert_false(kernel.running);
	after_look(&after, &sa, 3 * SECOND);
	sa.cpu = 2;
	sa.packets = 100000;
	assert_true(after_look(&after, &sa, 5 * SECOND).ns == 0);
	assert_int_equal(kernel.begun, 3);
	sa.spi = 8;
	assert_true(after_look(&after, &sa, 7 * SECOND).ns == 0);
	assert_int_equal(kernel.begun, 4);
	/* Next to no packets: measured again. */
	sa.packets += 10;
	assert_true(after_look(&after, &sa, 9 * SECOND).ns == 0);
	after_look(&after, &sa, 10 * SECOND);
	assert_int_equal(kernel.begun, 5);
	after_close(&after);
}

static void where_it_cannot(void **state)
{
	struct after after = {0};
	struct after_sa sa = {.spi = 7, .cpu = 1};

	assert_true(isnan(after_look(&after, &sa, SECOND).ns));
	kernel.load_err = -EPERM;
	after_open(&after);
	assert_true(isnan(after_look(&after, &sa, SECOND).ns));
	kernel.load_err = 0;
	kernel.begin_err = -EACCES;
	after_open(&after);
	assert_true(isnan(after_look(&after, &sa, SECOND).ns));
	assert_false(kernel.loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_measured_now_and_then, setup),
		cmocka_unit_test_setup(it_ends_with_its_reason, setup),
		cmocka_unit_test_setup(where_it_cannot, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
