/* SPDX-License-Identifier: GPL-2.0-only */
/* Made-up traffic: the same options give the same packets. */
#ifndef TRACE_MADE_H
#define TRACE_MADE_H

#include "trace/trace.h"

enum made_encap { MADE_ENCAP_NONE, MADE_ENCAP_UDP, MADE_ENCAP_MIX };
enum made_ip { MADE_IP_4, MADE_IP_6, MADE_IP_MIX };

/*
 * A size of 0 is the simple IMIX: of 12 packets 7 carry 40 bytes, 4 carry 576 and 1 carries 1400,
 * in a tunnel by AES-GCM (RFC 4106); so that the largest fits an MTU of 1500 in UDP over IPv6 too.
 */
struct made {
	__u32 sas;   /* their SPIs are distinct and from strongSwan's range, 0xc0000000 on */
	__u32 pairs; /* of addresses: SA n is between pair n % pairs */
	double zipf; /* SA n, from 1, is drawn in proportion to 1 / n^zipf; 0: all in turn */
	__u32 size;  /* bytes of each IP packet, or 0 */
	__u32 encap; /* enum made_encap; a mix draws each SA's */
	__u32 ip;    /* enum made_ip; the same */
	__u64 seed;  /* of SPIs, addresses, and draws */
	__u64 packets;
	__u64 rate; /* packets a second, which only their times show */
};

/* What an option that is not given is. */
struct made made_defaults(void);

/*
 * Reads "sas=N,pairs=N,zipf=S,size=imix|N,encap=none|udp|mix,ip=4|6|mix,seed=N,packets=N,rate=N",
 * any of them, in any order; *made keeps the others. -EINVAL: @why says what is wrong, and *made is
 * unchanged.
 */
int made_parse(const char *text, struct made *made, char *why, size_t size);

/* Makes the packets. 0, -ENOMEM, or what ops->pause() returned. */
int made_run(const struct made *made, const struct trace_ops *ops, void *arg);

#endif
