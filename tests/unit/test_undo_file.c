// SPDX-License-Identifier: GPL-2.0-only
// The file of changed settings: written first, root's alone, and never believed half.
#include "steer/undo.h"
#include "undo_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void files_are_roots_alone(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo;
	struct stat st;
	mode_t old = umask(0);

	undo = open_undo();
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_false(file_exists());
	assert_int_equal(undo_record(undo, &mask), 0);
	assert_int_equal(stat(state_file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	undo_close(undo);
	umask(old);
}

static void assert_refused(int err, const char *says)
{
	struct undo *undo;
	char why[512] = "";

	assert_int_equal(undo_open(&undo, dir, "s.json", NULL, NULL, why, sizeof(why)), err);
	assert_null(undo);
	if (!strstr(why, says) || !strstr(why, dir))
		fail_msg("\"%s\" does not say \"%s\" and name %s", why, says, dir);
}

static void strangers_files_are_refused(void **state)
{
	sh("mkdir -m 700 %s && echo '{}' > %s && chown 1 %s", dir, state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("chown 0 %s && chmod 666 %s", state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("chmod 600 %s && ln %s %s/hard", state_file, state_file, dir);
	assert_refused(-EPERM, "root alone");
	sh("rm %s && ln -s hard %s", state_file, state_file);
	assert_refused(-ELOOP, "root alone");
	sh("rm %s && mkfifo %s", state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("rm %s && mkdir %s", state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("rm -r %s && mkdir -m 777 %s", dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("chmod 700 %s && chown 1 %s", dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("mv %s %s-real && chown 0 %s-real && ln -s %s-real %s", dir, dir, dir, dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("rm -r %s %s-real && touch %s", dir, dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("rm %s", dir);
	snprintf(dir + strlen(dir), 16, "/deeper");
	assert_refused(-ENOENT, "No such file");
	*strrchr(dir, '/') = 0;
}

static void put_state(const char *text)
{
	FILE *file = fopen(state_file, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(state_file, 0600), 0);
}

static void assert_state(const char *text)
{
	char got[4096] = "";
	FILE *file = fopen(state_file, "r");

	assert_non_null(file);
	(void)fread(got, 1, sizeof(got) - 1, file);
	fclose(file);
	assert_string_equal(got, text);
}

#define CHANGE(ifindex, kind, knob)                                                         \
	"{\"interface\":\"v0\",\"ifindex\":" ifindex ",\"mac\":\"\",\"kind\":\"" kind "\"," \
	"\"knob\":\"" knob "\",\"old\":\"0\",\"new\":\"1\",\"reason\":\"\"}"
#define STATE(changes, attached) \
	"{\"version\":1,\"changes\":[" changes "],\"attached\":[" attached "]}"

static void damaged_files_change_nothing(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"[]",
		"null",
		"{}",
		"{\"version\":1}",
		"{\"version\":2,\"changes\":[],\"attached\":[]}",
		"{\"version\":\"1\",\"changes\":[],\"attached\":[]}",
		"{\"version\":1,\"changes\":{},\"attached\":[]}",
		STATE("", "") "x",
		STATE("1", ""),
		STATE("{}", ""),
		STATE("null", ""),
		STATE(CHANGE("-1", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("4294967296", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("\"2\"", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("0", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("2", "nonsense", "rx-0/rps_cpus"), ""),
		/* knobs that lead elsewhere */
		STATE(CHANGE("2", "queue", "rx-0/../../mtu"), ""),
		STATE(CHANGE("2", "queue", "../mtu"), ""),
		STATE(CHANGE("2", "queue", "rx-0/rps_cpus/"), ""),
		STATE(CHANGE("2", "queue", "rx--1/rps_cpus"), ""),
		STATE(CHANGE("2", "queue", "tx-0/xps_cpus"), ""),
		STATE(CHANGE("0", "sysctl", "kernel/core_pattern"), ""),
		STATE(CHANGE("0", "sysctl", "net/../kernel/core_pattern"), ""),
		STATE(CHANGE("0", "sysctl", "/etc/passwd"), ""),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":2,\"mac\":\"\"}"),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":2,\"mac\":\"\",\"before\":[{}]}"),
		STATE("", "{\"interface\":\"an-overlong-name\",\"ifindex\":2,\"mac\":\"\","
			  "\"before\":[]}"),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":0,\"mac\":\"\",\"before\":[]}"),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":2,\"mac\":\"\",\"before\":[],"
			  "\"after\":3}"),
	};
	size_t i;

	sh("mkdir -m 700 %s", dir);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_state(bad[i]);
		assert_refused(-EBADMSG, "damaged");
		assert_refused(-EBADMSG, state_file);
		assert_state(bad[i]);
	}
	put_state(STATE(CHANGE("0", "sysctl", "net/core/somaxconn"), ""));
	undo_close(open_undo());
}

/* Every beginning of a real file. */
static void cut_files_are_refused(void **state)
{
	struct undo_entry mask = rps("nic0", "0", "3");
	struct undo *undo = open_undo();
	char whole[8192];
	size_t len, i;
	FILE *file;

	model_init();
	assert_int_equal(undo_record(undo, &mask), 0);
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	undo_close(undo);
	file = fopen(state_file, "r");
	assert_non_null(file);
	len = fread(whole, 1, sizeof(whole) - 1, file);
	assert_true(len > 100 && feof(file));
	fclose(file);
	for (i = 0; i < len; i++) {
		assert_int_equal(truncate(state_file, 0), 0);
		file = fopen(state_file, "w");
		assert_int_equal(fwrite(whole, 1, i, file), i);
		assert_int_equal(fclose(file), 0);
		assert_refused(-EBADMSG, "damaged");
	}
}

/* The record is on disk before the change: killed right after recording, or right after changing.
 */
static void killed_anywhere_is_put_back(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo;
	int status, when;
	pid_t child;

	for (when = 0; when < 2; when++) {
		said[0] = 0;
		child = fork();
		if (!child) {
			undo = open_undo();
			if (when)
				undo_set(undo, &mask);
			else
				undo_record(undo, &mask);
			kill(getpid(), SIGKILL);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_true(file_exists());
		undo = open_undo();
		assert_int_equal(undo_count(undo), 1);
		assert_value(undo, &mask, when ? "3" : "0");
		assert_int_equal(undo_restore(undo, 0), 0);
		assert_value(undo, &mask, "0");
		assert_int_equal(strlen(said) > 0, when);
		assert_false(file_exists());
		undo_close(undo);
	}
}

static void what_cannot_be_written_down_is_not_changed(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(undo_set(undo, &mask), -ENOENT);
	assert_value(undo, &mask, "0");
	assert_int_equal(undo_count(undo), 0);
	assert_string_equal(said, "");
	undo_close(undo);
}

static void what_fails_is_not_recorded(void **state)
{
	struct undo_entry good = rps("v0", "0", "3"), bad = rps("v0", "3", "zz");
	struct undo_entry none = entry(UNDO_QUEUE, "v0", "rx-9/rps_cpus", "0", "1");
	struct undo_entry lro = entry(UNDO_FEATURE, "v0", "rx-lro", "off", "on");
	struct undo_entry gone = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &none), -ENOENT);
	assert_int_equal(undo_set(undo, &lro), -EOPNOTSUPP);
	gone.ifindex = 9999;
	assert_int_equal(undo_set(undo, &gone), -ENODEV);
	assert_int_equal(undo_count(undo), 0);
	assert_false(file_exists());
	/* a second change of a knob that fails leaves the record of the first */
	assert_int_equal(undo_set(undo, &good), 0);
	assert_true(undo_set(undo, &bad) < 0);
	assert_int_equal(undo_count(undo), 1);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &good, "0");
	undo_close(undo);
}

static void unfinished_files_are_removed(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo;

	sh("mkdir -m 700 %s && echo half >%s.new", dir, state_file);
	undo = open_undo();
	sh("! test -e %s.new", state_file);
	sh("echo half >%s.new", state_file);
	undo_close(undo);
	undo = open_undo();
	assert_int_equal(undo_set(undo, &mask), 0);
	assert_int_equal(undo_restore(undo, 0), 0);
	sh("! ls %s/s.json* 2>/dev/null", dir);
	undo_close(undo);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(files_are_roots_alone),
		test(strangers_files_are_refused),
		test(damaged_files_change_nothing),
		test(cut_files_are_refused),
		test(killed_anywhere_is_put_back),
		test(what_cannot_be_written_down_is_not_changed),
		test(what_fails_is_not_recorded),
		test(unfinished_files_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
