// SPDX-License-Identifier: GPL-2.0-only
// The check-up of the host: one line each, ok or what to do.
#include "cmd/inspect/checkup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "client/snapshot_now.h"
#include "view/out.h"

static size_t count_bad(const struct checkup *c)
{
	size_t bad = 0;

	for (size_t i = 0; i < c->n; i++)
		bad += !c->line[i].ok;
	return bad;
}

static void print_line(struct out *out, const struct checkup_line *line)
{
	if (!out_is_json(out)) {
		out_item(out, line->ok ? "ok  " : "do  ", "%s%s%s: %s%s%s", line->check,
			 *line->subject ? " " : "", line->subject, line->says,
			 line->ok ? "" : ". To do: ", line->todo);
		return;
	}
	out_object(out, NULL);
	out_string(out, "check", line->check);
	out_string(out, "subject", *line->subject ? line->subject : NULL);
	out_bool(out, "ok", line->ok);
	out_string(out, "says", line->says);
	out_string(out, "todo", line->ok ? NULL : line->todo);
	out_up(out);
}

static void print_kernel(struct out *out, const struct kernel_facts *kernel)
{
	out_object(out, "kernel");
	for (enum kernel_item i = 0; i < KERNEL_ITEMS; i++)
		if (kernel->item[i] == KERNEL_UNKNOWN)
			out_null(out, kernel_item_name(i));
		else
			out_bool(out, kernel_item_name(i), kernel->item[i] == KERNEL_HAS);
	out_up(out);
}

static void print(struct out *out, const struct checkup *c)
{
	size_t bad = count_bad(c);

	if (out_is_json(out)) {
		out_number(out, "version", 1);
		out_bool(out, "well", !bad);
		print_kernel(out, &c->kernel);
		out_array(out, "checks");
	}
	for (size_t i = 0; i < c->n; i++)
		print_line(out, &c->line[i]);
	if (out_is_json(out)) {
		out_up(out);
		out_array(out, "warnings");
		out_up(out);
	} else if (bad) {
		out_say(out, "%zu of %zu checks ask for something to be done.", bad, c->n);
	} else {
		out_say(out, "All is well.");
	}
}

static enum status finish(struct checkup *c, bool json)
{
	struct out *out = c->no_memory ? NULL : out_new(stdout, json);
	int err;

	if (!out)
		return complain("inspect", "no memory");
	print(out, c);
	err = out_close(out);
	if (err)
		return complain("inspect", "cannot print: %s", strerror(-err));
	return count_bad(c) ? STATUS_FAILED : STATUS_DONE;
}

enum status checkup(unsigned int seconds, bool json)
{
	struct checkup c = {.seconds = seconds};
	enum status status = snapshot_now("inspect", &c.snapshot);

	if (status == STATUS_DONE) {
		checkup_host(&c);
		checkup_sas(&c);
		checkup_steering(&c);
		checkup_interfaces(&c);
		checkup_errors(&c);
		status = finish(&c, json);
	}
	snapshot_free(&c.snapshot);
	sad_reading_free(&c.sas);
	free(c.line);
	return status;
}
