// SPDX-License-Identifier: GPL-2.0-only
// Options by table: parsing, and their help.
#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "nic/cpulist.h"
#include "cli/options.h"
#include "text/because.h"
#include "text/near.h"
#include "text/number.h"
#include "view/wrap.h"

enum { MAX_OPTIONS = 64, HELP_VALUE = 'h', FIRST_VALUE = 256 };

static enum parsed set_number(const struct option_row *row, const char *text, void *member,
			      char *why, size_t size)
{
	int64_t value;
	int number;

	if (!number_signed(text, row->least, row->most, &value))
		return because(PARSED_WRONG, why, size, "--%s %s: not a number from %lld to %lld",
			       row->name, text, (long long)row->least, (long long)row->most);
	number = (int)value;
	memcpy(member, &number, sizeof(number));
	return PARSED_OK;
}

static enum parsed set_large(const struct option_row *row, const char *text, uint64_t *member,
			     char *why, size_t size)
{
	if (number_large(text, (uint64_t)row->least, (uint64_t)row->most, member))
		return PARSED_OK;
	return because(PARSED_WRONG, why, size, "--%s %s: not a number from %lld to %lld",
		       row->name, text, (long long)row->least, (long long)row->most);
}

static enum parsed set_seconds(const struct option_row *row, const char *text, uint64_t *member,
			       char *why, size_t size)
{
	double seconds;

	if (!number_real(text, 0, 1e6, &seconds) || seconds <= 0)
		return because(PARSED_WRONG, why, size, "--%s %s: not a number of seconds",
			       row->name, text);
	*member = (uint64_t)(seconds * 1e9);
	return PARSED_OK;
}

static enum parsed set_choice(const struct option_row *row, const char *text, int *member,
			      char *why, size_t size)
{
	char all[128] = "";

	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*member = i;
			return PARSED_OK;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? " or " : "",
			 row->choices[i]);
	}
	return because(PARSED_WRONG, why, size, "--%s %s: not %s", row->name, text, all);
}

static enum parsed set_address(const struct option_row *row, const char *text,
			       struct option_address *member, char *why, size_t size)
{
	struct option_address address = {0};

	if (inet_pton(AF_INET, text, address.bytes) == 1)
		address.family = AF_INET;
	else if (inet_pton(AF_INET6, text, address.bytes) == 1)
		address.family = AF_INET6;
	else
		return because(PARSED_WRONG, why, size, "--%s %s: not an IPv4 or IPv6 address",
			       row->name, text);
	*member = address;
	return PARSED_OK;
}

static enum parsed set_string(const struct option_row *row, const char *text, const char **member,
			      char *why, size_t size)
{
	char choices[64] = "";
	cpu_set_t cpus;

	for (int i = 0; row->choices && row->choices[i]; i++) {
		if (!strcmp(text, row->choices[i])) {
			*member = text;
			return PARSED_OK;
		}
		snprintf(choices + strlen(choices), sizeof(choices) - strlen(choices), "%s or ",
			 row->choices[i]);
	}
	if (row->type == OPTION_CPUS && (cpulist_parse(text, &cpus) || !CPU_COUNT(&cpus)))
		return because(PARSED_WRONG, why, size, "--%s %s: not %sa list of CPUs such as 0-3,8",
			       row->name, text, choices);
	if (!*text)
		return because(PARSED_WRONG, why, size, "--%s: empty", row->name);
	*member = text;
	return PARSED_OK;
}

static enum parsed set(const struct option_row *row, const char *text, void *into, char *why,
		       size_t size)
{
	void *member = (char *)into + row->offset;

	if (row->given)
		*(bool *)((char *)into + row->given) = true;
	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)member = true;
		return PARSED_OK;
	case OPTION_NUMBER:
		return set_number(row, text, member, why, size);
	case OPTION_LARGE:
		return set_large(row, text, member, why, size);
	case OPTION_SECONDS:
		return set_seconds(row, text, member, why, size);
	case OPTION_CALL:
		if (row->call(into, text))
			return PARSED_OK;
		return because(PARSED_WRONG, why, size, "--%s %s: not %s", row->name, text,
			       row->argument);
	case OPTION_CHOICE:
		return set_choice(row, text, member, why, size);
	case OPTION_ADDRESS:
		return set_address(row, text, member, why, size);
	default:
		return set_string(row, text, member, why, size);
	}
}

enum parsed options_set(const struct option_row *row, const char *text, void *into, char *why,
			size_t size)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
	bool *flag = (bool *)((char *)into + row->offset);

	if (row->type != OPTION_FLAG)
		return set(row, text, into, why, size);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(text, words[i]) == 0) {
			*flag = i & 1;
			return PARSED_OK;
		}
	}
	return because(PARSED_WRONG, why, size, "--%s %s: not yes or no", row->name, text);
}

/* A long option that getopt_long() does not know, or one that two begin with. */
static enum parsed unknown(const struct option_row *rows, const char *word, char *why, size_t size)
{
	size_t length = strcspn(word, "=");
	struct near near = {0};
	char typed[64];

	snprintf(typed, sizeof(typed), "%.*s", (int)(length < 64 ? length : 64), word);
	near.typed = typed + 2;
	for (; rows->name; rows++)
		near_try(&near, rows->name);
	if (near.best)
		return because(PARSED_WRONG, why, size, "unknown option %s (did you mean --%s?)",
			       typed, near.best);
	return because(PARSED_WRONG, why, size, "unknown option %s", typed);
}

/* What getopt_long() did not take, by what it left in optopt. */
static enum parsed refused(const struct option_row *rows, int value, char **argv, char *why,
			   size_t size)
{
	if (optopt >= FIRST_VALUE)
		return because(PARSED_WRONG, why, size,
			       value == ':' ? "--%s needs an argument" : "--%s takes no argument",
			       rows[optopt - FIRST_VALUE].name);
	if (optopt == HELP_VALUE)
		return because(PARSED_WRONG, why, size, "--help takes no argument");
	if (optopt)
		return because(PARSED_WRONG, why, size, "unknown option -%c", optopt);
	return unknown(rows, argv[optind - 1], why, size);
}

static void fill_getopt(const struct option_row *rows, struct option *options)
{
	int i;

	for (i = 0; i < MAX_OPTIONS && rows[i].name; i++)
		options[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = FIRST_VALUE + i,
		};
	options[i] = (struct option){.name = "help", .val = HELP_VALUE};
	options[i + 1] = (struct option){0};
}

enum parsed options_parse(const struct option_row *rows, int argc, char **argv, void *into,
			  uint64_t *given, int *first, char *why, size_t size)
{
	struct option options[MAX_OPTIONS + 2];
	int value;

	fill_getopt(rows, options);
	optind = 0; /* starts anew (getopt(3), "NOTES") */
	opterr = 0;
	while ((value = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		enum parsed parsed;

		if (value == HELP_VALUE)
			return PARSED_HELP;
		if (value < FIRST_VALUE)
			return refused(rows, value, argv, why, size);
		parsed = set(&rows[value - FIRST_VALUE], optarg, into, why, size);
		if (parsed != PARSED_OK)
			return parsed;
		*given |= 1ull << (value - FIRST_VALUE);
	}
	*first = optind;
	return PARSED_OK;
}

static int64_t default_of(const struct option_row *row, const void *defaults)
{
	const char *member = (const char *)defaults + row->offset;
	int number;

	if (row->type == OPTION_LARGE)
		return (int64_t) * (const uint64_t *)member;
	memcpy(&number, member, sizeof(number));
	return number;
}

/* The part in brackets: what a number may be and is. */
static void number_text(const struct option_row *row, const void *defaults, char *buf, size_t size)
{
	int64_t value = default_of(row, defaults);
	long long least = row->least, most = row->most;

	if (value >= least && value <= most)
		snprintf(buf, size, " (%lld to %lld, default %lld)", least, most, (long long)value);
	else
		snprintf(buf, size, " (%lld to %lld)", least, most);
}

void options_text(const struct option_row *row, const void *defaults, char *buf, size_t size)
{
	char range[64] = "";

	if (row->type == OPTION_NUMBER || row->type == OPTION_LARGE)
		number_text(row, defaults, range, sizeof(range));
	snprintf(buf, size, "%s%s", row->help, range);
}

void options_help(const struct option_row *rows, const void *defaults, FILE *file)
{
	enum { TEXT_AT = 24 };
	char left[64], text[512];

	for (; rows->name; rows++) {
		snprintf(left, sizeof(left), "  --%s%s%s", rows->name, rows->argument ? " " : "",
			 rows->argument ? rows->argument : "");
		options_text(rows, defaults, text, sizeof(text));
		fprintf(file, "%-*s", TEXT_AT, left);
		wrap(text, TEXT_AT, file);
	}
	fprintf(file, "%-*s", TEXT_AT, "  -h, --help");
	wrap("print this help", TEXT_AT, file);
}
