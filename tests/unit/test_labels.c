// SPDX-License-Identifier: GPL-2.0-only
// Labels for CPUs: each CPU gets all of its own, and only such as lead to it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/random.h"
#include "place/labels.h"

/* A hash for each label that looks like the kernel's. */
static uint32_t hash_of(uint32_t label)
{
	uint64_t state = label;

	return (uint32_t)random_next(&state);
}

static uint32_t fill(struct labels *labels, unsigned int cpus)
{
	uint32_t label = 0;

	assert_int_equal(labels_init(labels, cpus), 0);
	do
		label++;
	while (!labels_take(labels, label, hash_of(label)));
	return label;
}

static void each_label_leads_to_its_cpu(void **state)
{
	static const unsigned int sizes[] = {1, 2, 3, 7, 128};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct labels labels;

		fill(&labels, sizes[i]);
		for (unsigned int cpu = 0; cpu < sizes[i]; cpu++) {
			const struct label_row *row = &labels.row[cpu];

			for (unsigned int l = 0; l < LABELS; l++) {
				assert_true(row->sa[l]);
				assert_int_equal(label_cpu(hash_of(row->sa[l]), sizes[i]), cpu);
			}
			assert_true(row->other);
			assert_int_equal(label_cpu(hash_of(row->other), sizes[i]), cpu);
		}
		labels_free(&labels);
	}
}

/* They are taken as they come, so a row rises; what is no SA's comes last. */
static void no_label_is_taken_twice(void **state)
{
	struct labels labels;

	fill(&labels, 3);
	for (unsigned int cpu = 0; cpu < 3; cpu++) {
		const struct label_row *row = &labels.row[cpu];

		for (unsigned int l = 1; l < LABELS; l++)
			assert_true(row->sa[l] > row->sa[l - 1]);
		assert_true(row->other > row->sa[LABELS - 1]);
	}
	labels_free(&labels);
}

/* What the header of sas/labels.c relies on: eight times as many as are needed are enough. */
static void few_tries_are_enough(void **state)
{
	struct labels labels;

	assert_true(fill(&labels, 128) < 2 * 128 * LABELS);
	labels_free(&labels);
	assert_int_equal(fill(&labels, 1), LABELS + 1);
	labels_free(&labels);
}

/* RPS takes the CPU by the upper bits. */
static void hashes_are_scaled(void **state)
{
	assert_int_equal(label_cpu(0, 4), 0);
	assert_int_equal(label_cpu(0x3fffffff, 4), 0);
	assert_int_equal(label_cpu(0x40000000, 4), 1);
	assert_int_equal(label_cpu(0xffffffff, 4), 3);
	assert_int_equal(label_cpu(0xffffffff, 1), 0);
}

/* SAs of one CPU are not all one flow to those who look at hashes. */
static void sas_bear_many_labels(void **state)
{
	struct label_row row;
	unsigned int seen[LABELS] = {0}, different = 0;

	for (unsigned int l = 0; l < LABELS; l++)
		row.sa[l] = l;
	for (uint64_t spi = 0; spi < 4 * LABELS; spi++)
		different += !seen[label_of_sa(&row, spi << 12)]++;
	assert_true(different > LABELS * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_label_leads_to_its_cpu),
		cmocka_unit_test(no_label_is_taken_twice),
		cmocka_unit_test(few_tries_are_enough),
		cmocka_unit_test(hashes_are_scaled),
		cmocka_unit_test(sas_bear_many_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
