/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether ESP-in-UDP can be merged by GRO: from Linux 6.7, and only if the IKE daemon has set
 * UDP_GRO on its encapsulation socket (net/ipv4/udp.c set_xfrm_gro_udp_encap_rcv).
 */
#ifndef NIC_ENCAP_GRO_H
#define NIC_ENCAP_GRO_H

struct encap_gro {
	int err;	      /* the sockets could not be looked at */
	unsigned int sockets; /* of this network namespace that take ESP-in-UDP */
	unsigned int gro;     /* how many of them have UDP_GRO on */
};

/*
 * Looks at the UDP sockets of every process that share the caller's network namespace, through
 * pidfd_getfd(2); needs CAP_SYS_PTRACE. Changes nothing. Returns out->err, 0 or a negative errno.
 */
int encap_gro_read(struct encap_gro *out);

#endif
