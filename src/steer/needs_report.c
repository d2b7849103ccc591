// SPDX-License-Identifier: GPL-2.0-only
/* What checks of an interface found: put together, looked through, made, and told. */
#include "steer/needs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct needs_finding *needs_add(struct needs_report *report, enum needs_verdict verdict,
				enum needs_what what)
{
	struct needs_finding *more;

	more = realloc(report->finding, (report->count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	report->finding = more;
	more += report->count++;
	memset(more, 0, sizeof(*more));
	more->verdict = verdict;
	more->what = what;
	return more;
}

bool needs_say(struct needs_report *report, enum needs_verdict verdict, enum needs_what what,
	       const char *fmt, ...)
{
	struct needs_finding *finding = needs_add(report, verdict, what);
	va_list ap;

	if (!finding)
		return false;
	va_start(ap, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
	return true;
}

struct needs_finding *needs_change(struct needs_report *report, enum undo_kind kind,
				   const char *knob, const char *old_value, const char *new_value,
				   const char *reason)
{
	struct needs_finding *finding = needs_add(report, NEEDS_CHANGE, NEEDS_METHOD);

	if (!finding)
		return NULL;
	finding->kind = kind;
	snprintf(finding->knob, sizeof(finding->knob), "%s", knob);
	snprintf(finding->old_value, sizeof(finding->old_value), "%s", old_value);
	snprintf(finding->new_value, sizeof(finding->new_value), "%s", new_value);
	snprintf(finding->text, sizeof(finding->text), "%s", reason);
	return finding;
}

void needs_report_free(struct needs_report *report)
{
	free(report->finding);
	memset(report, 0, sizeof(*report));
}

enum needs_verdict needs_worst(const struct needs_report *report)
{
	enum needs_verdict worst = NEEDS_OK;
	size_t i;

	for (i = 0; i < report->count; i++)
		if (report->finding[i].verdict > worst)
			worst = report->finding[i].verdict;
	return worst;
}

const struct needs_finding *needs_first(const struct needs_report *report,
					enum needs_verdict verdict)
{
	size_t i;

	for (i = 0; i < report->count; i++)
		if (report->finding[i].verdict == verdict)
			return &report->finding[i];
	return NULL;
}

int needs_apply(const struct nic_facts *facts, const struct needs_report *report, struct undo *undo,
		const struct needs_finding **failed)
{
	const struct needs_finding *finding;
	struct undo_entry entry;
	size_t i;
	int err;

	for (i = 0; i < report->count; i++) {
		finding = &report->finding[i];
		if (finding->verdict != NEEDS_CHANGE)
			continue;
		memset(&entry, 0, sizeof(entry));
		entry.kind = finding->kind;
		entry.ifindex = facts->link.ifindex;
		strcpy(entry.ifname, facts->link.name);
		strcpy(entry.knob, finding->knob);
		entry.old_value = finding->old_value;
		entry.new_value = finding->new_value;
		entry.reason = finding->text;
		err = undo_set(undo, &entry);
		if (!err || finding->optional)
			continue;
		if (failed)
			*failed = finding;
		return err;
	}
	return 0;
}

int needs_line(const struct nic_facts *facts, const struct needs_finding *finding, char *buf,
	       size_t len)
{
	if (finding->verdict == NEEDS_CHANGE)
		return snprintf(buf, len, "%s: %s: %s %s -> %s", facts->link.name, finding->text,
				finding->knob, finding->old_value, finding->new_value);
	return snprintf(buf, len, "%s: %s", facts->link.name, finding->text);
}

static void channels_command(const char *ifname, const char *value, char *buf, size_t len)
{
	static const char *const words[] = {"rx", "tx", "other", "combined"};
	unsigned int number[4] = {0};
	size_t n = (size_t)snprintf(buf, len, "ethtool -L %s", ifname);

	sscanf(value, "rx %u tx %u other %u combined %u", &number[0], &number[1], &number[2],
	       &number[3]);
	for (int i = 0; i < 4 && n < len; i++)
		if (number[i] && i != 2)
			n += (size_t)snprintf(buf + n, len - n, " %s %u", words[i], number[i]);
}

bool needs_command(const struct nic_facts *facts, const struct needs_finding *finding, char *buf,
		   size_t len)
{
	const char *name = facts->link.name, *knob = finding->knob, *value = finding->new_value;

	if (finding->verdict != NEEDS_CHANGE)
		return false;
	switch (finding->kind) {
	case UNDO_FEATURE:
		snprintf(buf, len, "ethtool -K %s %s %s", name, knob, value);
		return true;
	case UNDO_FLAG:
		snprintf(buf, len, "ethtool --set-priv-flags %s %s %s", name, knob, value);
		return true;
	case UNDO_FIELDS:
		snprintf(buf, len, "ethtool -N %s rx-flow-hash %s %s", name, knob, value);
		return true;
	case UNDO_QUEUE:
		snprintf(buf, len, "echo %s > /sys/class/net/%s/queues/%s", value, name, knob);
		return true;
	case UNDO_CHANNELS:
		channels_command(name, value, buf, len);
		return true;
	default:
		return false;
	}
}
