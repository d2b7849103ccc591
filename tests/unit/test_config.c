// SPDX-License-Identifier: GPL-2.0-only
/* cli/config: files of settings, right and wrong, over the table of `run`. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "cli/config.h"
#include "cmd/verbs.h"
#include "daemon/run.h"

struct file {
	char path[64];
	char why[256];
	struct run_options o;
	struct config config;
};

/* Writes a file of @length bytes and reads it over the defaults of `run`. */
static int read_bytes(struct file *f, const char *text, size_t length, uint64_t given)
{
	int fd;

	snprintf(f->path, sizeof(f->path), "/tmp/espalier-config-XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), length);
	close(fd);
	memcpy(&f->o, verb_run.defaults, sizeof(f->o));
	f->why[0] = 0;
	fd = config_read(f->path, verb_run.options, given, &f->o, &f->config, f->why,
			 sizeof(f->why));
	unlink(f->path);
	return fd;
}

static int read_text(struct file *f, const char *text, uint64_t given)
{
	return read_bytes(f, text, strlen(text), given);
}

static uint64_t bit_of(const char *name)
{
	for (int i = 0; verb_run.options[i].name; i++)
		if (!strcmp(verb_run.options[i].name, name))
			return 1ull << i;
	fail_msg("run has no option %s", name);
	return 0;
}

static void right(void **state)
{
	struct file f;

	assert_int_equal(read_text(&f,
				   "# a comment\n; another\n\n[run]\n"
				   "interfaces = eth0, eth1\teth2\n"
				   "cpus=1-3\nring = 1024 ; frames\nlearn = yes\nkeep = off\n"
				   "nice: -5\nsas = /etc/espalier/sas list\n",
				   0),
			 0);
	assert_int_equal(f.config.interfaces, 3);
	assert_string_equal(f.config.interface[0], "eth0");
	assert_string_equal(f.config.interface[2], "eth2");
	assert_string_equal(f.o.cpus, "1-3");
	assert_int_equal(f.o.ring, 1024);
	assert_true(f.o.ring_given);
	assert_false(f.o.max_sas_given);
	assert_true(f.o.learn);
	assert_false(f.o.keep);
	assert_int_equal(f.o.nice, -5);
	assert_string_equal(f.o.sas, "/etc/espalier/sas list");
	config_free(&f.config);
	assert_int_equal(read_text(&f, "", 0), 0);
	assert_int_equal(f.config.interfaces, 0);
	assert_memory_equal(&f.o, verb_run.defaults, sizeof(f.o));
	config_free(&f.config);
	assert_int_equal(read_text(&f, "interfaces = a\n\tb\n", 0), 0);
	assert_int_equal(f.config.interfaces, 2);
	config_free(&f.config);
}

static void command_line_wins(void **state)
{
	struct file f;

	assert_int_equal(
		read_text(&f, "cpus = 1\nring = 64\nnice = 3\n", bit_of("cpus") | bit_of("nice")),
		0);
	assert_null(f.o.cpus);
	assert_int_equal(f.o.nice, -10);
	assert_int_equal(f.o.ring, 64);
	config_free(&f.config);
}

/* Every option that makes sense in a file is a key, and says so when it is there twice. */
static void every_option_is_a_key(void **state)
{
	for (const struct option_row *row = verb_run.options; row->name; row++) {
		char text[256], expected[256], number[16];
		const char *value = row->type == OPTION_FLAG	  ? "yes"
				    : row->type == OPTION_CPUS	  ? "0"
				    : row->type == OPTION_ADDRESS ? "::1"
				    : row->type == OPTION_CHOICE  ? row->choices[0]
				    : row->type == OPTION_NUMBER  ? number
								  : "x";
		struct file f;

		snprintf(number, sizeof(number), "%lld", (long long)row->least);
		snprintf(text, sizeof(text), "%s = %s\n%s = %s\n", row->name, value, row->name,
			 value);
		assert_int_equal(read_text(&f, text, 0), -EINVAL);
		if (row->call_only)
			snprintf(expected, sizeof(expected), "line 1: unknown key %s", row->name);
		else
			snprintf(expected, sizeof(expected), "line 2: %s is there a second time",
				 row->name);
		assert_memory_equal(f.why, expected, strlen(expected));
		config_free(&f.config);
	}
}

static void wrong(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"cpus = 1\n\ncpuss = 2\n", "line 3: unknown key cpuss (did you mean cpus?)"},
		{"colour = red\n", "line 1: unknown key colour; espalier.conf(5) lists them"},
		{"interface = eth0\n", "line 1: unknown key interface (did you mean interfaces?)"},
		{"dry-run = yes\n", "line 1: unknown key dry-run; espalier.conf(5) lists them"},
		{"ring = 0\n", "line 1: --ring 0: not a number from 1 to 16384"},
		{"ring = 1k\n", "line 1: --ring 1k: not a number from 1 to 16384"},
		{"ring =\n", "line 1: --ring : not a number from 1 to 16384"},
		{"learn = maybe\n", "line 1: --learn maybe: not yes or no"},
		{"sas =\n", "line 1: --sas: empty"},
		{"cpus = 3-1\n", "line 1: --cpus 3-1: not a list of CPUs such as 0-3,8"},
		{"# [a]\n[run]\n\n[steer]\n",
		 "line 4: unknown section [steer]; there is only [run]"},
		{"[steer]\ncpus = 1\n", "line 1: unknown section [steer]; there is only [run]"},
		{"cpus\n", "line 1: neither a comment nor KEY = VALUE"},
		{"cpus = 1\n[run\n", "line 2: neither a comment nor KEY = VALUE"},
		{"ring = 5\n nice = 5\n", "line 2: ring is there a second time"},
		{"ring = 5\nring = 5\n", "line 2: ring is there a second time"},
		/* The first mistake is told. */
		{"nonsense = 1\nring = x\n", "line 1: unknown key nonsense; espalier.conf(5) "
					     "lists them"},
	};
	struct file f;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(read_text(&f, cases[i].text, 0), -EINVAL);
		assert_string_equal(f.why, cases[i].why);
		config_free(&f.config);
	}
}

static void hostile(void **state)
{
	char *big = malloc(CONFIG_FILE_MAX + 1);
	char line[300];
	struct file f;

	assert_non_null(big);
	memset(line, 'a', sizeof(line));
	memcpy(line, "cpus = 1\n", 9);
	line[299] = '\n';
	assert_int_equal(read_bytes(&f, line, sizeof(line), 0), -EINVAL);
	assert_string_equal(f.why, "line 2: longer than 198 bytes");
	config_free(&f.config);
	assert_int_equal(read_bytes(&f, "ring = 1\nni\0ce = 1\n", 19, 0), -EINVAL);
	assert_string_equal(f.why, "line 2: not text");
	config_free(&f.config);
	memset(big, '\n', CONFIG_FILE_MAX + 1);
	assert_int_equal(read_bytes(&f, big, CONFIG_FILE_MAX, 0), 0);
	config_free(&f.config);
	assert_int_equal(read_bytes(&f, big, CONFIG_FILE_MAX + 1, 0), -EFBIG);
	config_free(&f.config);
	free(big);
	assert_int_equal(config_read("/nonexistent/espalier.conf", verb_run.options, 0, &f.o,
				     &f.config, f.why, sizeof(f.why)),
			 -ENOENT);
	assert_string_equal(f.why, "No such file or directory");
	assert_int_equal(
		config_read("/", verb_run.options, 0, &f.o, &f.config, f.why, sizeof(f.why)),
		-EISDIR);
}

/* Each prefix of a good file, under the sanitizers. */
static void prefixes(void **state)
{
	static const char text[] = "[run]\ninterfaces = eth0 eth1\nring = 512\nlearn = no\n";
	struct file f;

	for (size_t n = 0; n < sizeof(text); n++) {
		int err = read_bytes(&f, text, n, 0);

		assert_true(err == 0 || err == -EINVAL);
		assert_true(err == 0 || !strncmp(f.why, "line ", 5));
		config_free(&f.config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right),
		cmocka_unit_test(command_line_wins),
		cmocka_unit_test(every_option_is_a_key),
		cmocka_unit_test(wrong),
		cmocka_unit_test(hostile),
		cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
