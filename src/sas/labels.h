/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the labels with which our flow dissector sends packets to CPUs (core/label.h). The kernel
 * hashes with a key that it tells nobody, but it says what it makes of a packet: a BPF program in a
 * test run asks for the hashes of frames with one label after the other (bpf/label_hash.bpf.c).
 * That goes through the dissector of this namespace, as each received packet does, so the answer
 * holds whatever else the kernel hashes. One in as many labels as there are CPUs leads to a given
 * one.
 */
#ifndef SAS_LABELS_H
#define SAS_LABELS_H

#include <sched.h>
#include "sas/maps.h"

/*
 * Gives each CPU of @mask, the RPS mask of the queues, its labels; others have none from now on. To
 * be called anew when the mask changes. Our dissector is attached to this network namespace. 0;
 * -ENOLINK: the kernel hashes all labels alike, so it is not our dissector that answers; -EINVAL:
 * an empty mask, or a CPU that is not possible; another negative errno.
 */
int labels_find(const struct maps *maps, const cpu_set_t *mask);

#endif
