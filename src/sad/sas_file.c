// SPDX-License-Identifier: GPL-2.0-only
// --sas FILE: all lines or none.
#include "sad/sas_file.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/random.h"
#include "text/number.h"
#include "text/spi.h"

#define MAX_WINDOW 4096
#define MAX_CPU	   8191 /* the largest NR_CPUS that Linux can be built for */
#define MAX_FIELDS 5
#define MAX_LINE   1024
#define LINE_LEAST 16		    /* bytes; few lines have less */
#define MAX_RATE   1000000000000000 /* sums of SAS_FILE_MAX of them fit */

struct reader {
	const char *path;
	unsigned long line;
	struct sas_error *err;
	struct sa *sas;
	size_t n, room;
	size_t lines;	 /* that the file may have, going by its size */
	uint32_t *index; /* of the SAs by their ids: places with mark_of() */
	size_t places;	 /* a power of two */
};

/*
 * What stands in the file is never quoted: it may be one that our caller could not read himself
 * (sudo, a unit of systemd).
 */
static int __attribute__((format(printf, 2, 3))) complain(struct reader *r, const char *format, ...)
{
	size_t room = sizeof(r->err->text);
	va_list args;
	int n;

	n = snprintf(r->err->text, room, "%s:%lu: ", r->path, r->line);
	if (n < 0 || (size_t)n >= room)
		return -EINVAL;
	va_start(args, format);
	vsnprintf(r->err->text + n, room - (size_t)n, format, args);
	va_end(args);
	return -EINVAL;
}

static bool is_default(const char *token)
{
	return !strcmp(token, "-");
}

static int parse_address(struct reader *r, const char *token, uint8_t *family, __be32 addr[4])
{
	if (inet_pton(AF_INET, token, addr) == 1)
		*family = AF_INET;
	else if (inet_pton(AF_INET6, token, addr) == 1)
		*family = AF_INET6;
	else
		return complain(r, "not an address; write an IPv4 or IPv6 address");
	return 0;
}

static int parse_dst(struct reader *r, struct sa *sa, const char *token)
{
	return parse_address(r, token, &sa->id.family, sa->id.dst);
}

static int parse_inbound_spi(struct reader *r, struct sa *sa, const char *token)
{
	uint32_t spi;

	if (!spi_parse(token, &spi))
		return complain(r, "%s", spi_why_not(token));
	sa->id.spi = spi;
	return 0;
}

static int parse_protocol(struct reader *r, struct sa *sa, const char *token)
{
	if (is_default(token) || !strcmp(token, "esp"))
		sa->id.protocol = IPPROTO_ESP;
	else if (!strcmp(token, "ah"))
		sa->id.protocol = IPPROTO_AH;
	else
		return complain(r, "not a protocol; write esp (also for ESP-in-UDP) or ah");
	return 0;
}

static int parse_window(struct reader *r, struct sa *sa, const char *token)
{
	uint64_t value = 0;

	if (!is_default(token) && !number_any(token, 0, MAX_WINDOW, &value))
		return complain(r, "not a replay window; write 0 to %d", MAX_WINDOW);
	sa->replay_window = (uint32_t)value;
	return 0;
}

static int parse_cpu(struct reader *r, struct sa *sa, const char *token)
{
	uint64_t value;

	if (is_default(token))
		return 0;
	if (!number_any(token, 0, MAX_CPU, &value))
		return complain(r, "not a CPU; write its number, or - for any");
	sa->cpu = (int32_t)value;
	return 0;
}

static int parse_from(struct reader *r, struct sa *sa, const char *token)
{
	uint8_t family = 0;
	int ret = parse_address(r, token, &family, sa->src);

	if (!ret && family != sa->id.family)
		return complain(r, "from=: not of the destination's family");
	return ret;
}

static int parse_port(struct reader *r, struct sa *sa, const char *token)
{
	uint64_t value;

	if (!number_any(token, 1, UINT16_MAX, &value))
		return complain(r, "not a UDP port; write 1 to 65535");
	sa->encap = 1;
	sa->encap_sport = (uint16_t)value;
	return 0;
}

static int parse_rate(struct reader *r, struct sa *sa, const char *token)
{
	if (!number_any(token, 0, MAX_RATE, &sa->bytes))
		return complain(r, "not a rate; write a whole number");
	return 0;
}

static int parse_named(struct reader *r, struct sa *sa, const char *token)
{
	static const struct {
		const char *name;
		int (*parse)(struct reader *, struct sa *, const char *);
	} named[] = {{"from=", parse_from}, {"port=", parse_port}, {"rate=", parse_rate}};

	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (!strncmp(token, named[i].name, strlen(named[i].name)))
			return named[i].parse(r, sa, token + strlen(named[i].name));
	return complain(r, "not known; write from=ADDRESS, port=PORT or rate=NUMBER");
}

static int parse_fields(struct reader *r, struct sa *sa, char *line)
{
	static int (*const parsers[MAX_FIELDS])(struct reader *, struct sa *, const char *) = {
		parse_dst, parse_inbound_spi, parse_protocol, parse_window, parse_cpu};
	char *token, *rest = NULL;
	size_t i = 0;
	int ret;

	for (token = strtok_r(line, " \t\r\n", &rest); token;
	     token = strtok_r(NULL, " \t\r\n", &rest)) {
		if (i > 1 && strchr(token, '=')) {
			ret = parse_named(r, sa, token);
			if (ret)
				return ret;
			continue;
		}
		if (i == MAX_FIELDS)
			return complain(r, "too much; write DST SPI [PROTOCOL] [WINDOW] [CPU]");
		ret = parsers[i++](r, sa, token);
		if (ret)
			return ret;
	}
	if (i == 1)
		return complain(r, "no SPI; write DST SPI [PROTOCOL] [WINDOW] [CPU]");
	if (sa->encap && sa->id.protocol == IPPROTO_AH)
		return complain(r, "port= with ah: only ESP goes in UDP");
	return (int)i;
}

static uint64_t hash_of(const struct sa_id *id)
{
	uint64_t hash = random_mix((uint64_t)id->spi << 8 | id->protocol);

	for (int i = 0; i < 4; i++)
		hash = random_mix(hash ^ id->dst[i]);
	return hash;
}

#define NUMBER_BITS 20

_Static_assert(SAS_FILE_MAX < 1 << NUMBER_BITS, "the number of an SA, and one, fits a mark");

/*
 * The number of the n-th SA and one, never 0, and above that bits of its hash: so that hardly ever
 * an SA is looked at which is another.
 */
static uint32_t mark_of(uint64_t hash, size_t n)
{
	return (uint32_t)(hash >> 32) >> NUMBER_BITS << NUMBER_BITS | (uint32_t)(n + 1);
}

static bool is_at(const struct reader *r, uint32_t mark, uint64_t hash, const struct sa_id *id)
{
	size_t n = (mark & ((1u << NUMBER_BITS) - 1)) - 1;

	return mark == mark_of(hash, n) && !memcmp(&r->sas[n].id, id, sizeof(*id));
}

/* Where in r->index the SA of this id is, or would be: an empty place. */
static uint32_t *place_of(const struct reader *r, uint64_t hash, const struct sa_id *id)
{
	uint32_t *place;

	for (uint64_t at = hash;; at++) {
		place = &r->index[at & (r->places - 1)];
		if (!*place || is_at(r, *place, hash, id))
			return place;
	}
}

/* All anew, in as many places as there are. */
static void fill_index(const struct reader *r)
{
	for (size_t i = 0; i < r->n; i++) {
		uint64_t hash = hash_of(&r->sas[i].id);

		*place_of(r, hash, &r->sas[i].id) = mark_of(hash, i);
	}
}

/* Room for one more, in an index that is at most half full. */
static int make_room(struct reader *r)
{
	size_t room = r->room ? r->room * 2 : r->lines + 64;
	struct sa *sas;

	if (r->n < r->room)
		return 0;
	sas = realloc(r->sas, room * sizeof(*sas));
	if (!sas)
		return -ENOMEM;
	r->sas = sas;
	r->room = room;
	for (r->places = 128; r->places < 2 * room;)
		r->places *= 2;
	free(r->index);
	r->index = calloc(r->places, sizeof(*r->index));
	if (!r->index)
		return -ENOMEM;
	fill_index(r);
	return 0;
}

static int append(struct reader *r, const struct sa *sa)
{
	uint64_t hash = hash_of(&sa->id);
	uint32_t *place;

	if (make_room(r))
		return -ENOMEM;
	place = place_of(r, hash, &sa->id);
	if (*place)
		return complain(r, "an SA of this destination, SPI and protocol is there already");
	if (r->n == SAS_FILE_MAX) {
		complain(r, "more than %d SAs", SAS_FILE_MAX);
		return -E2BIG;
	}
	*place = mark_of(hash, r->n);
	r->sas[r->n++] = *sa;
	return 0;
}

static int read_line(struct reader *r, char *line)
{
	struct sa sa = {
		.id.protocol = IPPROTO_ESP,
		.pcpu = -1,
		.cpu = -1,
		.source = SA_FILE,
		.bytes = 1,
	};
	int ret;

	line[strcspn(line, "#")] = '\0';
	ret = parse_fields(r, &sa, line);
	return ret > 0 ? append(r, &sa) : ret;
}

static int read_lines(struct reader *r, FILE *file)
{
	char line[MAX_LINE];
	int ret = 0;

	errno = 0;
	while (!ret && fgets(line, sizeof(line), file)) {
		r->line++;
		if (!strchr(line, '\n') && !feof(file))
			return complain(r, "longer than %d characters, or not text", MAX_LINE - 2);
		ret = read_line(r, line);
	}
	if (!ret && ferror(file))
		ret = errno ? -errno : -EIO;
	return ret;
}

/* About, and at most as many as may be there; 0: that cannot be told. */
static size_t count_lines(FILE *file)
{
	struct stat st;

	if (fstat(fileno(file), &st) < 0 || st.st_size < 0)
		return 0;
	return st.st_size / LINE_LEAST < SAS_FILE_MAX ? (size_t)st.st_size / LINE_LEAST
						      : SAS_FILE_MAX;
}

int sas_file_read(const char *path, struct sa **out, size_t *n, struct sas_error *err)
{
	struct reader r = {.path = path, .err = err};
	FILE *file;
	int ret;

	err->text[0] = '\0';
	file = fopen(path, "re");
	ret = file ? 0 : -errno;
	if (file)
		r.lines = count_lines(file);
	if (!ret)
		ret = read_lines(&r, file);
	if (file)
		fclose(file);
	free(r.index);
	if (ret) {
		free(r.sas);
		if (!err->text[0])
			snprintf(err->text, sizeof(err->text), "%s: %s", path, strerror(-ret));
		return ret;
	}
	*out = r.sas;
	*n = r.n;
	return 0;
}
