// SPDX-License-Identifier: GPL-2.0-only
// Ways to the kernel by which knobs are reached.
#include "undo/knob_kind.h"

#include <unistd.h>
#include "nic/ethtool.h"
#include "nic/sysfs.h"

void knobs_init(struct knobs *knobs)
{
	knobs->ethtool = -1;
	knobs->sysfs = -1;
}

int knobs_ethtool(struct knobs *knobs)
{
	if (knobs->ethtool < 0)
		knobs->ethtool = ethtool_open();
	return knobs->ethtool;
}

int knobs_sysfs(struct knobs *knobs)
{
	if (knobs->sysfs < 0)
		knobs->sysfs = sysfs_open(-1);
	return knobs->sysfs;
}

void knobs_open(struct knobs *knobs)
{
	(void)knobs_ethtool(knobs);
	(void)knobs_sysfs(knobs);
}

void knobs_close(struct knobs *knobs)
{
	if (knobs->ethtool >= 0)
		close(knobs->ethtool);
	if (knobs->sysfs >= 0)
		close(knobs->sysfs);
	knobs_init(knobs);
}
