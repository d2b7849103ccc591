// SPDX-License-Identifier: GPL-2.0-only
// The table of verbs, and the way from the command line to one of them.
#include "cmd/verbs.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "cli/interface_named.h"
#include "text/near.h"
#include "text/spi.h"
#include "view/wrap.h"

enum { BRIEF_AT = 24 }; /* where the help says what a verb is for */

const struct verb *const *verbs(void)
{
#define VERB(name) &verb_##name,
	static const struct verb *const table[] = {VERB_ROWS(VERB) NULL};

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

static void verbs_help(FILE *file)
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

static enum status unknown_verb(const char *name, const char *what)
{
	struct near near = {.typed = name};

	for (const struct verb *const *verb = verbs(); *verb; verb++)
		near_try(&near, (*verb)->name);
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
