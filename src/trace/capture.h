/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets of a capture file, by libpcap: pcap and pcapng. */
#ifndef TRACE_CAPTURE_H
#define TRACE_CAPTURE_H

#include "trace/trace.h"

/* How far the reading of a file came. */
struct capture_end {
	__u64 packets;	/* that were given to ops->packet */
	__u64 outgoing; /* left out, because the capturing host had sent them (cooked captures) */
	bool damaged;	/* it ends in the middle of a packet, or is no capture from there on */
	char where[64]; /* how far it is whole: "after packet 12, at byte 3456" */
	char why[512];	/* libpcap's words, of damage or of an error */
};

/*
 * Reads a file, "-" for the standard input. Link types: Ethernet, Linux cooked v1 and v2, raw IP;
 * times in micro- or nanoseconds. @filter: only packets that match it (pcap-filter(7)), or NULL.
 * Damage is no error: all before it was given to @ops. Memory does not depend on the file's length.
 *
 * 0, what ops->pause() returned, or an error that *end puts into words: what opening it said;
 * -EBADMSG: not a capture; -EPROTONOSUPPORT: another link type; -EINVAL: the filter is wrong.
 */
int capture_read(const char *path, const char *filter, const struct trace_ops *ops, void *arg,
		 struct capture_end *end);

#endif
