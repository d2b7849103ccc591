// SPDX-License-Identifier: GPL-2.0-only
// Man pages and completions, as far as they follow from the tables of verbs and options.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/describe.h"
#include "nic/model.h"

/* What is told of: all verbs, and the one that a page is of. */
struct told {
	const struct verb *const *verbs;
	const struct verb *verb;
};

/* Prints text with a backslash before each of these characters. */
static void escaped(FILE *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void scdoc(FILE *out, const char *text)
{
	escaped(out, text, "\\*_");
}

static void synopsis(const struct told *told, FILE *out)
{
	const struct verb *verb = told->verb;

	fprintf(out, "*espalier %s* [_OPTION_]... ", verb->name);
	scdoc(out, verb->operands);
	fputc('\n', out);
}

static void man_options(const struct told *told, FILE *out)
{
	const struct verb *verb = told->verb;
	char text[512];

	for (const struct option_row *row = verb->options; row->name; row++) {
		fprintf(out, "*--%s*", row->name);
		if (row->argument)
			fprintf(out, " _%s_", row->argument);
		options_text(row, verb->defaults, text, sizeof(text));
		fputs("\n\t", out);
		scdoc(out, text);
		fputs(".\n\n", out);
	}
	fputs("*-h*, *--help*\n\tprint the options and what they are for.\n", out);
}

/* The same options as keys of a file: espalier.conf(5). */
static void man_keys(const struct told *told, FILE *out)
{
	const struct verb *verb = told->verb;
	char text[512];

	for (const struct option_row *row = verb->options; row->name; row++) {
		if (row->call_only)
			continue;
		options_text(row, verb->defaults, text, sizeof(text));
		fprintf(out, "*%s* = _%s_\n\t", row->name,
			row->argument ? row->argument : "yes|no");
		scdoc(out, text);
		fputs(".\n\n", out);
	}
}

static void man_verbs(const struct told *told, FILE *out)
{
	for (const struct verb *const *verb = told->verbs; *verb; verb++) {
		fprintf(out, "%s*espalier %s* ", verb == told->verbs ? "" : "\n", (*verb)->name);
		scdoc(out, (*verb)->operands);
		fputs("\n\t", out);
		scdoc(out, (*verb)->brief);
		fprintf(out, ": *espalier-%s*(8).\n", (*verb)->name);
	}
}

/* NAME is everywhere a model's. */
static bool is_model(const char *argument)
{
	return strstr(argument, "NAME") != NULL;
}

/* What completes the argument of an option: a word that both templates know. */
static const char *argument_kind(const struct option_row *row)
{
	switch (row->type) {
	case OPTION_FLAG:
		return NULL;
	case OPTION_FILE:
		return "files";
	default:
		return is_model(row->argument) ? "models" : "nothing";
	}
}

/* What completes an operand: the same words, "interfaces", or "words": those of operand_words(). */
static const char *operand_kind(const struct verb *verb)
{
	const char *operands = verb->operands;

	if (strstr(operands, "IF"))
		return "interfaces";
	if (strstr(operands, "FILE"))
		return "files";
	if (is_model(operands))
		return "models";
	return strchr(operands, '|') && !strpbrk(operands, " [ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		       ? "words"
		       : "nothing";
}

/* Of "spi|table|key": the words with blanks between them. */
static void operand_words(const struct verb *verb, FILE *out)
{
	for (const char *at = verb->operands; *at; at++)
		fputc(*at == '|' ? ' ' : *at, out);
}

static void bash_options(const struct verb *verb, FILE *out)
{
	const char *kind = operand_kind(verb);

	fprintf(out, "\t\toptions='");
	for (const struct option_row *row = verb->options; row->name; row++)
		fprintf(out, "--%s ", row->name);
	fprintf(out, "--help'\n\t\tkind=%s\n", kind);
	if (strcmp(kind, "words"))
		return;
	fputs("\t\twords='", out);
	operand_words(verb, out);
	fputs("'\n", out);
}

static void bash_arguments(const struct verb *verb, FILE *out)
{
	fprintf(out, "\t\tcase $before in\n");
	for (const struct option_row *row = verb->options; row->name; row++) {
		if (row->choices) {
			fprintf(out, "\t\t--%s) kind=words words='", row->name);
			for (int i = 0; row->choices[i]; i++)
				fprintf(out, "%s%s", i ? " " : "", row->choices[i]);
			fprintf(out, "' ;;\n");
		} else if (argument_kind(row)) {
			fprintf(out, "\t\t--%s) kind=%s ;;\n", row->name, argument_kind(row));
		}
	}
	fprintf(out, "\t\tesac\n\t\t;;\n");
}

static void bash(const struct told *told, FILE *out)
{
	for (const struct verb *const *verb = told->verbs; *verb; verb++) {
		fprintf(out, "\t%s)\n", (*verb)->name);
		bash_options(*verb, out);
		bash_arguments(*verb, out);
	}
}

static void bash_verbs(const struct told *told, FILE *out)
{
	fputs("\tverbs='", out);
	for (const struct verb *const *verb = told->verbs; *verb; verb++)
		fprintf(out, "%s%s", verb == told->verbs ? "" : " ", (*verb)->name);
	fputs("'\n", out);
}

static void list_models(FILE *out)
{
	for (const struct model *const *m = models(); *m; m++)
		fprintf(out, "%s%s", m == models() ? "" : " ", (*m)->name);
}

static void bash_models(const struct told *told, FILE *out)
{
	fputs("\tmodels='", out);
	list_models(out);
	fputs("'\n", out);
}

static void zsh_models(const struct told *told, FILE *out)
{
	fputs("\tlocal -a models=(", out);
	list_models(out);
	fputs(")\n", out);
}

static void zsh_verbs(const struct told *told, FILE *out)
{
	for (const struct verb *const *verb = told->verbs; *verb; verb++)
		fprintf(out, "\t\t'%s:%s'\n", (*verb)->name, (*verb)->brief);
}

/* Within single quotes, and within the brackets of a specification of _arguments. */
static void zsh_text(FILE *out, const char *text)
{
	char c[2] = "";

	for (; *text; text++) {
		c[0] = *text;
		if (*text == '\'')
			fputs("'\\''", out);
		else
			escaped(out, c, "\\[]:");
	}
}

/* A row as _arguments wants it. */
static void zsh_option(const struct option_row *row, FILE *out)
{
	fprintf(out, "\t\t\t'--%s%s[", row->name, row->argument ? "=" : "");
	zsh_text(out, row->help);
	fputc(']', out);
	if (row->argument)
		fprintf(out, ":%s:", row->argument);
	if (row->choices) {
		fputc('(', out);
		for (int i = 0; row->choices[i]; i++)
			fprintf(out, "%s%s", i ? " " : "", row->choices[i]);
		fputc(')', out);
	} else if (row->type == OPTION_FILE) {
		fputs("_files", out);
	} else if (row->argument && is_model(row->argument)) {
		fputs("_sequence _espalier_models", out);
	}
	fputs("' \\\n", out);
}

static void zsh_operands(const struct verb *verb, FILE *out)
{
	const char *kind = operand_kind(verb);

	if (!strcmp(kind, "interfaces")) {
		fputs("'*:interface:_espalier_interfaces'", out);
	} else if (!strcmp(kind, "files")) {
		fputs("'*:file:_files'", out);
	} else if (!strcmp(kind, "models")) {
		fputs("'1:model:_espalier_models'", out);
	} else if (!strcmp(kind, "words")) {
		fputs("'1:what:(", out);
		operand_words(verb, out);
		fputs(")'", out);
	} else {
		fputs("'*:operand:'", out);
	}
}

static void zsh(const struct told *told, FILE *out)
{
	for (const struct verb *const *verb = told->verbs; *verb; verb++) {
		fprintf(out, "\t%s)\n\t\t_arguments \\\n", (*verb)->name);
		for (const struct option_row *row = (*verb)->options; row->name; row++)
			zsh_option(row, out);
		fputs("\t\t\t'(- *)--help[print help]' \\\n\t\t\t", out);
		zsh_operands(*verb, out);
		fputs("\n\t\t;;\n", out);
	}
}

static const struct mark {
	const char *word;
	bool of_verb;
	void (*print)(const struct told *told, FILE *out);
} marks[] = {
	{"@SYNOPSIS@\n", true, synopsis},
	{"@OPTIONS@\n", true, man_options},
	{"@KEYS@\n", true, man_keys},
	{"@VERBS@\n", false, man_verbs},
	{"@BASH@\n", false, bash},
	{"@BASH-VERBS@\n", false, bash_verbs},
	{"@ZSH-VERBS@\n", false, zsh_verbs},
	{"@ZSH@\n", false, zsh},
	{"@BASH-MODELS@\n", false, bash_models},
	{"@ZSH-MODELS@\n", false, zsh_models},
};

static const struct mark *find_mark(const char *line)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (strcmp(line, marks[i].word) == 0)
			return &marks[i];
	return NULL;
}

int describe(const struct verb *const *verbs, const struct verb *verb, FILE *in, FILE *out)
{
	const struct told told = {.verbs = verbs, .verb = verb};
	char *line = NULL;
	size_t size = 0;
	int replaced = 0;

	while (replaced >= 0 && getline(&line, &size, in) > 0) {
		const struct mark *mark = find_mark(line);

		if (!mark) {
			fputs(line, out);
		} else if (mark->of_verb && !verb) {
			replaced = -EINVAL;
		} else {
			mark->print(&told, out);
			replaced++;
		}
	}
	free(line);
	return ferror(in) || fflush(out) || ferror(out) ? -EIO : replaced;
}
