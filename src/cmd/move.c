// SPDX-License-Identifier: GPL-2.0-only
/* espalier move: moves one SA by hand. */
#include <sched.h>
#include <netinet/in.h>
#include <string.h>
#include "cli/verb.h"
#include "client/client.h"
#include "text/number.h"
#include "text/spi.h"
#include "view/out.h"

enum move_protocol { MOVE_ESP, MOVE_AH, MOVE_EITHER };

struct move_options {
	struct option_address dst;
	int protocol; /* enum move_protocol */
	bool json;
};

static const struct move_options defaults = {.protocol = MOVE_EITHER};

static const char *const protocols[] = {[MOVE_ESP] = "esp", [MOVE_AH] = "ah", NULL};

static const struct option_row options[] = {
	{.name = "dst",
	 .argument = "ADDRESS",
	 .type = OPTION_ADDRESS,
	 .offset = offsetof(struct move_options, dst),
	 .help = "the SA's destination address, if several SAs have this SPI"},
	{.name = "protocol",
	 .argument = "esp|ah",
	 .type = OPTION_CHOICE,
	 .choices = protocols,
	 .offset = offsetof(struct move_options, protocol),
	 .help = "the SA's protocol, if an ESP and an AH SA have this SPI"},
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct move_options, json),
	 .help = "print JSON"},
	{0},
};

static enum status print(const struct move_request *request, const struct move_answer *answer,
			 bool json)
{
	struct out *out = out_new(stdout, json);
	int err;

	if (!out)
		return complain("move", "done, but no memory to say so");
	if (json) {
		out_number(out, "version", 1);
		out_bool(out, "done", true);
		out_string(out, "said", answer->said);
		out_spi(out, "spi", request->spi);
		out_number_or_null(out, "from_cpu", answer->from);
		out_number_or_null(out, "to_cpu", answer->to);
	} else {
		out_say(out, "%s", answer->said);
	}
	err = out_close(out);
	return err ? complain("move", "done, but cannot say so: %s", strerror(-err)) : STATUS_DONE;
}

static enum status move(const void *given, int n, char **operands)
{
	const struct move_options *o = given;
	struct move_request request = {.family = o->dst.family};
	struct move_answer answer = {0};
	char tried[64];
	int64_t cpu;
	int err;

	if (!spi_parse(operands[0], &request.spi))
		return complain_usage("move", "%s: %s", operands[0], spi_why_not(operands[0]));
	if (strcmp(operands[1], "auto") == 0)
		cpu = MOVE_AUTO;
	else if (!number_signed(operands[1], 0, CPU_SETSIZE - 1, &cpu))
		return complain_usage("move", "%s: neither a CPU nor 'auto'", operands[1]);
	request.cpu = (uint32_t)cpu;
	memcpy(request.dst, o->dst.bytes, sizeof(request.dst));
	if (o->protocol != MOVE_EITHER)
		request.protocol = o->protocol == MOVE_AH ? IPPROTO_AH : IPPROTO_ESP;
	if (request.cpu == MOVE_AUTO)
		snprintf(tried, sizeof(tried), "release 0x%08x", request.spi);
	else
		snprintf(tried, sizeof(tried), "move 0x%08x to CPU %u", request.spi, request.cpu);
	err = daemon_move(&request, &answer);
	if (err)
		return complain(tried, "%s", answer.said);
	return print(&request, &answer, o->json);
}

const struct verb verb_move = {
	.name = "move",
	.operands = "SPI CPU|auto",
	.least = 2,
	.most = 2,
	.brief = "move one SA by hand",
	.about = "Moves one SA to another CPU, through the running daemon, without losing packets "
		 "to the replay window. It stays there, whatever the load, until 'espalier move "
		 "SPI auto'. Write the SPI " SPI_TEXT ".",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = move,
};
