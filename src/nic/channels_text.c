// SPDX-License-Identifier: GPL-2.0-only
// Channels as text.
#include "nic/channels_text.h"

#include <errno.h>
#include <stdio.h>

void channels_print(const struct nic_channels *ch, char text[CHANNELS_TEXT_LEN])
{
	snprintf(text, CHANNELS_TEXT_LEN, "rx %u tx %u other %u combined %u", ch->rx, ch->tx,
		 ch->other, ch->combined);
}

int channels_parse(const char *text, struct nic_channels *ch)
{
	int used = 0;

	if (sscanf(text, "rx %u tx %u other %u combined %u%n", &ch->rx, &ch->tx, &ch->other,
		   &ch->combined, &used) != 4)
		return -EINVAL;
	return text[used] ? -EINVAL : 0;
}
