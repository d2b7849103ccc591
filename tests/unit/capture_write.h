/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures written byte by byte, as the formats are defined: pcap (pcap-savefile(5)) and pcapng
 * (draft-ietf-opsawg-pcapng).
 */
#ifndef TESTS_UNIT_CAPTURE_WRITE_H
#define TESTS_UNIT_CAPTURE_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Link types as files name them (tcpdump.org/linktypes.html). */
enum {
	LINKTYPE_ETHERNET = 1,
	LINKTYPE_RAW = 101,
	LINKTYPE_IEEE802_11 = 105,
	LINKTYPE_LINUX_SLL = 113,
	LINKTYPE_IPV4 = 228,
	LINKTYPE_LINUX_SLL2 = 276,
};

struct capture_file {
	bool big; /* byte order */
	bool nano;
	uint8_t *bytes; /* freed by the caller */
	size_t size, room;
};

static inline void capture_put(struct capture_file *f, const void *bytes, size_t n)
{
	if (f->size + n >= f->room) {
		f->room = 2 * (f->size + n) + 64;
		f->bytes = realloc(f->bytes, f->room);
	}
	if (!f->bytes)
		abort();
	if (n)
		memcpy(f->bytes + f->size, bytes, n);
	f->size += n;
}

static inline void capture_put_n(struct capture_file *f, uint32_t value, int n)
{
	for (int i = 0; i < n; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * (f->big ? n - 1 - i : i));

		capture_put(f, &byte, 1);
	}
}

static inline void capture_put16(struct capture_file *f, uint32_t value)
{
	capture_put_n(f, value, 2);
}

static inline void capture_put32(struct capture_file *f, uint32_t value)
{
	capture_put_n(f, value, 4);
}

static inline void pcap_begin(struct capture_file *f, uint32_t linktype)
{
	capture_put32(f, f->nano ? 0xa1b23c4d : 0xa1b2c3d4);
	capture_put16(f, 2);
	capture_put16(f, 4);
	capture_put32(f, 0);
	capture_put32(f, 0);
	capture_put32(f, 65535);
	capture_put32(f, linktype);
}

static inline void pcap_packet(struct capture_file *f, uint64_t ns, const void *bytes, size_t n)
{
	capture_put32(f, (uint32_t)(ns / 1000000000));
	capture_put32(f, (uint32_t)(ns % 1000000000 / (f->nano ? 1 : 1000)));
	capture_put32(f, (uint32_t)n);
	capture_put32(f, (uint32_t)n);
	capture_put(f, bytes, n);
}

/* A section header and one interface; its times are in units of a nanosecond. */
static inline void pcapng_begin(struct capture_file *f, uint32_t linktype)
{
	capture_put32(f, 0x0a0d0d0a);
	capture_put32(f, 28);
	capture_put32(f, 0x1a2b3c4d);
	capture_put16(f, 1);
	capture_put16(f, 0);
	capture_put32(f, 0xffffffff);
	capture_put32(f, 0xffffffff);
	capture_put32(f, 28);

	capture_put32(f, 1);
	capture_put32(f, 32);
	capture_put16(f, linktype);
	capture_put16(f, 0);
	capture_put32(f, 65535);
	capture_put16(f, 9); /* if_tsresol: 10^-9 */
	capture_put16(f, 1);
	capture_put(f, "\x09\0\0\0", 4);
	capture_put32(f, 0); /* end of options */
	capture_put32(f, 32);
}

static inline void pcapng_packet(struct capture_file *f, uint64_t ns, const void *bytes, size_t n)
{
	size_t padded = (n + 3) & ~(size_t)3;

	capture_put32(f, 6);
	capture_put32(f, (uint32_t)(32 + padded));
	capture_put32(f, 0);
	capture_put32(f, (uint32_t)(ns >> 32));
	capture_put32(f, (uint32_t)ns);
	capture_put32(f, (uint32_t)n);
	capture_put32(f, (uint32_t)n);
	capture_put(f, bytes, n);
	capture_put(f, "\0\0\0", padded - n);
	capture_put32(f, (uint32_t)(32 + padded));
}

#endif
