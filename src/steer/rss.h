/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The method rss: the NIC's own hash takes the SPI, and its table says which queue. What the NIC
 * needs for it is judged from what its driver answers and what is known of the driver.
 */
#ifndef STEER_RSS_H
#define STEER_RSS_H

#include "steer/needs.h"

/*
 * A NIC whose hash would spray one SA over queues is refused. Pure.
 * 0 or -ENOMEM.
 */
int rss_check(const struct nic_facts *facts, struct needs_report *report);

#endif
