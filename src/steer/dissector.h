/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our flow dissector in this network namespace (bpf/dissect.h): attached by a link that is pinned
 * beside the maps, so that it outlives the daemon, and that `stop` and a new layout take away with
 * them.
 *
 * The kernel has room for one in each namespace; one in the initial namespace serves all, and
 * excludes those of others (net/core/flow_dissector.c, flow_dissector_bpf_prog_attach_check()).
 * Somebody else's is named and left alone.
 */
#ifndef STEER_DISSECTOR_H
#define STEER_DISSECTOR_H

#include <stdbool.h>
#include "sas/maps.h"
#include "sas/pins.h"

#define DISSECTOR_WHY 768

/*
 * Attaches and pins it; what an earlier daemon pinned is adopted, and gets this program. It answers
 * for the CPUs that have labels (sas/labels.h), and counts as of host->interface[@index]. 0;
 * -EOPNOTSUPP: this kernel cannot; -EBUSY: somebody else's is there; or another negative errno.
 * Then @why is "why not; what to do".
 */
int dissector_attach(const struct maps *maps, const struct pins *pins, unsigned int index,
		     char *why, size_t size);

/* Is it attached here? */
bool dissector_is_attached(const struct pins *pins);

/* Detaches it, if it is attached; done when this returns. 0 or a negative errno. */
int dissector_detach(const struct pins *pins);

/*
 * Is somebody else's in the way? Then @who is "what it is; what to do", as of steer/dissectors.h.
 * @pins: ours, or NULL.
 */
bool dissector_foreign(const struct pins *pins, char *who, size_t size);

/*
 * Why can none of ours be attached here? Half a sentence in @why, or "": it can be, or is.
 */
void dissector_lacks(char *why, size_t size);

#endif
