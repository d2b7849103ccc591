/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up NIC behind ioctl(), and a namespace and a directory to record changes in. */
#ifndef TESTS_UNIT_UNDO_FIXTURE_H
#define TESTS_UNIT_UNDO_FIXTURE_H

#include "shell.h"
#include "undo/undo.h"
#include "undo_nic.h"

#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], state_file[128], said[8192];
static int outcomes[UNDO_FAILED + 1]; /* how often each was said */

/* An empty namespace with v0-v1 and nic0-nic1, and no directory yet. */
static inline int setup(void **state)
{
	if (unshare(CLONE_NEWNET))
		return -1;
	strcpy(dir, "/tmp/espalier-undo.XXXXXX");
	if (!mkdtemp(dir) || rmdir(dir))
		return -1;
	snprintf(state_file, sizeof(state_file), "%s/s.json", dir);
	said[0] = 0;
	memset(outcomes, 0, sizeof(outcomes));
	model.present = false;
	sh("ip link add v0 numrxqueues 4 numtxqueues 4 type veth peer v1 numrxqueues 4 numtxqueues "
	   "4");
	sh("ip link add nic0 type veth peer nic1");
	return 0;
}

static inline int teardown(void **state)
{
	sh("rm -rf %s", dir);
	return 0;
}

static inline void note(void *ctx, enum undo_outcome outcome, const char *line)
{
	size_t used = strlen(said);

	outcomes[outcome]++;
	if (model.refuses && strstr(line, "hash-function could not be read"))
		model.refuses = model.refuses_then;
	snprintf(said + used, sizeof(said) - used, "%s\n", line);
}

static inline int index_of(const char *ifname)
{
	return (int)if_nametoindex(ifname);
}

static inline struct undo *open_undo(void)
{
	struct undo *undo;
	char why[512] = "";

	if (undo_open(&undo, dir, "s.json", note, NULL, why, sizeof(why)))
		fail_msg("%s", why);
	return undo;
}

static inline void assert_said(const char *want)
{
	if (!strstr(said, want))
		fail_msg("\"%s\" does not have \"%s\"", said, want);
}

static inline bool file_exists(void)
{
	return !access(state_file, F_OK);
}

static inline struct undo_entry entry(enum undo_kind kind, const char *ifname, const char *knob,
				      const char *old, const char *new)
{
	struct undo_entry e = {
		.kind = kind,
		.ifindex = if_nametoindex(ifname),
		.old_value = old,
		.new_value = new,
		.reason = "why not",
	};

	strcpy(e.ifname, ifname);
	strcpy(e.knob, knob);
	return e;
}

static inline struct undo_entry rps(const char *ifname, const char *old, const char *new)
{
	return entry(UNDO_QUEUE, ifname, "rx-0/rps_cpus", old, new);
}

static inline void assert_value(struct undo *undo, const struct undo_entry *knob, const char *want)
{
	char *value;

	assert_int_equal(undo_read(undo, knob, &value), 0);
	assert_string_equal(value, want);
	free(value);
}

/* As an operator would, past us. */
static inline void set_by_hand(const struct undo_entry *like, const char *value)
{
	char why[512], other[80];
	struct undo_entry e = *like;
	struct undo *undo;

	snprintf(other, sizeof(other), "%s-hand", dir);
	assert_int_equal(undo_open(&undo, other, "x", NULL, NULL, why, sizeof(why)), 0);
	e.ifindex = if_nametoindex(e.ifname);
	e.new_value = value;
	assert_int_equal(undo_set(undo, &e), 0);
	undo_close(undo);
	sh("rm -r %s", other);
}

#endif
