// SPDX-License-Identifier: GPL-2.0-only
// The models of rows.h.
#include "nic/models/families.h"

/* XDP: none of the driver's own; or native, what attaching does, and more of struct xdp_driver. */
#define NO_XDP .native = XDP_NATIVE_NO
#define NATIVE(attach, ...) \
	.native = XDP_NATIVE_YES, .disruption = XDP_ATTACH_##attach, __VA_ARGS__

/* No operation for hash fields, in these files of drivers/net/ethernet or drivers/net/. */
#define NO_FIELDS(where) MODEL_NO_FIELDS("no get_rxfh_fields in " where)

#define NOT_READ                                                                                    \
	{                                                                                           \
		"how many queues there are, and what it says of channels, table and key: taken to " \
		"say nothing",                                                                      \
			NULL                                                                        \
	}

/* clang-format off */
#define FACTS(...) .facts = (const struct model_fact[]){__VA_ARGS__, {0}}
/* clang-format on */

/* How it receives: on so many queues by some hash, */
#define SPREADS(queues, where)                                                         \
	.max_queues = queues, .channels_err = -EOPNOTSUPP, .indir = 128, MODEL_NO_RSS, \
	.udp_fields = MODEL_SD, FACTS(NO_FIELDS(where), MODEL_ONLY_ADDRESSES, NOT_READ)

/* by rule or priority, so that all ESP is on one of up to 8, */
#define SORTS(where)                                                                       \
	.ops = &model_unhashed, .max_queues = 8, .channels_err = -EOPNOTSUPP, .indir = 1,  \
	MODEL_NO_RSS,                                                                      \
	FACTS({"receives by rule or priority, or on one queue: no hash", LINUX_7_3 where}, \
	      NO_FIELDS(where), NOT_READ)

/* or on one. */
#define ONE(where)                               \
	.ops = &model_unhashed, MODEL_ONE_QUEUE, \
	FACTS({"has one receive queue", LINUX_7_3 where}, NO_FIELDS(where))

/* All words of a row are read again here, after list.h has read its name. */
#define ROW(row, of_driver, what, xdp, ...)                                 \
	const struct xdp_driver driver_##row = {.name = of_driver, xdp};    \
	const struct model model_##row = {                                  \
		.name = #row, .driver = &driver_##row, .nic = what, __VA_ARGS__};
#include "nic/models/rows.h"
