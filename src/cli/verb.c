// SPDX-License-Identifier: GPL-2.0-only
// A verb from its arguments.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/interface_named.h"
#include "cli/verb.h"
#include "host/confine.h"
#include "view/wrap.h"

void verb_help(const struct verb *verb, FILE *file)
{
	fprintf(file, "Usage: espalier %s [OPTION]... %s\n\n", verb->name, verb->operands);
	wrap(verb->about, 0, file);
	fprintf(file, "\nOptions:\n");
	options_help(verb->options, verb->defaults, file);
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

/* Before it reads what others wrote. */
static enum status give_up(const struct verb *verb, const void *options)
{
	int err = verb->reads ? confine(verb->kernels_sas && verb->kernels_sas(options)) : 0;

	if (err)
		return complain(verb->name, "giving up what it does not need: %s", strerror(-err));
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
			status = give_up(verb, options);
		if (status == STATUS_DONE)
			status = verb->function(options, argc - first, argv + first);
	}
	free(options);
	return status;
}
