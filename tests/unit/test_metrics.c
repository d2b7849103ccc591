// SPDX-License-Identifier: GPL-2.0-only
// Which SAs have series of their own, and that the others are not missing from the sum.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "core/random.h"
#include "show/metrics.h"

enum { MOST = 1000, SAS = 2500 };

struct fixture {
	struct snapshot snapshot;
	char *text; /* what was written */
	size_t size;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	uint64_t random = 1;

	assert_non_null(f);
	f->snapshot.sa = calloc(SAS, sizeof(*f->snapshot.sa));
	assert_non_null(f->snapshot.sa);
	for (uint32_t i = 0; i < SAS; i++)
		f->snapshot.sa[i] = (struct snapshot_sa){
			.spi = i + 1,
			.family = AF_INET,
			.load = random_below(&random, 1000) / 1e3,
		};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->snapshot.sa);
	free(f->text);
	free(f);
	return 0;
}

static void write_them(struct fixture *f, size_t sas)
{
	FILE *file;

	free(f->text);
	f->snapshot.sas = sas;
	file = open_memstream(&f->text, &f->size);
	assert_non_null(file);
	metrics_write(file, &f->snapshot, "");
	assert_int_equal(fclose(file), 0);
}

/* The number behind a series without labels of its own. */
static double number_of(const struct fixture *f, const char *name)
{
	char begin[80];
	const char *line;

	snprintf(begin, sizeof(begin), "\n%s{netns=\"\"} ", name);
	line = strstr(f->text, begin);
	assert_non_null(line);
	return atof(line + strlen(begin));
}

/* The sum of the SAs' series, their number and the least. */
static double listed(const struct fixture *f, size_t *n, double *least)
{
	static const char begin[] = "\nespalier_sa_load_ratio{";
	double sum = 0;

	*n = 0;
	*least = INFINITY;
	for (const char *line = f->text; (line = strstr(line, begin)); line++) {
		double load = atof(strchr(line, '}') + 1);

		sum += load;
		*least = fmin(*least, load);
		++*n;
	}
	return sum;
}

static void check_sums(struct fixture *f, size_t sas)
{
	double all = 0, least, sum;
	size_t n, heavier = 0;

	write_them(f, sas);
	sum = listed(f, &n, &least);
	for (size_t i = 0; i < sas; i++) {
		all += f->snapshot.sa[i].load;
		heavier += f->snapshot.sa[i].load > least;
	}
	assert_int_equal(n, sas < MOST ? sas : MOST);
	assert_true(heavier < MOST); /* none of those left out is heavier than one that is not */
	assert_true(number_of(f, "espalier_sas_unlisted") == (double)(sas - n));
	assert_true(fabs(all - sum - number_of(f, "espalier_sas_unlisted_load_ratio")) < 0.01);
}

static void test_the_heaviest_are_listed(void **state)
{
	check_sums(*state, SAS);
	check_sums(*state, MOST + 1);
}

static void test_few_are_all_listed(void **state)
{
	check_sums(*state, MOST);
	check_sums(*state, 7);
}

/* Loads that are not known count as none. */
static void test_unknown_loads(void **state)
{
	struct fixture *f = *state;
	double all = 0, least, sum;
	size_t n;

	for (size_t i = 0; i < SAS; i += 2) {
		f->snapshot.sa[i].load = NAN;
		all += f->snapshot.sa[i + 1].load;
	}
	write_them(f, SAS);
	sum = listed(f, &n, &least);
	assert_int_equal(n, MOST);
	assert_true(fabs(all - sum - number_of(f, "espalier_sas_unlisted_load_ratio")) < 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_heaviest_are_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_few_are_all_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_loads, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
