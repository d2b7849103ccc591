// SPDX-License-Identifier: GPL-2.0-only
// What checks of an interface found: put together, looked through, made, and told.
#include "steer/needs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/channels_text.h"

static struct needs_finding *add(struct needs_report *report, enum needs_verdict verdict,
				 enum needs_what what)
{
	struct needs_finding *more =
		reallocarray(report->finding, report->count + 1, sizeof(*more));

	if (!more) {
		report->err = -ENOMEM;
		return NULL;
	}
	report->finding = more;
	more += report->count++;
	*more = (struct needs_finding){.verdict = verdict, .what = what};
	return more;
}

void needs_say(struct needs_report *report, enum needs_verdict verdict, enum needs_what what,
	       const char *fmt, ...)
{
	struct needs_finding *finding = add(report, verdict, what);
	va_list ap;

	if (!finding)
		return;
	va_start(ap, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
}

struct needs_finding *needs_change(struct needs_report *report, enum needs_what what,
				   enum undo_kind kind, const char *knob, const char *old_value,
				   const char *new_value, const char *reason)
{
	struct needs_finding *finding = add(report, NEEDS_CHANGE, what);

	if (!finding)
		return NULL;
	finding->kind = kind;
	snprintf(finding->knob, sizeof(finding->knob), "%s", knob);
	snprintf(finding->old_value, sizeof(finding->old_value), "%s", old_value);
	snprintf(finding->new_value, sizeof(finding->new_value), "%s", new_value);
	snprintf(finding->text, sizeof(finding->text), "%s", reason);
	return finding;
}

int needs_end(struct needs_report *report)
{
	int err = report->err;

	if (err)
		needs_report_free(report);
	return err;
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
		if (finding->kind != UNDO_SYSCTL) {
			entry.ifindex = facts->link.ifindex;
			strcpy(entry.ifname, facts->link.name);
		}
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
	size_t n = (size_t)snprintf(buf, len, "ethtool -L %s", ifname);
	struct nic_channels ch = {0};

	(void)channels_parse(value, &ch);
	for (int i = 0; i < 3 && n < len; i++) {
		static const char *const words[] = {"rx", "tx", "combined"};
		const uint32_t numbers[] = {ch.rx, ch.tx, ch.combined};

		if (numbers[i])
			n += (size_t)snprintf(buf + n, len - n, " %s %u", words[i], numbers[i]);
	}
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
	case UNDO_SYSCTL:
		snprintf(buf, len, "sysctl -w %s=%s", knob, value);
		return true;
	case UNDO_CHANNELS:
		channels_command(name, value, buf, len);
		return true;
	default:
		return false;
	}
}
