/* SPDX-License-Identifier: GPL-2.0-only */
/* Which input of the hash explains the hashes, or the queues, that a measurement saw. Pure. */
#ifndef NIC_EXPLAIN_H
#define NIC_EXPLAIN_H

#include "core/indir.h"
#include "nic/measured.h"

/* What goes into the hash, in the order of the packet if nothing else is said. */
enum explain_input {
	EXPLAIN_ADDRESSES,
	EXPLAIN_PORTS,	       /* addresses and UDP's ports */
	EXPLAIN_PORTS_AT_32,   /* addresses of IPv4, the ports where IPv6 has its own */
	EXPLAIN_SPI,	       /* the SPI alone */
	EXPLAIN_ADDRESSES_SPI, /* the SPI where UDP has its ports */
	EXPLAIN_SPI_AT_32,     /* addresses of IPv4, the SPI where IPv6 has its ports */
	EXPLAIN_SPI_FIRST,     /* the SPI before the addresses */
	EXPLAIN_PORTS_SPI,     /* addresses, ports and SPI */
	EXPLAIN_SPI_SEQ,       /* SPI and sequence number */
	EXPLAIN_ADDRESSES_SEQ, /* addresses, SPI and sequence number */
	EXPLAIN_SEQ_AT_32,     /* addresses of IPv4, SPI and sequence number behind room for IPv6 */
	EXPLAIN_SPI_AS_PORTS,  /* addresses and SPI, whose halves are mixed as ports are */
	/* octeontx2: behind that room the ports if there are any, the VLAN's tag, IPv4's protocol.
	 */
	EXPLAIN_PROTOCOL,	/* addresses, tag at 36, protocol at 38 */
	EXPLAIN_PROTOCOL_AT_36, /* the same without the tag */
	EXPLAIN_PORTS_PROTOCOL, /* addresses, ports at 32, tag, protocol */
	EXPLAIN_PORTS_PROTOCOL_AT_36,
	EXPLAIN_INPUTS,
};

/* The same hash in both directions, as include/uapi/linux/ethtool.h RXH_XFRM_SYM_*. */
enum explain_symmetric {
	EXPLAIN_AS_IS,
	EXPLAIN_XOR,	/* source^destination, twice */
	EXPLAIN_OR_XOR, /* source|destination, source^destination */
	EXPLAIN_SORT,	/* the smaller one first, of addresses and of ports */
	EXPLAIN_SYMMETRIC,
};

enum explain_by {
	EXPLAIN_NOT,	   /* nothing that was tried does */
	EXPLAIN_BY_HASHES, /* every hash that was seen is what it gives */
	EXPLAIN_BY_QUEUES, /* so is every queue, by the table; too often for chance */
};

struct explain_facts {
	const struct measured *measured; /* sorted */
	const uint8_t *key;		 /* NULL: the driver does not show it */
	size_t key_len;
	const struct indir *table; /* NULL: not known */
	bool toeplitz;		   /* the hash function is Toeplitz, as far as the driver says */
};

struct explanation {
	enum explain_by by;
	enum explain_input input;
	enum explain_symmetric symmetric;
	bool reversed, inverted;      /* the bytes of the key; every bit of the hash */
	bool folded;		      /* its low 16 bits twice, as of ENA */
	uint16_t tag;		      /* of the VLAN, where the input has one */
	unsigned int packets, hashes; /* that had to be explained; of these, with a hash */
	/* Every hash that was seen picks, by the table, the queue where its packet was. */
	bool table_fits;
	/* EXPLAIN_NOT: why nothing could be tried; NULL: everything was. */
	const char *untried;
};

/* Explains the SAs that are not in UDP, or those that are. */
void explain(const struct explain_facts *facts, bool udp, struct explanation *out);

/* In words: "addresses and SPI, the SPI where UDP has its ports; ..." Returns buf. */
char *explain_words(const struct explanation *explanation, char *buf, size_t size);

#endif
