// SPDX-License-Identifier: GPL-2.0-only
// Reads a file of settings by libinih; what a value may be is said by the table of options.
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include "cli/config.h"
#include "text/because.h"
#include "text/mistake.h"
#include "text/near.h"

enum { LINE_MOST = 198 }; /* libinih takes a longer line for two */

struct reading {
	const struct option_row *rows;
	uint64_t given, seen; /* bits by row: not ours to set; in the file so far */
	void *into;
	struct config *config;
	struct first_mistake first;
};

static int unknown_key(struct reading *r, const char *name)
{
	struct near near = {.typed = name};

	for (const struct option_row *row = r->rows; row->name; row++)
		if (!row->call_only)
			near_try(&near, row->name);
	near_try(&near, CONFIG_INTERFACES);
	if (near.best)
		return mistake(&r->first, -EINVAL, "unknown key %.64s (did you mean %s?)", name,
			       near.best);
	return mistake(&r->first, -EINVAL, "unknown key %.64s; espalier.conf(5) lists them", name);
}

/* Adds a copy of a word to a list. */
static char *keep(char ***list, size_t count, const char *word)
{
	char **grown = realloc(*list, (count + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	*list = grown;
	grown[count] = strdup(word);
	return grown[count];
}

static int add_interfaces(struct reading *r, const char *value)
{
	struct config *config = r->config;
	char copy[LINE_MOST + 2], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", value);
	for (char *word = strtok_r(copy, " \t,", &rest); word;
	     word = strtok_r(NULL, " \t,", &rest)) {
		if (!keep(&config->interface, config->interfaces, word))
			return mistake(&r->first, -ENOMEM, "no memory");
		config->interfaces++;
	}
	return 1;
}

static int on_key(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	const struct option_row *row = r->rows;
	char why[192];
	char *word;

	if (*section && strcmp(section, "run")) /* one that is indented */
		return mistake(&r->first, -EINVAL, "unknown section [%.64s]; there is only [run]",
			       section);
	if (!strcmp(name, CONFIG_INTERFACES))
		return add_interfaces(r, value);
	while (row->name && strcmp(row->name, name))
		row++;
	if (!row->name || row->call_only)
		return unknown_key(r, name);
	if (r->seen & 1ull << (row - r->rows))
		return mistake(&r->first, -EINVAL, "%s is there a second time", name);
	r->seen |= 1ull << (row - r->rows);
	if (r->given & 1ull << (row - r->rows))
		return 1;
	word = keep(&r->config->word, r->config->words, value);
	if (!word)
		return mistake(&r->first, -ENOMEM, "no memory");
	r->config->words++;
	if (options_set(row, word, r->into, why, sizeof(why)) != PARSED_OK)
		return mistake(&r->first, -EINVAL, "%s", why);
	return 1;
}

/* libinih names a section with its first key only, which stands on a later line if anywhere. */
static int check_section(const char *line, const char *end, int number, char *why, size_t size)
{
	int length = (int)(end - line), name;

	if (!length || *line != '[')
		return 0;
	name = (int)strcspn(line + 1, "]\n");
	if (1 + name >= length || !strncmp(line + 1, "run]", 4))
		return 0;
	return because(-EINVAL, why, size, "line %d: unknown section [%.*s]; there is only [run]",
		       number, name < 64 ? name : 64, line + 1);
}

/* What libinih would misread: bytes that end a string, and lines that it would cut in two. */
static int check_lines(const char *text, size_t length, char *why, size_t size)
{
	const char *line = text;

	for (int number = 1; line < text + length; number++) {
		const char *end = memchr(line, '\n', text + length - line);

		if (!end)
			end = text + length;
		if (memchr(line, 0, end - line))
			return because(-EINVAL, why, size, "line %d: not text", number);
		if (end - line > LINE_MOST)
			return because(-EINVAL, why, size, "line %d: longer than %d bytes", number,
				       LINE_MOST);
		if (check_section(line, end, number, why, size))
			return -EINVAL;
		line = end + 1;
	}
	return 0;
}

/* @text has room for CONFIG_FILE_MAX + 2 bytes. */
static int load(const char *path, char *text, size_t *length, char *why, size_t size)
{
	FILE *file = fopen(path, "re");
	int err = file ? 0 : -errno;

	if (file) {
		*length = fread(text, 1, CONFIG_FILE_MAX + 1, file);
		if (ferror(file))
			err = -errno;
		else if (*length > CONFIG_FILE_MAX)
			err = -EFBIG;
		fclose(file);
	}
	if (err)
		return because(err, why, size, "%s", strerror(-err));
	text[*length] = 0;
	return check_lines(text, *length, why, size);
}

static int parse(const char *text, struct reading *r)
{
	int line = ini_parse_string(text, on_key, r);
	char *why = r->first.why;
	char said[224];

	if (line < 0)
		return mistake(&r->first, -ENOMEM, "no memory"), -ENOMEM;
	if (!line)
		return 0;
	(void)mistake(&r->first, -EINVAL, "neither a comment nor KEY = VALUE");
	snprintf(said, sizeof(said), "%s", why);
	return because(r->first.err, why, r->first.size, "line %d: %s", line, said);
}

int config_read(const char *path, const struct option_row *rows, uint64_t given, void *into,
		struct config *config, char *why, size_t size)
{
	struct reading r = {.rows = rows,
			    .given = given,
			    .into = into,
			    .config = config,
			    .first = {.why = why, .size = size}};
	char *text = malloc(CONFIG_FILE_MAX + 2);
	size_t length = 0;
	int err = -ENOMEM;

	*config = (struct config){0};
	if (text)
		err = load(path, text, &length, why, size);
	else
		snprintf(why, size, "no memory");
	if (!err)
		err = parse(text, &r);
	free(text);
	return err;
}

void config_free(struct config *config)
{
	for (int i = 0; i < config->interfaces; i++)
		free(config->interface[i]);
	for (size_t i = 0; i < config->words; i++)
		free(config->word[i]);
	free(config->interface);
	free(config->word);
	*config = (struct config){0};
}
