/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kind of setting is: a word, and ways to read and write its value as text. Inner to
 * undo/knob.c. */
#ifndef UNDO_KNOB_KIND_H
#define UNDO_KNOB_KIND_H

#include <errno.h>
#include "undo/knob.h"

struct knob_kind {
	const char *word;		 /* in the file */
	bool (*valid)(const char *knob); /* may a file name this one? NULL: all */
	int (*way)(
		struct knobs *knobs); /* to the descriptor that it is reached by; NULL: by none */
	/* 0 or a negative errno. The value is to be freed. */
	int (*read)(int fd, const char *ifname, const char *knob, char **value);
	int (*write)(int fd, const char *ifname, const char *knob, const char *value);
};

extern const struct knob_kind knob_queue, knob_sysctl;		      /* files.c */
extern const struct knob_kind knob_feature, knob_flag, knob_channels; /* switches.c */
extern const struct knob_kind knob_indir, knob_key, knob_hfunc;	      /* rss.c */
extern const struct knob_kind knob_fields, knob_rule;		      /* steering.c */

/* ways.c: descriptors for nic/ethtool.h and nic/sysfs.h, or a negative errno. */
int knobs_ethtool(struct knobs *knobs);
int knobs_sysfs(struct knobs *knobs);

/* The value is this text; NULL: there was no memory for it. */
static inline int knob_give(char *text, char **value)
{
	*value = text;
	return text ? 0 : -ENOMEM;
}

#endif
