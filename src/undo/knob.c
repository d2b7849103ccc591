// SPDX-License-Identifier: GPL-2.0-only
// The settings that undo can read and write, each as text, by their kinds.
#include "undo/knob_kind.h"

#include <string.h>

static const struct knob_kind *const kinds[] = {
	[UNDO_QUEUE] = &knob_queue,   [UNDO_FEATURE] = &knob_feature,
	[UNDO_FLAG] = &knob_flag,     [UNDO_CHANNELS] = &knob_channels,
	[UNDO_INDIR] = &knob_indir,   [UNDO_KEY] = &knob_key,
	[UNDO_HFUNC] = &knob_hfunc,   [UNDO_SYSCTL] = &knob_sysctl,
	[UNDO_FIELDS] = &knob_fields, [UNDO_RULE] = &knob_rule,
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct knob_kind *find(enum undo_kind kind)
{
	return kind < KINDS ? kinds[kind] : NULL;
}

const char *knob_kind_word(enum undo_kind kind)
{
	return find(kind) ? kinds[kind]->word : NULL;
}

enum undo_kind knob_kind_of(const char *word)
{
	for (size_t i = 1; i < KINDS; i++)
		if (!strcmp(kinds[i]->word, word))
			return i;
	return 0;
}

bool knob_valid(enum undo_kind kind, const char *knob)
{
	size_t len = strlen(knob);

	if (!find(kind) || !len || len >= UNDO_KNOB_LEN)
		return false;
	return !kinds[kind]->valid || kinds[kind]->valid(knob);
}

bool knob_is_gone(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -EOPNOTSUPP;
}

/* The descriptor that a knob is reached by, 0 if by none; or a negative errno. */
static int reach(struct knobs *knobs, enum undo_kind kind, const char *knob)
{
	if (!knob_valid(kind, knob))
		return -EINVAL;
	return kinds[kind]->way ? kinds[kind]->way(knobs) : 0;
}

int knob_read(struct knobs *knobs, enum undo_kind kind, const char *ifname, const char *knob,
	      char **value)
{
	int fd = reach(knobs, kind, knob);

	*value = NULL;
	return fd < 0 ? fd : kinds[kind]->read(fd, ifname, knob, value);
}

int knob_write(struct knobs *knobs, enum undo_kind kind, const char *ifname, const char *knob,
	       const char *value)
{
	int fd = reach(knobs, kind, knob);

	return fd < 0 ? fd : kinds[kind]->write(fd, ifname, knob, value);
}
