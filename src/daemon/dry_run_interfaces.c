// SPDX-License-Identifier: GPL-2.0-only
// `run --dry-run`: what each interface would be steered by, what would be changed, and by which commands.
#include "daemon/dry_run_interfaces.h"

#include <errno.h>
#include <unistd.h>
#include "cli/say.h"
#include "daemon/method.h"
#include "steer/meet.h"
#include "steer/queues.h"

static const char *verdict_name(enum needs_verdict verdict)
{
	switch (verdict) {
	case NEEDS_CHANGE:
		return "change";
	case NEEDS_WARN:
		return "warning";
	case NEEDS_REFUSE:
		return "refused";
	default:
		return "ok";
	}
}

static void print_finding(struct out *out, const struct judged *judged,
			  const struct needs_finding *finding)
{
	char line[1024];

	if (!out_is_json(out)) {
		needs_line(&judged->facts, finding, line, sizeof(line));
		out_say(out, "%s", line);
		if (needs_command(&judged->facts, finding, line, sizeof(line)))
			out_say(out, "  %s", line);
		return;
	}
	out_object(out, NULL);
	out_string(out, "verdict", verdict_name(finding->verdict));
	out_string(out, "text", finding->text);
	if (finding->verdict == NEEDS_CHANGE) {
		out_string(out, "knob", finding->knob);
		out_string(out, "old", finding->old_value);
		out_string(out, "new", finding->new_value);
		out_string(out, "command",
			   needs_command(&judged->facts, finding, line, sizeof(line)) ? line
										      : NULL);
	}
	out_up(out);
}

static void print_findings(struct out *out, const struct judged *judged)
{
	if (out_is_json(out))
		out_array(out, "findings");
	for (size_t i = 0; i < judged->report.count; i++)
		if (judged->report.finding[i].verdict != NEEDS_OK)
			print_finding(out, judged, &judged->report.finding[i]);
	if (out_is_json(out))
		out_up(out);
}

/* What puts each SA of now on a queue by hand. */
static void print_rules(struct out *out, const struct link *link, const struct judged *judged,
			const struct method *method, const struct dry_interfaces *dry)
{
	struct queues queues;
	char line[512];
	uint32_t turn = 0;

	if (out_is_json(out))
		out_array(out, "rules");
	if (queues_read(0, link->name, nic_facts_queues(&judged->facts), &dry->roles->sas, &queues))
		queues.count = 0;
	for (size_t i = 0; i < dry->sas->count; i++) {
		if (!method->command(&judged->facts, &queues, &dry->sas->sa[i], turn, line,
				     sizeof(line)))
			continue;
		turn++;
		if (out_is_json(out))
			out_string(out, NULL, line);
		else
			out_say(out, "  %s", line);
	}
	if (out_is_json(out))
		out_up(out);
}

static void print_method(struct out *out, const struct meeting *meeting, const struct link *link,
			 bool can)
{
	if (out_is_json(out)) {
		out_object(out, NULL);
		out_string(out, "interface", link->name);
		out_string(out, "method", can ? meeting->method->name : NULL);
	}
}

static void print_end(struct out *out, const struct meeting *meeting, const struct judged *judged,
		      const struct link *link, bool can)
{
	const char *other = meet_other_method(judged, meeting);

	if (out_is_json(out))
		out_up(out);
	else if (can && judged->facts.own_prog_id && method_has(meeting->method, METHOD_PINNED))
		out_say(out, "%s: is steered already", link->name);
	else if (can)
		out_say(out, "%s: would steer by %s", link->name, meeting->method->name);
	else if (other)
		out_say(out, "%s: " MEET_OTHER_METHOD, link->name, other);
}

/* Nothing else waits for us here: where it is to be measured first, that is waited for. */
static void choose(const struct link *link, const struct dry_interfaces *dry,
		   struct method_choice *choice)
{
	struct nic_seen seen = {.measured = true};
	struct measure *measure;

	if (!method_choose(0, dry->options, dry->sas, dry->roles, link, NULL, choice))
		return;
	if (!method_measure(link, &measure)) {
		sleep(METHOD_SECONDS);
		method_measured(0, measure, link, &seen);
	}
	(void)method_choose(0, dry->options, dry->sas, dry->roles, link, &seen, choice);
}

/* Why the method, if it was chosen. */
static void print_why(struct out *out, const struct method_choice *choice, const struct link *link)
{
	if (out_is_json(out))
		out_string(out, "why", *choice->why ? choice->why : NULL);
	else if (*choice->why)
		out_say(out, "%s: method %s, since %s", link->name, choice->method->name,
			choice->why);
}

static int dry_run_one(const struct link *link, const struct dry_interfaces *dry, struct out *out)
{
	struct method_choice choice;
	struct meeting meeting = {
		.roles = dry->roles,
		.ours = true,
	};
	struct judged judged;
	bool can;
	int err;

	choose(link, dry, &choice);
	meeting.method = choice.method;
	err = meet_judge(&judged, link->name, &meeting);
	can = !err && needs_worst(&judged.report) != NEEDS_REFUSE;
	print_method(out, &meeting, link, can);
	print_why(out, &choice, link);
	if (!err)
		print_findings(out, &judged);
	if (can && meeting.method->command)
		print_rules(out, link, &judged, meeting.method, dry);
	print_end(out, &meeting, &judged, link, can && !dry->refused);
	judged_free(&judged);
	return can ? 0 : err ? err : -EOPNOTSUPP;
}

/* What cannot be steered at all. */
static void print_unknown(const char *name, const char *why, struct out *out)
{
	if (!out_is_json(out)) {
		say("steering %s: %s", name, why);
		return;
	}
	out_object(out, NULL);
	out_string(out, "interface", name);
	out_null(out, "method");
	out_string(out, "why", why);
	out_up(out);
}

static int dry_run_named(const char *name, const struct dry_interfaces *dry, struct out *out)
{
	struct link_list links = {0};
	char why[LINK_WHY_LEN];
	int err = link_attachable(name, &links, why, sizeof(why));
	int bad;

	if (err)
		print_unknown(name, why, out);
	for (size_t i = 0; i < links.count; i++) {
		bad = dry_run_one(&links.link[i], dry, out);
		err = bad ? bad : err;
	}
	link_list_free(&links);
	return err;
}

int dry_run_interfaces(const struct dry_interfaces *dry, struct out *out)
{
	int err = 0, bad;

	if (out_is_json(out))
		out_array(out, "interfaces");
	for (size_t i = 0; i < dry->options->n_interfaces; i++) {
		bad = dry_run_named(dry->options->interfaces[i], dry, out);
		err = bad ? bad : err;
	}
	if (out_is_json(out))
		out_up(out);
	return err;
}
