// SPDX-License-Identifier: GPL-2.0-only
/*
 * --sas files. What is refused is refused with a reason that names the line, in plain characters;
 * what is taken, written down again, reads as the same SAs.
 */
#include <arpa/inet.h>
#include <string.h>

#include "sad/sas_file.h"
#include "fuzz.h"

enum { LINE_ROOM = 256 };

static void must_be_plain(const char *text)
{
	for (; *text; text++)
		MUST(*text >= ' ' && *text <= '~');
}

static char *write_down(const struct sa *sas, size_t n, size_t *length)
{
	char *text = malloc(n * LINE_ROOM + 1), *at, address[INET6_ADDRSTRLEN];

	MUST(text);
	*length = 0;
	for (size_t i = 0; i < n; i++) {
		const struct sa *sa = &sas[i];

		MUST(inet_ntop(sa->id.family, sa->id.dst, address, sizeof(address)));
		at = text + *length;
		at += sprintf(at, "%s 0x%x %s %u ", address, sa->id.spi,
			      sa->id.protocol == IPPROTO_AH ? "ah" : "esp", sa->replay_window);
		at += sa->cpu < 0 ? sprintf(at, "-") : sprintf(at, "%d", sa->cpu);
		if (sa->src[0] || sa->src[1] || sa->src[2] || sa->src[3])
			at += sprintf(at, " from=%s",
				      inet_ntop(sa->id.family, sa->src, address, sizeof(address)));
		if (sa->encap)
			at += sprintf(at, " port=%u", sa->encap_sport);
		at += sprintf(at, " rate=%llu\n", (unsigned long long)sa->bytes);
		*length = at - text;
	}
	return text;
}

static void must_read_the_same(const struct sa *sas, size_t n)
{
	struct sas_error err;
	struct sa *again = NULL;
	size_t length, count = 0;
	char *text = write_down(sas, n, &length);

	MUST(!sas_file_read(fuzz_file(text, length), &again, &count, &err));
	MUST(count == n && (!n || !memcmp(sas, again, n * sizeof(*sas))));
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sas_error err = {"untouched"};
	struct sa *sas = NULL;
	size_t n = SIZE_MAX;
	int ret = sas_file_read(fuzz_file(data, size), &sas, &n, &err);

	if (ret) {
		MUST(ret < 0 && !sas && n == SIZE_MAX && err.text[0]);
		must_be_plain(err.text);
		return 0;
	}
	MUST(!err.text[0] && !n == !sas);
	must_read_the_same(sas, n);
	free(sas);
	return 0;
}
