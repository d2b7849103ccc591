/* SPDX-License-Identifier: GPL-2.0-only */
/* The knobs of the NIC's own steering, as text: hash fields and rules. Inner to undo. */
#ifndef UNDO_STEERING_H
#define UNDO_STEERING_H

#include <stdbool.h>

/* "none" for no rule there, and for no field. */
#define UNDO_NONE "none"

/* Hash fields by ethtool(8)'s word for a flow type: "esp4" is AH_ESP_V4_FLOW. Values: "sdfn". */
bool fields_valid(const char *knob);
int fields_read(int ethtool, const char *ifname, const char *knob, char **value);
int fields_write(int ethtool, const char *ifname, const char *knob, const char *value);

/* A rule by its location. Values: nic/rule.h, or UNDO_NONE. */
bool rule_valid(const char *knob);
int rule_read(int ethtool, const char *ifname, const char *knob, char **value);
int rule_write(int ethtool, const char *ifname, const char *knob, const char *value);

#endif
