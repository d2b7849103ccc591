// SPDX-License-Identifier: GPL-2.0-only
// An SA's name.
#include "cmd/gain/print_sa.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char *address(const struct sa *sa, const __be32 from[4], char text[INET6_ADDRSTRLEN])
{
	static const __be32 unknown[4];

	if (!memcmp(from, unknown, sizeof(unknown)) ||
	    !inet_ntop(sa->id.family, from, text, INET6_ADDRSTRLEN))
		return NULL;
	return text;
}

void gain_print_sa_name(struct out *out, const struct sa *sa)
{
	char text[INET6_ADDRSTRLEN];

	out_spi(out, "spi", sa->id.spi);
	out_string(out, "src", address(sa, sa->src, text));
	out_string(out, "dst", address(sa, sa->id.dst, text));
}

void gain_name_sa(const struct sa *sa, char *buf, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	const char *from = address(sa, sa->src, text);

	snprintf(buf, size, "SA 0x%08x%s%s", sa->id.spi, from ? " from " : "", from ? from : "");
}
