// SPDX-License-Identifier: GPL-2.0-only
// What the NIC does to packets before a program sees them, and must not.
#include <stdio.h>
#include "steer/needs_impl.h"

/* Merged frames are larger than a buffer: XDP never sees them whole. */
void needs_lro(const struct needs_judging *j)
{
	if (j->facts->lro == SWITCH_ON)
		needs_change(j->report, NEEDS_LRO, UNDO_FEATURE, "rx-lro", "on", "off",
			     "XDP does not go with merged frames");
	else if (j->facts->lro == SWITCH_FIXED_ON)
		needs_say(j->report, j->driver->refuses_lro ? NEEDS_REFUSE : NEEDS_WARN, NEEDS_LRO,
			  "rx-lro is on and cannot be switched off, and XDP does not go with "
			  "merged frames");
}

void needs_gro_hw(const struct needs_judging *j)
{
	if (!j->driver->refuses_gro_hw)
		return;
	if (j->facts->gro_hw == SWITCH_ON)
		needs_change(j->report, NEEDS_GRO_HW, UNDO_FEATURE, "rx-gro-hw", "on", "off",
			     "the driver refuses XDP with it");
	else if (j->facts->gro_hw == SWITCH_FIXED_ON)
		needs_say(j->report, NEEDS_REFUSE, NEEDS_GRO_HW,
			  "rx-gro-hw is on and cannot be switched off, and driver %s refuses XDP "
			  "with it",
			  needs_driver_name(j));
}

void needs_legacy_rx(const struct needs_judging *j)
{
	if (j->driver->legacy_rx && j->facts->legacy_rx == SWITCH_ON)
		needs_change(j->report, NEEDS_LEGACY_RX, UNDO_FLAG, "legacy-rx", "on", "off",
			     "it leaves no headroom, so that every redirected packet is dropped");
}

static void refuse_vlan(const struct needs_judging *j, const char *knob)
{
	needs_say(j->report, NEEDS_REFUSE, NEEDS_VLAN,
		  "the NIC takes VLAN tags off (%s) and cannot stop doing so, which loses them on "
		  "their way to another CPU, but VLAN device %s needs them",
		  knob, j->facts->vlan_upper);
}

static void vlan_switch(const struct needs_judging *j, enum nic_switch state, const char *knob)
{
	char reason[128];

	if (state == SWITCH_FIXED_ON) {
		refuse_vlan(j, knob);
		return;
	}
	if (state != SWITCH_ON)
		return;
	snprintf(reason, sizeof(reason), "VLAN device %s loses the tags that the NIC takes off",
		 j->facts->vlan_upper);
	needs_change(j->report, NEEDS_VLAN, UNDO_FEATURE, knob, "on", "off", reason);
}

void needs_vlan(const struct needs_judging *j)
{
	const struct nic_facts *facts = j->facts;

	if (!facts->vlan_upper[0])
		return;
	if (j->driver->peer_vlan) {
		needs_say(j->report, NEEDS_REFUSE, NEEDS_VLAN,
			  "VLAN device %s is on it, and on a %s the peer may keep tags beside the "
			  "packet, where they are lost on the way to another CPU",
			  facts->vlan_upper, needs_driver_name(j));
		return;
	}
	if (j->known && !j->driver->strips_vlan)
		return;
	if (j->driver->rxvlan_fixed && facts->rxvlan != SWITCH_OFF) {
		refuse_vlan(j, "rx-vlan-hw-parse");
		return;
	}
	vlan_switch(j, facts->rxvlan, "rx-vlan-hw-parse");
	vlan_switch(j, facts->rxvlan_stag, "rx-vlan-stag-hw-parse");
}
