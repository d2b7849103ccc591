// SPDX-License-Identifier: GPL-2.0-only
/* The file of --sas: what is read, what is refused and how it is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sad/sas_file.h"
#include "text/spi.h"

static char path[] = "/tmp/espalier-sas-XXXXXX";

static int setup(void **state)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	return unlink(path);
}

static int read_bytes(const char *text, size_t length, struct sa **sas, size_t *n,
		      struct sas_error *err)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return sas_file_read(path, sas, n, err);
}

static int read_text(const char *text, struct sa **sas, size_t *n, struct sas_error *err)
{
	return read_bytes(text, strlen(text), sas, n, err);
}

static void every_form_of_a_line(void **state)
{
	static const char text[] = "# comment\n"
				   "\n"
				   "192.0.2.2 0x1000\n"
				   "  2001:db8::2\t4096  ah  # why\r\n"
				   "192.0.2.2 4294967295 esp 64 3\n"
				   "192.0.2.2 0XfF - - 0\n"
				   "192.0.2.2 1 esp 4096 -\n"
				   "192.0.2.2 2 from=192.0.2.1 port=4501 rate=2500\n"
				   "2001:db8::2 3 rate=0 ah 32 from=2001:db8::1 7";
	struct sas_error err;
	struct sa *sas;
	size_t n;

	assert_int_equal(read_text(text, &sas, &n, &err), 0);
	assert_int_equal(n, 7);
	assert_int_equal(sas[0].id.family, AF_INET);
	assert_int_equal(ntohl(sas[0].id.dst[0]), 0xc0000202);
	assert_int_equal(sas[0].id.spi, 0x1000);
	assert_int_equal(sas[0].id.protocol, IPPROTO_ESP);
	assert_int_equal(sas[0].replay_window, 0);
	assert_int_equal(sas[0].cpu, -1);
	assert_int_equal(sas[0].pcpu, -1);
	assert_int_equal(sas[0].source, SA_FILE);
	assert_int_equal(sas[1].id.family, AF_INET6);
	assert_int_equal(ntohl(sas[1].id.dst[0]), 0x20010db8);
	assert_int_equal(ntohl(sas[1].id.dst[3]), 2);
	assert_int_equal(sas[1].id.spi, 4096);
	assert_int_equal(sas[1].id.protocol, IPPROTO_AH);
	assert_int_equal(sas[2].id.spi, UINT32_MAX);
	assert_int_equal(sas[2].replay_window, 64);
	assert_int_equal(sas[2].cpu, 3);
	assert_int_equal(sas[3].id.spi, 255);
	assert_int_equal(sas[3].cpu, 0);
	assert_int_equal(sas[4].replay_window, 4096);
	assert_int_equal(sas[4].src[0], 0);
	assert_int_equal(sas[4].encap, 0);
	assert_int_equal(sas[4].bytes, 1);
	assert_int_equal(ntohl(sas[5].src[0]), 0xc0000201);
	assert_int_equal(sas[5].encap, 1);
	assert_int_equal(sas[5].encap_sport, 4501);
	assert_int_equal(sas[5].bytes, 2500);
	assert_int_equal(ntohl(sas[6].src[3]), 1);
	assert_int_equal(sas[6].id.protocol, IPPROTO_AH);
	assert_int_equal(sas[6].replay_window, 32);
	assert_int_equal(sas[6].cpu, 7);
	assert_int_equal(sas[6].bytes, 0);
	free(sas);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"192.0.2.256 1", "not an address; write"},
		{"192.0.2.0/24 1", "not an address; write"},
		{"gateway 1", "not an address; write"},
		{"192.0.2.2", "no SPI"},
		{"192.0.2.2 0", "not an SPI; write"},
		{"192.0.2.2 0x0", "not an SPI; write"},
		{"192.0.2.2 0x", "not an SPI; write"},
		{"192.0.2.2 0x-1", "not an SPI; write"},
		{"192.0.2.2 -1", "not an SPI; write"},
		{"192.0.2.2 +1", "not an SPI; write"},
		{"192.0.2.2 4294967296", "not an SPI; write"},
		{"192.0.2.2 0x100000000", "not an SPI; write"},
		{"192.0.2.2 99999999999999999999999", "not an SPI; write"},
		{"192.0.2.2 12xb", "not an SPI; write 0xc0ffee01, or as 'swanctl "},
		{"192.0.2.2 c0ffee01_o", "the SPI of an outbound SA; "},
		{"192.0.2.2 1 udp", "not a protocol; write"},
		{"192.0.2.2 1 ESP", "not a protocol; write"},
		{"192.0.2.2 1 64", "not a protocol; write"},
		{"192.0.2.2 1 esp 4097", "not a replay window; write"},
		{"192.0.2.2 1 esp x", "not a replay window; write"},
		{"192.0.2.2 1 esp 0 8192", "not a CPU; write"},
		{"192.0.2.2 1 esp 0 -1", "not a CPU; write"},
		{"192.0.2.2 1 esp 0 1 more", "too much; write"},
		{"192.0.2.2 \x1b[31m", "not an SPI; write"},
		{"192.0.2.2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 "not an SPI; write"},
		{"192.0.2.2 rate=1", "not an SPI; write"},
		{"192.0.2.2 1 from=2001:db8::1", "from=: not of the destination's family"},
		{"192.0.2.2 1 from=", "not an address; write"},
		{"192.0.2.2 1 port=0", "not a UDP port; write"},
		{"192.0.2.2 1 port=65536", "not a UDP port; write"},
		{"192.0.2.2 1 port=4500 ah", "port= with ah"},
		{"192.0.2.2 1 rate=-1", "not a rate; write"},
		{"192.0.2.2 1 rate=1e3", "not a rate; write"},
		{"192.0.2.2 1 rate=1000000000000001", "not a rate; write"},
		{"192.0.2.2 1 rate=1x", "not a rate; write"},
		{"192.0.2.2 1 rate=", "not a rate; write"},
		{"192.0.2.2 1 speed=1", "not known; write"},
		{"10.0.0.1 0x7", "an SA of this destination, SPI and protocol is there"},
	};
	char text[256], where[64];
	struct sas_error err;
	struct sa *sas;
	size_t i, n;

	snprintf(where, sizeof(where), "%s:3: ", path);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "10.0.0.1 7\n\n%s\n10.0.0.1 8\n", cases[i].line);
		sas = (struct sa *)text;
		n = 77;
		assert_int_equal(read_text(text, &sas, &n, &err), -EINVAL);
		assert_memory_equal(err.text, where, strlen(where));
		assert_memory_equal(err.text + strlen(where), cases[i].says, strlen(cases[i].says));
		assert_ptr_equal(sas, text);
		assert_int_equal(n, 77);
	}
}

/* A file that is no list of SAs, and that who named it may not read. */
static void nothing_of_the_file_is_told(void **state)
{
	static const char *const secrets[] = {
		"root:*:20228:0:99999:7:::",
		"192.0.2.1 hunter2",
		"192.0.2.1 1 hunter2",
		"192.0.2.1 1 esp hunter2",
		"192.0.2.1 1 esp 0 hunter2",
		"192.0.2.1 1 esp 0 1 hunter2",
		"192.0.2.1 1 hunter2=x",
		"192.0.2.1 1 from=hunter2",
		"192.0.2.1 1 from=2001:db8::dead",
		"192.0.2.1 1 port=hunter2",
		"192.0.2.1 1 rate=hunter2",
		"192.0.2.1 77345\n192.0.2.1 77345",
	};
	static const char *const words[] = {"root", "hunter2", "202", "dead", "77345", "12e21"};
	struct sas_error err;
	struct sa *sas;
	size_t n;

	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		assert_int_equal(read_text(secrets[i], &sas, &n, &err), -EINVAL);
		assert_memory_equal(err.text, path, strlen(path));
		for (size_t j = 0; j < sizeof(words) / sizeof(*words); j++)
			assert_null(strstr(err.text + strlen(path), words[j]));
	}
}

static void same_spi_elsewhere_is_another_sa(void **state)
{
	struct sas_error err;
	struct sa *sas;
	size_t n;

	assert_int_equal(
		read_text("10.0.0.1 7\n10.0.0.2 7\n10.0.0.1 7 ah\n::1 7\n", &sas, &n, &err), 0);
	assert_int_equal(n, 4);
	free(sas);
}

/* Any SA of many is found when it comes again, which is the last line. */
static void the_same_sa_again(void **state)
{
	enum { SAS = 3000, ROOM = 32 * (SAS + 1) };
	char *text = malloc(ROOM);
	struct sas_error err;
	struct sa *sas;
	size_t n, at = 0;

	assert_non_null(text);
	for (int i = 0; i < SAS; i++)
		at += (size_t)snprintf(text + at, ROOM - at, "10.0.0.%d %d\n", i % 7, 1 + i / 7);
	assert_int_equal(read_bytes(text, at, &sas, &n, &err), 0);
	assert_int_equal(n, SAS);
	free(sas);
	for (int i = 0; i < SAS; i += 100) {
		int more = snprintf(text + at, ROOM - at, "10.0.0.%d %d\n", i % 7, 1 + i / 7);

		assert_int_equal(read_bytes(text, at + (size_t)more, &sas, &n, &err), -EINVAL);
		assert_non_null(strstr(err.text, ":3001: "));
	}
	free(text);
}

static void lines_that_are_no_text(void **state)
{
	char text[4096];
	struct sas_error err;
	struct sa *sas;
	size_t n;

	memset(text, ' ', sizeof(text));
	assert_int_equal(read_bytes(text, sizeof(text), &sas, &n, &err), -EINVAL);
	assert_non_null(strstr(err.text, ":1: longer than"));
	memset(text, '\0', sizeof(text));
	assert_int_equal(read_bytes(text, sizeof(text), &sas, &n, &err), -EINVAL);
	assert_int_equal(read_bytes("10.0.0.1 7\0garbage\n10.0.0.1 8\n", 30, &sas, &n, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, ":1: "));
}

static void empty_and_missing(void **state)
{
	struct sas_error err;
	struct sa *sas = NULL;
	size_t n = 5;

	assert_int_equal(read_text("", &sas, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_null(sas);
	assert_int_equal(sas_file_read("/nonexistent/sas", &sas, &n, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/sas: No such file or directory");
	assert_int_equal(sas_file_read("/tmp", &sas, &n, &err), -EISDIR);
}

static void many_lines(void **state)
{
	struct sas_error err;
	struct sa *sas;
	FILE *file;
	size_t i, n;

	file = fopen(path, "we");
	assert_non_null(file);
	for (i = 1; i <= 20000; i++)
		fprintf(file, "2001:db8::%zx %zu\n", i % 7, i);
	fclose(file);
	assert_int_equal(sas_file_read(path, &sas, &n, &err), 0);
	assert_int_equal(n, 20000);
	for (i = 0; i < n; i++)
		assert_int_equal(sas[i].id.spi, i + 1);
	free(sas);
}

/* By hand, by `ip xfrm`, by swanctl. */
static void spis(void **state)
{
	static const struct {
		const char *text;
		uint32_t spi; /* 0: refused */
	} cases[] = {
		{"1", 1},
		{"010", 10}, /* not octal */
		{"12345678", 12345678},
		{"4294967295", 0xffffffff},
		{"0xC0ffee01", 0xc0ffee01},
		{"0X0000000A", 10},
		{"0x12345678", 0x12345678},
		{"c0ffee01", 0xc0ffee01},
		{"C0FFEE01", 0xc0ffee01},
		{"1e3", 0x1e3},
		{"a", 10},
		{"c0ffee01_i", 0xc0ffee01},
		{"12345678_i", 0x12345678},
		{"0xc0ffee01_i", 0xc0ffee01},
		{"", 0},
		{"0", 0},
		{"0x", 0},
		{"0x0", 0},
		{"0_i", 0},
		{"_i", 0},
		{"-1", 0},
		{"+1", 0},
		{" 1", 0},
		{"1 ", 0},
		{"1x", 0},
		{"x1", 0},
		{"4294967296", 0},
		{"1c0ffee01", 0},
		{"0x100000000", 0},
		{"0x-1", 0},
		{"0x 1", 0},
		{"0xg", 0},
		{"c0ffee01_o", 0},
		{"c0ffee01_ix", 0},
		{"c0ffee01_", 0},
		{"99999999999999999999999", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t spi = 0;

		if (spi_parse(cases[i].text, &spi) != !!cases[i].spi || spi != cases[i].spi)
			fail_msg("\"%s\" gave %#x, not %#x", cases[i].text, spi, cases[i].spi);
	}
}

/* "eb" and "c0" are interfaces, also where there is none; nobody writes these. */
static void meant(void **state)
{
	static const char *const yes[] = {"0xc0ffee01", "17", "c0ffee01", "c0ffee01_i", "eb_o"};
	static const char *const no[] = {"eb", "c0", "eth0", "deadbeef0", "wan", ""};

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(spi_meant(yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(spi_meant(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_line),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(nothing_of_the_file_is_told),
		cmocka_unit_test(same_spi_elsewhere_is_another_sa),
		cmocka_unit_test(the_same_sa_again),
		cmocka_unit_test(lines_that_are_no_text),
		cmocka_unit_test(empty_and_missing),
		cmocka_unit_test(many_lines),
		cmocka_unit_test(spis),
		cmocka_unit_test(meant),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
