/* SPDX-License-Identifier: GPL-2.0-only */
/* Links of this network namespace: read by rtnetlink, and which of them a program may sit on. */
#ifndef NIC_LINK_H
#define NIC_LINK_H

#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_KIND_LEN 16
#define LINK_MAC_LEN  32
#define LINK_WHY_LEN  512

/* Values of IFLA_XDP_ATTACHED (linux/if_link.h). */
enum link_xdp_mode {
	LINK_XDP_NONE = 0,
	LINK_XDP_NATIVE = 1,
	LINK_XDP_GENERIC = 2,
	LINK_XDP_OFFLOAD = 3,
	LINK_XDP_MULTI = 4, /* several of the above at once */
};

/* Which SAs' packets come out of a tunnel interface, an xfrm interface or vti. */
struct link_tunnel {
	uint32_t key; /* the if_id of an xfrm interface; of vti the mark (ikey), host order */
	bool any;     /* an xfrm interface without an if_id of its own ("external") */
	uint32_t local[4], remote[4]; /* of vti, network order; zero: any */
};

struct link {
	int ifindex;
	int master;	    /* ifindex of the device it is a slave or port of; 0 none */
	int lower;	    /* IFLA_LINK: the device below; a veth's peer; 0 none */
	int lower_netnsid;  /* >= 0: `lower` counts in another namespace; -1: in this one */
	unsigned int flags; /* IFF_UP, IFF_RUNNING, ... */
	uint32_t mtu;
	uint32_t num_rx_queues, num_tx_queues;
	uint32_t xdp_id[3]; /* programs: native, generic, offload; 0 none */
	uint16_t type;	    /* ARPHRD_*, linux/if_arp.h */
	uint16_t vlan_id;   /* of a VLAN device */
	uint8_t operstate;  /* IF_OPER_*, linux/if.h */
	uint8_t mac_len;
	uint8_t xdp_mode; /* enum link_xdp_mode */
	uint8_t mac[LINK_MAC_LEN];
	char name[IFNAMSIZ];
	char kind[LINK_KIND_LEN]; /* IFLA_INFO_KIND: "vlan", "bond", ...; "" for hardware */
	struct link_tunnel tunnel;
	char parent_bus[16];	  /* "pci", "virtio"; "" unknown */
	char parent_dev[64];	  /* "0000:01:00.0"; "" unknown */
};

struct link_list {
	struct link *link;
	size_t count;
};

/*
 * One link by name (alternative names too) or by index, asked of the kernel in the namespace of
 * the calling thread. -ENODEV: none such; other negative errno from netlink.
 */
int link_get(const char *name, struct link *out);
int link_get_index(int ifindex, struct link *out);

/*
 * The link of that name and hardware address in another network namespace, among those that have a
 * number in this one: one to which a link was moved has (net/core/dev.c, __dev_change_net_namespace).
 * -ENODEV: none that we may see; other negative errno from netlink.
 */
int link_get_elsewhere(const char *name, const uint8_t *mac, uint8_t mac_len, struct link *out);

/* All links. Free with link_list_free; negative errno leaves *out empty. */
int link_list_read(struct link_list *out);
void link_list_free(struct link_list *list);

/* Read one RTM_NEWLINK or RTM_DELLINK. -EBADMSG when it is none or malformed. Pure. */
int link_parse(const struct nlmsghdr *nlh, struct link *out);

/* Look a link up in a list; NULL if it is not there. Pure. */
const struct link *link_by_name(const struct link_list *all, const char *name);
const struct link *link_by_index(const struct link_list *all, int ifindex);

/*
 * The links directly below a link: a bond's slaves, a bridge's ports, else the one that IFLA_LINK
 * names (none for veth, whose IFLA_LINK is its peer). At most MAX are stored; the number there
 * are is returned. Pure.
 */
size_t link_lower_all(const struct link_list *all, const struct link *link, const struct link **out,
		      size_t max);

/*
 * Every link above a link, at any height: its master, VLAN and macvlan devices on it, what sits on
 * those. Each once. At most MAX are stored; the number there are is returned. Pure.
 */
size_t link_upper_all(const struct link_list *all, const struct link *link, const struct link **out,
		      size_t max);

/* Has the link a program of its own, in any mode? */
static inline bool link_has_xdp(const struct link *link)
{
	return link->xdp_mode != LINK_XDP_NONE;
}

/*
 * The links to attach to when the operator names NAME: a bond means its slaves, every other upper
 * device (VLAN, bridge, macvlan, ppp, ...) is refused and WHY names the lower device to use.
 * On success *out is an own list of copies, to be freed. On failure (-ENODEV, -EOPNOTSUPP, other
 * negative errno) WHY holds "why not; what to do" without a newline; *out is empty.
 */
int link_attachable(const char *name, struct link_list *out, char *why, size_t len);

/* The same, pure: LINK is one of ALL. */
int link_attachable_of(const struct link_list *all, const struct link *link, struct link_list *out,
		       char *why, size_t len);

#endif
