/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of each driver's native XDP, as data. Read in the sources of Linux 7.3 (Debian's
 * 7.3.4), below drivers/net, and 6.12 where it says so: in src/nic/models/ the comment before each
 * entry names the functions that show it. Where the two differ it is 7.3's, unless the running
 * driver tells (a private flag that is there, a feature); a note says what older ones do worse. Limits marked approx are computed for 4 KiB pages and a struct
 * skb_shared_info of 320 bytes.
 */
#ifndef NIC_XDP_DRIVERS_H
#define NIC_XDP_DRIVERS_H

#include <stdbool.h>
#include <stdint.h>

enum xdp_native {
	XDP_NATIVE_NO,	  /* the driver has none */
	XDP_NATIVE_YES,	  /* takes a program and redirects */
	XDP_NATIVE_DROPS, /* takes a program and then drops every redirect */
};

/* What the first attach and the detach do to traffic. */
enum xdp_disruption {
	XDP_ATTACH_QUIET, /* nothing that one would notice */
	XDP_ATTACH_PAUSE, /* receiving stops for a moment, the link stays up */
	XDP_ATTACH_LINK,  /* rings are built anew or the link goes down and up: packets are lost */
	XDP_ATTACH_PF,	  /* the whole physical function is reset, its VFs too */
};

enum xdp_channel_rule {
	XDP_CHANNELS_ANY,
	XDP_CHANNELS_HALF,	 /* at most half of the maximum */
	XDP_CHANNELS_EQUAL_HALF, /* rx as many as tx, and at most half of the maximum */
	XDP_CHANNELS_COMBINED,	 /* combined ones only */
};

#define XDP_MTU_NO_LIMIT UINT32_MAX

struct xdp_driver {
	const char *name;	  /* as ethtool -i says */
	uint8_t native;		  /* enum xdp_native */
	uint8_t disruption;	  /* enum xdp_disruption */
	uint8_t channels;	  /* enum xdp_channel_rule */
	bool restarts_on_replace; /* replacing one program by another is as bad as an attach */
	bool peer_vlan;		  /* tags come beside the packet from its peer, and are lost too */
	bool strips_vlan;	  /* a stripped tag is lost on a redirected frame */
	bool rxvlan_fixed;	  /* and stripping cannot be switched off */
	bool refuses_lro;	  /* attach fails while rx-lro is on */
	bool refuses_gro_hw;	  /* attach fails, or features read 0, while rx-gro-hw is on */
	bool refuses_sriov;	  /* attach fails while virtual functions are enabled */
	bool hides_features;   /* the kernel reads no XDP features from it until that is mended */
	bool legacy_rx;	       /* private flag legacy-rx leaves no headroom: redirects drop */
	bool freezes_channels; /* channels cannot be changed while attached */
	bool drops_checksums;  /* CHECKSUM_PARTIAL of local senders is lost */
	bool mtu_approx;       /* the limits are computed, not a constant of the driver */
	uint32_t mtu_plain;    /* largest MTU of a program without frags; 0 unknown */
	uint32_t mtu_frags;    /* largest with frags; 0: the driver takes no frags */
	/*
	 * With frags, above this MTU, a program sees nothing of a frame in its first buffer; 0: it
	 * always does. It sees it where the private flag `empty_flag` is off.
	 */
	uint32_t empty_above;
	const char *empty_flag;
	const char *refused_when; /* when the kernel shows none of it, in words; else NULL */
	const char *note;	  /* why, in words, where there is something to say; else NULL */
};

/* NULL when we know nothing of this driver. */
const struct xdp_driver *xdp_driver_find(const char *name);

/* All of them (models/list.h), NULL at the end. */
const struct xdp_driver *const *xdp_drivers(void);

#endif
