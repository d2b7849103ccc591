/* SPDX-License-Identifier: GPL-2.0-only */
/* From the command line to a verb. */
#include <ctype.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/interface_named.h"
#include "cmd/near.h"
#include "cmd/verb.h"
#include "sad/spi_text.h"
#include "view/wrap.h"

enum { BRIEF_AT = 24 }; /* where the help says what a verb is for */

const struct verb *const *verbs(void)
{
	static const struct verb *const table[] = {
		&verb_show, &verb_top,	    &verb_inspect, &verb_gain,	 &verb_run, &verb_move,
		&verb_stop, &verb_simulate, &verb_plan,	   &verb_models, NULL,
	};

	return table;
}

const struct verb *verb_find(const char *name)
{
	for (const struct verb *const *verb = verbs(); *verb; verb++)
		if (strcmp((*verb)->name, name) == 0)
			return *verb;
	return NULL;
}

/* Also by the names that other tools have taught. */
static const struct verb *verb_of(const char *name)
{
	if (!strcmp(name, "status") || !strcmp(name, "list"))
		return &verb_show;
	return verb_find(name);
}

bool interface_name_ok(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= IFNAMSIZ || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' || isspace((unsigned char)*name))
			return false;
	return true;
}

void verb_help(const struct verb *verb, FILE *file)
{
	fprintf(file, "Usage: espalier %s [OPTION]... %s\n\n", verb->name, verb->operands);
	wrap(verb->about, 0, file);
	fprintf(file, "\nOptions:\n");
	options_help(verb->options, verb->defaults, file);
}

void verbs_help(FILE *file)
{
	fprintf(file,
		"Usage: espalier [VERB] [OPTION]... [OPERAND]...\n\n"
		"Spreads inbound IPsec across the CPUs of this machine. Without a verb: show.\n"
		"\nVerbs:\n");
	for (const struct verb *const *verb = verbs(); *verb; verb++) {
		char left[64];

		snprintf(left, sizeof(left), "  %s %s", (*verb)->name, (*verb)->operands);
		fprintf(file, "%-*s", BRIEF_AT, left);
		if (strlen(left) + 2 > BRIEF_AT)
			fprintf(file, "\n%*s", BRIEF_AT, "");
		wrap((*verb)->brief, BRIEF_AT, file);
	}
	fprintf(file,
		"\n'espalier VERB --help' tells the options of a verb, espalier(8) the rest.\n");
}

/* What holds for every verb. */
static enum status check(const struct verb *verb, int n, char **operands)
{
	if (strstr(verb->operands, "IF"))
		for (int i = 0; i < n; i++)
			interface_cut(operands[i]);
	if (n < verb->least)
		return complain_usage(verb->name, "needs %s", verb->operands);
	if (n > verb->most)
		return complain_usage(verb->name, "%s is one too many", operands[verb->most]);
	if (verb->root && geteuid() != 0)
		return complain(verb->name, "must be run by root; try sudo");
	return STATUS_DONE;
}

enum status verb_call(const struct verb *verb, int argc, char **argv)
{
	char why[256];
	void *options = malloc(verb->size);
	enum status status;
	uint64_t given = 0;
	int first = 0;

	if (!options)
		return complain(verb->name, "no memory");
	memcpy(options, verb->defaults, verb->size);
	switch (options_parse(verb->options, argc, argv, options, &given, &first, why,
			      sizeof(why))) {
	case PARSED_HELP:
		verb_help(verb, stdout);
		status = STATUS_DONE;
		break;
	case PARSED_WRONG:
		status = complain_usage(verb->name, "%s", why);
		break;
	default:
		if (verb->given)
			memcpy((char *)options + verb->given, &given, sizeof(given));
		status = check(verb, argc - first, argv + first);
		if (status == STATUS_DONE)
			status = verb->function(options, argc - first, argv + first);
	}
	free(options);
	return status;
}

static enum status unknown_verb(const char *name, const char *what)
{
	struct near near = {.typed = name};

	for (const struct verb *const *verb = verbs(); *verb; verb++)
		near_look(&near, (*verb)->name);
	if (near.best)
		complain(name, "%s; did you mean espalier %s?", what, near.best);
	else
		complain(name, "%s; see espalier --help", what);
	return STATUS_USAGE;
}

static enum status program_help(int argc, char **argv)
{
	const struct verb *verb = argc > 0 ? verb_of(argv[0]) : NULL;

	if (argc > 0 && !verb)
		return unknown_verb(argv[0], "no verb");
	if (verb)
		verb_help(verb, stdout);
	else
		verbs_help(stdout);
	return STATUS_DONE;
}

enum status dispatch(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct verb *verb;

	if (!word)
		return verb_call(&verb_show, argc, argv);
	if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help"))
		return program_help(argc - 2, argv + 2);
	if (!strcmp(word, "--version") || !strcmp(word, "-V") || !strcmp(word, "version")) {
		printf("espalier %s\n", ESPALIER_VERSION);
		return STATUS_DONE;
	}
	verb = verb_of(word);
	if (verb)
		return verb_call(verb, argc - 1, argv + 1);
	interface_cut(argv[1]);
	if (*word == '-' || if_nametoindex(word) || spi_meant(word))
		return verb_call(&verb_show, argc, argv);
	return unknown_verb(word, "neither a verb nor an interface");
}
