/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every setting that we change is written down first and can be put back, after a crash too. One
 * JSON file for each network namespace; all calls work in the namespace of the calling thread.
 */
#ifndef UNDO_UNDO_H
#define UNDO_UNDO_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#define UNDO_KNOB_LEN 64
#define UNDO_NONE     "none" /* the value where there is no rule, or no field */

enum undo_kind {
	UNDO_QUEUE =
		1, /* a file below class/net/IF/queues: knob "rx-0/rps_cpus", "rx-0/rps_flow_cnt" */
	UNDO_FEATURE,  /* knob as the kernel names it ("rx-lro"); "on" or "off" */
	UNDO_FLAG,     /* private flag ("legacy-rx"); "on" or "off" */
	UNDO_CHANNELS, /* knob "channels"; "rx 0 tx 0 other 1 combined 4" */
	UNDO_INDIR,    /* knob "indirection-table"; "0 1 2 3 ..." */
	UNDO_KEY,      /* knob "hash-key"; hexadecimal, as "6d:5a:..." */
	UNDO_HFUNC,    /* knob "hash-function"; "1" */
	UNDO_SYSCTL,   /* knob "net/core/..." below /proc/sys/net of this namespace; its text */
	UNDO_FIELDS,   /* knob "esp4", "esp6", "udp4", "udp6" as behind rx-flow-hash; "sdfn" */
	UNDO_RULE,     /* knob its location; as behind `ethtool -N IF` (nic/rule.h), or "none" */
};

struct undo_entry {
	enum undo_kind kind;
	int ifindex; /* 0 for UNDO_SYSCTL */
	char ifname[IFNAMSIZ];
	char knob[UNDO_KNOB_LEN];
	const char *old_value;
	const char *new_value;
	const char *reason; /* why, a few words: "packets from a ring obey it" */
};

/* What became of a setting. */
enum undo_outcome {
	UNDO_DONE,	 /* changed, put back, or there is nothing to put back */
	UNDO_LEFT_ALONE, /* it is not as we found it: somebody else changed it meanwhile */
	UNDO_FAILED,	 /* it is not as we found it: it stays written down */
};

/*
 * What was done or not done, one line without a newline: for each change and each restore
 * "eth0: reason: knob old -> new", or a sentence about what was left alone and why.
 */
typedef void (*undo_say_fn)(void *ctx, enum undo_outcome outcome, const char *line);

struct undo;

/*
 * Open the state DIR/FILE (e.g. "/run/espalier", "net-4026531840.json"); reads what an earlier
 * process left. DIR is made (0700) when missing; DIR and the file must be root's, not a link, not
 * writable by others: -EPERM, -ELOOP otherwise. A damaged file: -EBADMSG, and nothing is changed.
 * SAY may be NULL. *out on failure is NULL and WHY says "why not; what to do" and names the file.
 */
int undo_open(struct undo **out, const char *dir, const char *file, undo_say_fn say, void *ctx,
	      char *why, size_t len);
/* Leaves the file as it is. */
void undo_close(struct undo *undo);

/* From now on what is done is told there. */
void undo_tell(struct undo *undo, undo_say_fn say, void *ctx);

/* Number of changes that are still to be put back. */
size_t undo_count(const struct undo *undo);

/*
 * The interfaces of which anything is written down, ascending, each once, and 0 for what belongs to
 * none. The count, or -ENOMEM. The caller frees *ifindexes.
 */
int undo_interfaces(const struct undo *undo, int **ifindexes);

/* Is any of them in the calling thread's network namespace, as far as can be told? */
bool undo_any_here(const struct undo *undo);

/*
 * Write one change down before it is made: on disk when this returns 0. The first old value stays
 * when the same knob is changed again, unless somebody else set it in between.
 */
int undo_record(struct undo *undo, const struct undo_entry *entry);

/* Record, then change, then say so. When the change fails the record is taken back. */
int undo_set(struct undo *undo, const struct undo_entry *entry);

/*
 * The same for many changes at the price of one: all are written down, then each is made, and
 * nothing is said. @err[i] is what became of each. 0, or a negative errno: nothing was changed.
 */
int undo_set_many(struct undo *undo, const struct undo_entry *entry, size_t n, int *err);

/*
 * Put back single changes, latest first, without a word of those that succeed; only the kind, knob
 * and interface of each entry are looked at, and what was not changed is passed over. The number
 * that failed, or a negative errno when the file cannot be written.
 */
int undo_take_back_many(struct undo *undo, const struct undo_entry *entry, size_t n);

/* Calls FN with the knob and the new value of each change of that kind on an interface. */
void undo_each(const struct undo *undo, int ifindex, enum undo_kind kind,
	       void (*fn)(void *ctx, const char *knob, const char *value), void *ctx);

/*
 * How many settings are no longer as we set them: somebody else changed them since. FN, which may be NULL,
 * hears of each in a line: "eth0: rx-0/rps_cpus is 0, no longer the 3 that we set". Rules are passed over (the
 * method counts them), and so is what cannot be read or is not here.
 */
size_t undo_lost(struct undo *undo, void (*fn)(void *ctx, const char *line), void *ctx);

/* The present value of a knob as text (free()); ->old_value and ->new_value are not looked at. */
int undo_read(struct undo *undo, const struct undo_entry *knob, char **value);

/*
 * Put back the changes of one interface, latest first, or all (ifindex 0). Call after detaching:
 * some drivers refuse before. A knob whose value is no longer ours is left alone and said; an
 * interface that is gone is forgotten; a renamed one is found by ifindex and address. What
 * could not be put back stays written down. The number that failed, or negative errno when
 * the file cannot be written. An empty file is removed.
 */
int undo_restore(struct undo *undo, int ifindex);

/*
 * Attaching itself changes settings on some drivers (virtio_net, vmxnet3). Around it, for each
 * interface: channels, indirection table, key, hash function and changeable features are read
 * and written down (before_attach; after_attach, which comes before the program may outlive us),
 * what the operator changed meanwhile is noted (before_detach), and what then still differs is put
 * back (after_detach). Changes by undo_set come before before_attach, undo_restore after
 * after_detach.
 *
 * An attachment whose program is gone without all of this having been called, by a crash, is settled
 * by after_detach alone: what is not as the attach left it was changed by somebody else since, and
 * is left alone. Killed before after_attach nobody can tell: all that differs is put back.
 *
 * All: 0 or negative errno. after_detach: also the number of settings that could not be put back,
 * which stay written down; @ifindex 0 settles all attachments.
 */
int undo_before_attach(struct undo *undo, int ifindex);
int undo_after_attach(struct undo *undo, int ifindex);
int undo_before_detach(struct undo *undo, int ifindex);
int undo_after_detach(struct undo *undo, int ifindex);

#endif
