/* SPDX-License-Identifier: GPL-2.0-only */
/* The generator's frames: templates, and how a packet is made from one. In user space and in BPF.
 */
#ifndef LAB_FRAME_H
#define LAB_FRAME_H

#include <linux/types.h>

/*
 * What follows the ESP or AH header, in network byte order: LAB_MAGIC, run << 16 | sender, and the
 * counter of packets of this (SA, sender), which starts at 0 in each run. The receiver judges by
 * it.
 */
#define LAB_MAGIC	  0x45535031U
#define LAB_PAYLOAD_BYTES 16

#define LAB_HEAD_BYTES	  160 /* rewritten in each frame: all headers and our payload fit */
#define LAB_FRAGMENTS_MAX 16
#define LAB_VARIANTS	  2 /* plain, and in UDP */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define lab_be16(x) __builtin_bswap16((__u16)(x))
#define lab_be32(x) __builtin_bswap32((__u32)(x))
#else
#define lab_be16(x) ((__u16)(x))
#define lab_be32(x) ((__u32)(x))
#endif

/*
 * One frame without what differs from packet to packet. `at_` are offsets into bytes, 0 if the
 * frame has no such field. The sums are those of RFC 1071 over all that does not change, not yet
 * folded.
 */
struct lab_frame {
	__u16 len; /* of the frame, from bytes + 2 */
	__u16 at_source;
	__u16 at_id4;
	__u16 at_id6;
	__u16 at_header_sum;
	__u16 at_udp_sum;
	__u16 at_spi; /* the sequence number follows it in ESP and in AH */
	__u16 at_payload;
	__u32 header_sum;
	__u32 udp_sum;
	/* The frame starts at 2, so that IP headers are aligned; 256 bounds the offsets below. */
	__u8 bytes[256] __attribute__((aligned(8)));
};

/* What differs from packet to packet, in host byte order. */
struct lab_values {
	__u32 source; /* the low 32 bits of the source address */
	__u32 id;     /* of the fragments */
	__u32 spi;
	__u32 sequence;
	__u32 sender; /* run << 16 | sender */
	__u32 pad;
	__u64 counter;
};

/* The mask is for the verifier. */
static __always_inline void *lab_at(struct lab_frame *f, __u16 at, int align)
{
	return f->bytes + (at & (256 - align));
}

static __always_inline void lab_put16(struct lab_frame *f, __u16 at, __u32 value)
{
	*(__u16 *)lab_at(f, at, 2) = lab_be16(value);
}

static __always_inline void lab_put32(struct lab_frame *f, __u16 at, __u32 value)
{
	*(__u32 *)lab_at(f, at, 4) = lab_be32(value);
}

/* A value's part in a sum of 16-bit words. */
static __always_inline __u32 lab_words(__u32 value)
{
	return (value >> 16) + (value & 0xffff);
}

/* The checksum for a sum, as it is sent. */
static __always_inline __u32 lab_checksum(__u32 sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return ~sum & 0xffff;
}

static __always_inline __u32 lab_payload_words(const struct lab_values *v)
{
	return lab_words(v->spi) + lab_words(v->sequence) + lab_words(v->sender) +
	       lab_words(v->counter >> 32) + lab_words((__u32)v->counter);
}

/* Writes the values of one packet into a template. */
static __always_inline void lab_frame_fill(struct lab_frame *f, const struct lab_values *v)
{
	__u32 sum;

	lab_put32(f, f->at_source, v->source);
	if (f->at_header_sum) {
		lab_put16(f, f->at_id4, v->id);
		sum = f->header_sum + lab_words(v->source) + (v->id & 0xffff);
		lab_put16(f, f->at_header_sum, lab_checksum(sum));
	}
	if (f->at_id6)
		lab_put32(f, f->at_id6, v->id);
	if (f->at_spi) {
		lab_put32(f, f->at_spi, v->spi);
		lab_put32(f, f->at_spi + 4, v->sequence);
		lab_put32(f, f->at_payload + 4, v->sender);
		lab_put32(f, f->at_payload + 8, v->counter >> 32);
		lab_put32(f, f->at_payload + 12, (__u32)v->counter);
	}
	if (f->at_udp_sum) {
		sum = lab_checksum(f->udp_sum + lab_words(v->source) +
				   (f->at_spi ? lab_payload_words(v) : 0));
		/* RFC 768: a sum of zero is sent as all ones. */
		lab_put16(f, f->at_udp_sum, sum ? sum : 0xffff);
	}
}

#endif
