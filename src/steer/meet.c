// SPDX-License-Identifier: GPL-2.0-only
// Sees to what an interface needs before it is steered.
#include "steer/meet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/say.h"
#include "steer/choose.h"
#include "steer/needs.h"

int meet_judge(struct judged *judged, const char *name, const struct meeting *meeting)
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

void judged_free(struct judged *judged)
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

const char *meet_other_method(const struct judged *judged, const struct meeting *meeting)
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
	const char *other = meet_other_method(judged, meeting);

	if (needs_worst(&judged->report) != NEEDS_REFUSE)
		return 0;
	say_findings(judged, NEEDS_REFUSE);
	if (other)
		say("%s: " MEET_OTHER_METHOD, judged->facts.link.name, other);
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

	err = meet_judge(&judged, name, meeting);
	if (!err)
		err = refused(&judged, meeting);
	if (!err && needs_first(&judged.report, NEEDS_CHANGE)) {
		err = change(undo, name, &judged);
		judged_free(&judged);
		if (err)
			return err;
		err = meet_judge(&judged, name, meeting);
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
