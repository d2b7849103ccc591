// SPDX-License-Identifier: GPL-2.0-only
// An explanation in words.
#include "nic/explain.h"

#include <stdio.h>

static const char *input_words(enum explain_input input)
{
	static const char *const inputs[] = {
		[EXPLAIN_ADDRESSES] = "the addresses",
		[EXPLAIN_PORTS] = "the addresses and UDP's ports",
		[EXPLAIN_PORTS_AT_32] = "the addresses and, from byte 32 on, UDP's ports",
		[EXPLAIN_SPI] = "the SPI alone",
		[EXPLAIN_ADDRESSES_SPI] = "the addresses and, behind them, the SPI",
		[EXPLAIN_SPI_AT_32] = "the addresses and, from byte 32 on, the SPI",
		[EXPLAIN_SPI_FIRST] = "the SPI, then the addresses",
		[EXPLAIN_PORTS_SPI] = "the addresses, UDP's ports and the SPI",
		[EXPLAIN_SPI_SEQ] = "the SPI and the sequence number",
		[EXPLAIN_ADDRESSES_SEQ] = "the addresses, the SPI and the sequence number",
		[EXPLAIN_SEQ_AT_32] = "the addresses and, from byte 32 on, SPI and sequence number",
		[EXPLAIN_SPI_AS_PORTS] = "the addresses and the SPI, its halves taken for ports",
		[EXPLAIN_PROTOCOL] =
			("the addresses and, from byte 36 on, the VLAN's tag and IPv4's "
			 "protocol"),
		[EXPLAIN_PROTOCOL_AT_36] = "the addresses and, at byte 36, IPv4's protocol",
		[EXPLAIN_PORTS_PROTOCOL] = ("the addresses and, from byte 32 on, UDP's ports, the "
					    "VLAN's tag and IPv4's protocol"),
		[EXPLAIN_PORTS_PROTOCOL_AT_36] = ("the addresses and, from byte 32 on, UDP's ports "
						  "and IPv4's protocol"),
	};

	return inputs[input];
}

static const char *symmetric_words(enum explain_symmetric symmetric)
{
	static const char *const words[] = {
		[EXPLAIN_AS_IS] = "",
		[EXPLAIN_XOR] = ", the same for both directions (xor)",
		[EXPLAIN_OR_XOR] = ", the same for both directions (or, xor)",
		[EXPLAIN_SORT] = ", the same for both directions (the smaller one first)",
	};

	return words[symmetric];
}

char *explain_words(const struct explanation *e, char *buf, size_t size)
{
	const char *inverted = e->reversed ? " and the hash inverted" : ", with the hash inverted";

	if (e->by == EXPLAIN_NOT)
		snprintf(buf, size, "%s%s",
			 e->untried ? "nothing tried: " : "nothing that was tried",
			 e->untried ? e->untried : "");
	else
		snprintf(buf, size, "%s%s%s%s%s", input_words(e->input),
			 symmetric_words(e->symmetric),
			 e->reversed ? ", with the key's bytes reversed" : "",
			 e->inverted ? inverted : "", e->folded ? ", its low 16 bits alone" : "");
	return buf;
}
