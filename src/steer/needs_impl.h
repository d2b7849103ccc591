/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks of a native program's needs, one by one. Inner to steer/needs.h. */
#ifndef STEER_NEEDS_IMPL_H
#define STEER_NEEDS_IMPL_H

#include "steer/needs.h"

struct needs_judging {
	const struct nic_facts *facts;
	const struct xdp_driver *driver; /* an empty entry when we know nothing of it */
	bool known;
	bool ours; /* our program is on it */
	struct needs_report *report;
};

static inline const char *needs_driver_name(const struct needs_judging *j)
{
	return j->facts->driver[0] ? j->facts->driver : "(unknown)";
}

/* The driver lets no program on with the channels that there are, but would with others. */
bool needs_channels_exceed(const struct needs_judging *j);

/* A check adds what it finds to the report. */
typedef void needs_fn(const struct needs_judging *j);

/* needs_driver.c */
needs_fn needs_driver, needs_mtu, needs_sriov, needs_reset, needs_rest;
/* needs_headers.c */
needs_fn needs_headers;
/* needs_offloads.c */
needs_fn needs_legacy_rx, needs_lro, needs_gro_hw, needs_vlan;
/* needs_queues.c */
needs_fn needs_channels, needs_rps;
/* needs_virtio.c */
needs_fn needs_virtio;

#endif
