/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of an interface and its NIC, gathered once. Whoever judges it judges this: `run`,
 * `run --dry-run`, `inspect` and `gain` cannot differ.
 */
#ifndef NIC_FACTS_H
#define NIC_FACTS_H

#include "nic/claims.h"
#include "nic/cpulist.h"
#include "nic/ethtool.h"
#include "nic/link.h"
#include "nic/netdev.h"
#include "nic/xdp_drivers.h"

struct measured;
struct verdict_part;

/* A switch of the NIC as ethtool shows it. */
enum nic_switch {
	SWITCH_UNKNOWN = 0, /* the NIC does not have it, or would not say */
	SWITCH_OFF,
	SWITCH_ON,
	SWITCH_FIXED_ON, /* on, and cannot be changed */
};

#define NIC_MASK_LEN 320
#define NIC_PROG_LEN 16 /* BPF_OBJ_NAME_LEN */

struct nic_queue {
	unsigned int queue;
	char rps_cpus[NIC_MASK_LEN]; /* as the kernel shows it */
	unsigned long rps_flow_cnt;
};

/* What was seen of it at work. */
struct nic_seen {
	/* By a measurement: SAs of one pair of addresses on different queues. */
	bool measured; /* else nothing is known */
	bool plain, udp;
	/* The method that it was steered by and that did not do, "": none; and why, half a sentence. */
	char failed[16], why[128];
};

struct nic_facts {
	struct link link;
	char driver[32];	      /* ethtool -i; "" unknown; nic/xdp_drivers.h has it or not */
	struct netdev_xdp xdp;	      /* .err != 0: unknown */
	struct nic_channels channels; /* .err != 0: unknown */
	enum nic_switch lro, gro_hw, rxvlan, rxvlan_stag, legacy_rx, ntuple, rxhash;
	enum nic_switch empty_first; /* the private flag empty_flag of nic/xdp_drivers.h */
	int numvfs;
	/* virtio_net only: bits of the negotiated features (include/uapi/linux/virtio_net.h) */
	bool virtio_known;
	uint64_t virtio_features;
	char vlan_upper[IFNAMSIZ];    /* a VLAN device on it, at any height; "" none */
	char xdp_upper[IFNAMSIZ];     /* a device above it that has a program; "" none */
	char prog_name[NIC_PROG_LEN]; /* of the program on it; "" unknown */
	int rps_err;		      /* negative errno: RPS could not be looked at */
	unsigned int queues;	      /* entries of queue[]: queues with RPS or RFS switched on */
	struct nic_queue *queue;
	bool pull_data; /* headers that a program does not see can be brought forward */
	struct claims claims;
	const struct model *model; /* that is taken for it; NULL: none of its driver */
	unsigned int differ;	   /* of its answers, from that model's */
	const char *differs_in;	   /* the first of these */
	struct nic_seen seen;	   /* by nic_facts_see() */
	char flow_limit[CPUMASK_LEN]; /* of the host: backlog_flow_limit() */
	/* IPsec that our program on it could not read: told by its counters, not gathered. */
	uint64_t beyond;
	char no_dissector[512]; /* why no flow dissector of ours can be had, half a sentence, or "";
				   by choose_facts() */
	/* Given by the caller, not gathered: */
	bool frags;	      /* our program is built as xdp.frags */
	uint32_t own_prog_id; /* a program of ours that is attached and adopted; 0 none */
	int sysfs;	      /* a mount that is kept, as sysfs_take() wants it; 0: none */
};

/*
 * Reads the facts of an interface in the namespace of the calling thread; parts that the NIC will
 * not tell stay unknown, and nothing was seen yet. The fields "given by the caller" are left as
 * they are. -ENODEV and other negative errno when the link itself cannot be read. Free with
 * nic_facts_free.
 */
int nic_facts_gather(const char *ifname, struct nic_facts *facts);
void nic_facts_free(struct nic_facts *facts);

/* How a switch stands, by the kernel's name for it ("rx-lro"). Pure. */
enum nic_switch nic_switch_of(const struct nic_features *features, const char *name);

/* Queues that receive: by the channels, or if these are not told as the kernel has them. Pure. */
unsigned int nic_facts_queues(const struct nic_facts *facts);

/* Rules by SPI that the NIC holds at most, 0: it takes none, by what is known of it. Pure. */
unsigned int nic_facts_rules(const struct nic_facts *facts);

/*
 * By what is known of the NIC it may separate SAs by SPI as it is set now: worth a measurement,
 * which decides. Pure.
 */
bool nic_facts_may_separate(const struct nic_facts *facts);

/*
 * Are hashes that a tc program sees the NIC's own? Not with RPS, for which the kernel has made its
 * own before; and a device without RSS passes on what the sender had. Pure.
 */
bool nic_facts_own_hashes(const struct nic_facts *facts);

/*
 * What was measured becomes a fact. @own_hashes: the hashes in it are the NIC's own. The verdicts
 * of the SAs that are not in UDP, and of those that are, in @plain and @udp. Pure.
 */
void nic_facts_see(struct nic_facts *facts, const struct measured *measured, bool own_hashes,
		   struct verdict_part *plain, struct verdict_part *udp);

#endif
