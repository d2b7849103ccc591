// SPDX-License-Identifier: GPL-2.0-only
/* Sends by a packet socket: slower, but sleeps between packets. */
#include <errno.h>
#include "plan.h"

int packet_send(const struct plan *p, struct plan_result *result)
{
	return live_send(p, result);
}
