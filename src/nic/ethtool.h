/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a NIC answers to ethtool, by SIOCETHTOOL. A driver's refusal is data: each answer keeps its
 * errno in `err` (0 or negative), and the functions return that same number.
 */
#ifndef NIC_ETHTOOL_H
#define NIC_ETHTOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIC_STRING_LEN 32 /* ETH_GSTRING_LEN */

/* A socket for the calls below, in the namespace of the calling thread. Negative errno. */
int ethtool_open(void);

/* One of ethtool's requests as it is (linux/ethtool.h). What the driver returns, or its errno. */
int ethtool_ask(int fd, const char *ifname, void *request);

struct nic_driver {
	int err;
	uint32_t priv_flags; /* number of private flags */
	char driver[32];     /* "mlx5_core", "ena", ... */
	char version[32];
	char firmware[32];
	char bus[32]; /* "0000:01:00.0" */
};
int ethtool_driver(int fd, const char *ifname, struct nic_driver *out);

struct nic_channels {
	int err;
	uint32_t max_rx, max_tx, max_other, max_combined;
	uint32_t rx, tx, other, combined;
};
int ethtool_channels(int fd, const char *ifname, struct nic_channels *out);
/* Set the four current numbers; the maxima are ignored. */
int ethtool_channels_set(int fd, const char *ifname, const struct nic_channels *want);

/* Receive rings that hashing and rules may name (ETHTOOL_GRXRINGS). */
int ethtool_rx_rings(int fd, const char *ifname, uint32_t *out);

struct nic_feature {
	char name[NIC_STRING_LEN]; /* as `ethtool --show-features` of the kernel: "rx-lro" */
	bool active;
	bool requested;
	bool fixed; /* cannot be changed */
};

struct nic_features {
	int err;
	size_t count;
	struct nic_feature *feature;
};
/* Free with ethtool_features_free. */
int ethtool_features(int fd, const char *ifname, struct nic_features *out);
void ethtool_features_free(struct nic_features *features);
/* NULL when this kernel has none of that name. */
const struct nic_feature *ethtool_feature(const struct nic_features *features, const char *name);
/*
 * Set one by name and read it back. -ENOENT: no such feature; -EOPNOTSUPP: fixed, or the driver
 * silently kept its value.
 */
int ethtool_feature_set(int fd, const char *ifname, const char *name, bool on);

struct nic_flags {
	int err;
	uint32_t count;
	uint32_t on;		       /* bit i: name[i] is set */
	char name[32][NIC_STRING_LEN]; /* the first 32; ethtool knows no more */
};
int ethtool_flags(int fd, const char *ifname, struct nic_flags *out);
/* -1: no such flag; 0 off; 1 on. */
int ethtool_flag(const struct nic_flags *flags, const char *name);
int ethtool_flag_set(int fd, const char *ifname, const char *name, bool on);

/*
 * What is hashed of a flow type of linux/ethtool.h: RXH_ bits. ethtool(8) means AH_ESP_V4_FLOW when
 * one writes esp4 or ah4 behind rx-flow-hash, and drivers answer differently for ESP_V4_FLOW.
 */
int ethtool_fields(int fd, const char *ifname, uint32_t flow_type, uint64_t *out);
/* Set and read back. -EOPNOTSUPP also when the driver takes it and silently keeps its own. */
int ethtool_fields_set(int fd, const char *ifname, uint32_t flow_type, uint64_t fields);

/* Limits that no NIC exceeds (the largest known: 4096 entries, 124 bytes). */
#define NIC_RSS_MAX_INDIR 65536
#define NIC_RSS_MAX_KEY	  1024

struct nic_rss {
	int err;
	uint32_t context;
	uint32_t indir_size; /* entries */
	uint32_t key_size;   /* bytes */
	uint8_t hfunc;	     /* bits: 1 Toeplitz, 2 XOR, 4 CRC32 */
	uint8_t input_xfrm;  /* bits: 1 symmetric XOR, 2 symmetric OR-XOR; 0 before Linux 6.8 */
	uint32_t *indir;
	uint8_t *key;
};
/* Context 0 is the main one. Free with ethtool_rss_free. */
int ethtool_rss(int fd, const char *ifname, uint32_t context, struct nic_rss *out);
void ethtool_rss_free(struct nic_rss *rss);

/* What of a struct nic_rss to set. */
enum nic_rss_part {
	NIC_RSS_INDIR = 1,
	NIC_RSS_KEY = 2,
	NIC_RSS_HFUNC = 4,
};
/*
 * Set these parts to RSS's values, leave the others. Sizes must be the NIC's. input_xfrm is sent as
 * it is in RSS, so take RSS from ethtool_rss. The set is not read back: drivers may lie, ask.
 */
int ethtool_rss_set(int fd, const char *ifname, const struct nic_rss *rss, unsigned int parts);
/*
 * The contexts that answer, among numbers 1 to MAX: how many, the numbers in CONTEXT. By ioctl they
 * can only be asked for one by one. -EOPNOTSUPP: the driver has none.
 */
int ethtool_rss_contexts(int fd, const char *ifname, uint32_t max, uint32_t *context);

/* Ask the driver for its own default table, which also forgets that one was configured. */
int ethtool_rss_reset(int fd, const char *ifname);

#endif
