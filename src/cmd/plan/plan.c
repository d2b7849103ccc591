// SPDX-License-Identifier: GPL-2.0-only
// espalier plan: SPIs, tables and keys that spread the SAs of a NIC that hashes the SPI.
#include "cmd/plan/plan.h"

#include <string.h>
#include "cli/verb.h"
#include "core/indir.h"

#define OPERANDS "spi|table|key"

enum {
	SRC,
	DST,
	NIC,
	TABLE,
	KEY,
	QUEUES,
	COUNT,
	QUEUE,
	RANGE,
	PORTS,
	SAS,
	CAPTURE,
	SECONDS,
	JSON,
	OPTIONS,
};

#define IN(option) (1ull << (option))

static const struct plan_options defaults = {.queue = -1, .seconds = 3};

static const struct option_row options[] = {
	[SRC] = {.name = "src",
		 .argument = "ADDRESS",
		 .type = OPTION_ADDRESS,
		 .offset = offsetof(struct plan_options, src),
		 .help = "where the packets come from; with --sas, those of SAs whose line does "
			 "not say it"},
	[DST] = {.name = "dst",
		 .argument = "ADDRESS",
		 .type = OPTION_ADDRESS,
		 .offset = offsetof(struct plan_options, dst),
		 .help = "where they arrive"},
	[NIC] = {.name = "nic",
		 .argument = "NAME",
		 .type = OPTION_STRING,
		 .offset = offsetof(struct plan_options, nic),
		 .help = "the NIC, by a name that 'espalier models' lists; or that of an interface "
			 "here, by its name, or of a file of 'espalier inspect --report', with its "
			 "table, key and queues; one that hashes source, destination and SPI, in "
			 "this order, if not given"},
	[TABLE] = {.name = "table",
		   .argument = "N|FILE",
		   .type = OPTION_FILE,
		   .offset = offsetof(struct plan_options, table),
		   .help = "its indirection table: N entries filled in turn, as drivers do, or a "
			   "FILE with what 'ethtool -x IF' prints; as its driver makes it if not "
			   "given"},
	[KEY] = {.name = "key",
		 .argument = "HEX",
		 .type = OPTION_STRING,
		 .offset = offsetof(struct plan_options, key),
		 .help = "its hash key as 'ethtool -x IF' prints it, or 'microsoft' for that of "
			 "Microsoft's test suite; that in FILE if not given"},
	[QUEUES] = {.name = "queues",
		    .argument = "N",
		    .type = OPTION_NUMBER,
		    .offset = offsetof(struct plan_options, queues),
		    .least = 1,
		    .most = INDIR_SIZE_MAX,
		    .help = "its receive queues; those that FILE names if not given"},
	[COUNT] = {.name = "count",
		   .argument = "M",
		   .type = OPTION_NUMBER,
		   .offset = offsetof(struct plan_options, count),
		   .least = 1,
		   .most = 1 << 24,
		   .help = "how many SPIs"},
	[QUEUE] = {.name = "queue",
		   .argument = "Q",
		   .type = OPTION_NUMBER,
		   .offset = offsetof(struct plan_options, queue),
		   .most = UINT16_MAX,
		   .help = "all of them on this queue; evenly over all queues if not given"},
	[RANGE] = {.name = "range",
		   .argument = "LOW-HIGH",
		   .type = OPTION_STRING,
		   .offset = offsetof(struct plan_options, range),
		   .help = "SPIs allowed (default 0xc0000000-0xcfffffff, strongSwan's), or ports "
			   "(default 1024-65535)"},
	[PORTS] = {.name = "ports",
		   .type = OPTION_FLAG,
		   .offset = offsetof(struct plan_options, ports),
		   .help = "for ESP in UDP: plan UDP source ports, with 4500 as destination port, "
			   "and not SPIs"},
	[SAS] = {.name = "sas",
		 .argument = "FILE",
		 .type = OPTION_FILE,
		 .offset = offsetof(struct plan_options, sas),
		 .help = "plan for these SAs, one a line as for 'espalier run --sas', with "
			 "from=ADDRESS and rate=NUMBER"},
	[CAPTURE] = {.name = "capture",
		     .argument = "FILE",
		     .type = OPTION_FILE,
		     .offset = offsetof(struct plan_options, capture),
		     .help = "plan for those of a capture, by what they carry there; '-' is the "
			     "standard input"},
	[SECONDS] = {.name = "seconds",
		     .argument = "SECONDS",
		     .type = OPTION_NUMBER,
		     .offset = offsetof(struct plan_options, seconds),
		     .least = 1,
		     .most = 3600,
		     .help = "without --sas and --capture: plan for the kernel's SAs, by what they "
			     "carry in this time"},
	[JSON] = {.name = "json",
		  .type = OPTION_FLAG,
		  .offset = offsetof(struct plan_options, json),
		  .help = "print JSON"},
	[OPTIONS] = {0},
};

static const struct form {
	const char *name;
	uint64_t takes, needs; /* options */
	enum status (*function)(const struct plan_options *o);
} forms[] = {
	{"spi",
	 IN(SRC) | IN(DST) | IN(NIC) | IN(TABLE) | IN(KEY) | IN(QUEUES) | IN(COUNT) | IN(QUEUE) |
		 IN(RANGE) | IN(PORTS) | IN(JSON),
	 IN(SRC) | IN(DST) | IN(COUNT), plan_form_spi},
	{"table",
	 IN(SRC) | IN(NIC) | IN(TABLE) | IN(KEY) | IN(QUEUES) | IN(SAS) | IN(CAPTURE) |
		 IN(SECONDS) | IN(JSON),
	 0, plan_form_table},
	{"key",
	 IN(SRC) | IN(NIC) | IN(TABLE) | IN(KEY) | IN(QUEUES) | IN(SAS) | IN(CAPTURE) |
		 IN(SECONDS) | IN(JSON),
	 0, plan_form_key},
};

static enum status check(const struct form *form, uint64_t given)
{
	uint64_t wrong = given & ~form->takes, missing = form->needs & ~given;

	if (wrong)
		return complain_usage("plan", "plan %s does not take --%s", form->name,
				      options[__builtin_ctzll(wrong)].name);
	if (missing)
		return complain_usage("plan", "plan %s needs --%s", form->name,
				      options[__builtin_ctzll(missing)].name);
	return STATUS_DONE;
}

static enum status plan(const void *given, int n, char **operands)
{
	const struct plan_options *o = given;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		enum status status;

		if (strcmp(operands[0], forms[i].name))
			continue;
		status = check(&forms[i], o->given);
		return status == STATUS_DONE ? forms[i].function(o) : status;
	}
	return complain_usage("plan", "%s: not one of %s", operands[0], OPERANDS);
}

static bool kernels_sas(const void *given)
{
	const struct plan_options *o = given;

	return !o->sas && !o->capture;
}

const struct verb verb_plan = {
	.name = "plan",
	.operands = OPERANDS,
	.least = 1,
	.most = 1,
	.brief = "SPIs, a table or a key that spread SAs over queues",
	.about =
		"Says how to spread SAs over the receive queues of a NIC that hashes the SPI. spi: "
		"SPIs (or UDP source ports) that its key and table send evenly to all queues, or "
		"to one. table: the table that balances SAs with known loads. key: a key under "
		"which they do not collide. Changes nothing.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.given = offsetof(struct plan_options, given),
	.reads = true,
	.kernels_sas = kernels_sas,
	.function = plan,
};
