/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The method rss: the NIC's own hash takes the SPI, and its table says which queue. What the NIC
 * needs for it is judged from what its driver answers and what is known of the driver.
 */
#ifndef STEER_RSS_H
#define STEER_RSS_H

#include "nic/claims.h"
#include "steer/needs.h"

/*
 * @model: of the driver, or NULL. A NIC whose hash would spray one SA over queues is refused. Pure.
 * 0 or -ENOMEM.
 */
int rss_check(const struct needs_facts *facts, const struct claims *claims,
	      const struct model *model, struct needs_report *report);

#endif
