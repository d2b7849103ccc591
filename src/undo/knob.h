/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings that undo can read and write, each as text. Inner to undo. */
#ifndef UNDO_KNOB_H
#define UNDO_KNOB_H

#include "undo/undo.h"

/* Ways to the kernel; what could not be opened at first is tried again when it is needed. */
struct knobs {
	int ethtool; /* -1: not open */
	int sysfs;
};

void knobs_init(struct knobs *knobs);
/* While the capabilities for it are there: CAP_SYS_ADMIN. */
void knobs_open(struct knobs *knobs);
void knobs_close(struct knobs *knobs);

/* The word for a kind in the file; NULL, or 0, when there is none. */
const char *knob_kind_word(enum undo_kind kind);
enum undo_kind knob_kind_of(const char *word);

/* May a file name this knob? One that leads anywhere else is refused. */
bool knob_valid(enum undo_kind kind, const char *knob);

/* Does this error of knob_read() say that it is not there, or not any more? Any other may pass. */
bool knob_is_gone(int err);

/* Its present value, to be freed; or a negative errno. */
int knob_read(struct knobs *knobs, enum undo_kind kind, const char *ifname, const char *knob,
	      char **value);
int knob_write(struct knobs *knobs, enum undo_kind kind, const char *ifname, const char *knob,
	       const char *value);

#endif
