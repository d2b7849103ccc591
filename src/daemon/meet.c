// SPDX-License-Identifier: GPL-2.0-only
// Sees to what an interface needs before it is steered.
#include "daemon/meet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli/say.h"
#include "daemon/method.h"
#include "steer/needs.h"
#include "steer/queues.h"

#define OTHER_METHOD "--method %s needs nothing of the driver"

struct judged {
	struct nic_facts facts;
	struct needs_report report;
};

static int judge(struct judged *judged, const char *name, const struct meeting *meeting)
{
	int err;

	memset(judged, 0, sizeof(*judged));
	err = choose_facts(meeting->sysfs, name, meeting->ours, &judged->facts);
	if (!err)
		err = meeting->method->check(&judged->facts, meeting->roles, &judged->report);
	if (err)
		say("looking at %s: %s", name, strerror(-err));
	return err;
}

static void judged_free(struct judged *judged)
{
	needs_report_free(&judged->report);
	nic_facts_free(&judged->facts);
}

static void say_findings(const struct judged *judged, enum needs_verdict verdict)
{
	char line[1024];

	for (size_t i = 0; i < judged->report.count; i++) {
		if (judged->report.finding[i].verdict != verdict)
			continue;
		needs_line(&judged->facts, &judged->report.finding[i], line, sizeof(line));
		say_at(verdict == NEEDS_REFUSE ? LOG_ERR
		       : verdict == NEEDS_WARN ? LOG_WARNING
					       : LOG_INFO,
		       "%s", line);
	}
}

/* Changes that are still wanted after they were made: the driver would not. */
static void say_refused(const struct judged *judged)
{
	for (size_t i = 0; i < judged->report.count; i++) {
		const struct needs_finding *finding = &judged->report.finding[i];

		if (finding->verdict == NEEDS_CHANGE && finding->optional)
			say("%s: %s stays %s: %s refuses %s", judged->facts.link.name, finding->knob,
			    finding->old_value,
			    finding->kind == UNDO_SYSCTL ? "the kernel" : "its driver",
			    finding->new_value);
	}
}

/* What steers a refused interface all the same; NULL: nothing, or its refusal says what helps. */
static const char *other_method(const struct judged *judged, const struct meeting *meeting)
{
	const struct needs_finding *refusal = needs_first(&judged->report, NEEDS_REFUSE);

	if (!refusal || refusal->what == NEEDS_PROGRAM ||
	    method_has(meeting->method, METHOD_ANY_DRIVER))
		return NULL;
	return method_on_any_driver();
}

/* Says why the interface is refused, if it is. */
static int refused(const struct judged *judged, const struct meeting *meeting)
{
	const char *other = other_method(judged, meeting);

	if (needs_worst(&judged->report) != NEEDS_REFUSE)
		return 0;
	say_findings(judged, NEEDS_REFUSE);
	if (other)
		say("%s: " OTHER_METHOD, judged->facts.link.name, other);
	return -EOPNOTSUPP;
}

static int change(struct undo *undo, const char *name, const struct judged *judged)
{
	const struct needs_finding *failed = NULL;
	int err = needs_apply(&judged->facts, &judged->report, undo, &failed);

	if (err)
		say("%s: setting %s to %s: %s", name, failed ? failed->knob : "it up",
		    failed ? failed->new_value : "what it needs", strerror(-err));
	return err;
}

int meet_needs(struct undo *undo, const char *name, struct meeting *meeting)
{
	struct judged judged;
	int err;

	err = judge(&judged, name, meeting);
	if (!err)
		err = refused(&judged, meeting);
	if (!err && needs_first(&judged.report, NEEDS_CHANGE)) {
		err = change(undo, name, &judged);
		judged_free(&judged);
		if (err)
			return err;
		err = judge(&judged, name, meeting);
		if (!err)
			err = refused(&judged, meeting);
	}
	if (!err) {
		say_findings(&judged, NEEDS_WARN);
		say_refused(&judged);
		memcpy(meeting->driver, judged.facts.driver, sizeof(meeting->driver));
		meeting->model = judged.facts.model;
		meeting->queues = nic_facts_queues(&judged.facts);
	}
	judged_free(&judged);
	return err;
}

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
			const struct method *method, const struct meet_dry *dry)
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
	const char *other = other_method(judged, meeting);

	if (out_is_json(out))
		out_up(out);
	else if (can && judged->facts.own_prog_id && method_has(meeting->method, METHOD_PINNED))
		out_say(out, "%s: is steered already", link->name);
	else if (can)
		out_say(out, "%s: would steer by %s", link->name, meeting->method->name);
	else if (other)
		out_say(out, "%s: " OTHER_METHOD, link->name, other);
}

/* Nothing else waits for us here: where it is to be measured first, that is waited for. */
static void choose(const struct link *link, const struct meet_dry *dry, struct method_choice *choice)
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

static int dry_run_one(const struct link *link, const struct meet_dry *dry, struct out *out)
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
	err = judge(&judged, link->name, &meeting);
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

static int dry_run_named(const char *name, const struct meet_dry *dry, struct out *out)
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

int meet_dry_run(const struct meet_dry *dry, struct out *out)
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
