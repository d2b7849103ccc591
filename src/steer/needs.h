/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an interface needs that our program is to steer, judged from its facts (nic/facts.h) by a
 * pure function; then what must be changed is changed through undo/undo.h.
 */
#ifndef STEER_NEEDS_H
#define STEER_NEEDS_H

#include "nic/facts.h"
#include "undo/undo.h"

#define NEEDS_VALUE_LEN 320
#define NEEDS_TEXT_LEN	512

enum needs_verdict {
	NEEDS_OK,     /* looked at, nothing to do */
	NEEDS_CHANGE, /* must be changed, and can be */
	NEEDS_WARN,   /* the operator must know */
	NEEDS_REFUSE, /* do not attach; on an interface that has our program this is a WARN */
};

/* Names of the findings, for tests and --json. */
enum needs_what {
	NEEDS_DRIVER,  /* driver can redirect natively */
	NEEDS_PROGRAM, /* no other program on it */
	NEEDS_UPPER,   /* no program above it */
	NEEDS_MTU,
	NEEDS_HEADERS, /* where a program can read them */
	NEEDS_LRO,
	NEEDS_GRO_HW,
	NEEDS_LEGACY_RX,
	NEEDS_SRIOV,
	NEEDS_VIRTIO,
	NEEDS_VLAN, /* stripped tags */
	NEEDS_CHANNELS,
	NEEDS_RPS,
	NEEDS_SPRAY, /* packets of one SA on several queues */
	NEEDS_RESET, /* attaching disturbs traffic */
	NEEDS_CHECKSUM,
	NEEDS_FROZEN,  /* settings that cannot be changed while attached */
	NEEDS_LINK,    /* not up */
	NEEDS_NOTE,    /* what else is known of the driver */
	NEEDS_METHOD,  /* a method of the NIC or the kernel: what it takes, what it leaves */
};

struct needs_finding {
	enum needs_verdict verdict;
	enum needs_what what;
	/*
	 * WARN, REFUSE: a sentence "why; what to do" without the interface's name in front.
	 * CHANGE: the reason, a few words. OK: what was found.
	 */
	char text[NEEDS_TEXT_LEN];
	/* CHANGE only: */
	bool optional; /* the driver may refuse it, and the rest is worth having all the same */
	enum undo_kind kind;
	char knob[UNDO_KNOB_LEN];
	char old_value[NEEDS_VALUE_LEN];
	char new_value[NEEDS_VALUE_LEN];
};

struct needs_report {
	struct needs_finding *finding;
	size_t count;
	int err; /* -ENOMEM: something is missing */
};

/* Judge. Pure. 0 until needs_report_free(), or -ENOMEM. */
int needs_check(const struct nic_facts *facts, struct needs_report *report);
void needs_report_free(struct needs_report *report);

/* The worst verdict of a report; the first finding with a verdict, NULL if none. */
enum needs_verdict needs_worst(const struct needs_report *report);
const struct needs_finding *needs_first(const struct needs_report *report,
					enum needs_verdict verdict);

/*
 * For checks: one more finding. Without memory nothing is added, and needs_end() tells. What
 * needs_change() returns (NULL: no memory) may be made optional.
 */
void needs_say(struct needs_report *report, enum needs_verdict verdict, enum needs_what what,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));
struct needs_finding *needs_change(struct needs_report *report, enum needs_what what,
				   enum undo_kind kind, const char *knob, const char *old_value,
				   const char *new_value, const char *reason);

/*
 * For checks of methods that steer packets behind the NIC's queues: is each SA on one of these? If by
 * what is known of the NIC it is not, its hash fields change to those of its driver's start.
 */
void needs_no_spray(const struct nic_facts *facts, struct needs_report *report);

/* All is found. 0, or -ENOMEM: then there is nothing to free. */
int needs_end(struct needs_report *report);

/*
 * Make the changes of a report, in order, through UNDO (which says each). Stops at the first that
 * fails and is not optional, returns its negative errno, *failed (may be NULL) pointing at it; what
 * was changed until then is in UNDO and not put back. Gather and check again afterwards: some
 * drivers tell their XDP features only then.
 */
int needs_apply(const struct nic_facts *facts, const struct needs_report *report, struct undo *undo,
		const struct needs_finding **failed);

/*
 * The command that would make a change by hand: of ethtool(8), or a shell's echo. False: there is
 * none.
 */
bool needs_command(const struct nic_facts *facts, const struct needs_finding *finding, char *buf,
		   size_t len);

/* One line for --dry-run and the log: "eth0: reason: knob old -> new" or "eth0: sentence". */
int needs_line(const struct nic_facts *facts, const struct needs_finding *finding, char *buf,
	       size_t len);

#endif
