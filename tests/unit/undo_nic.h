/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up NIC with hash, key and table, behind the ethtool ioctl of one veth called nic0. */
#ifndef TESTS_UNIT_UNDO_NIC_H
#define TESTS_UNIT_UNDO_NIC_H

#include <stdbool.h>
#include <stdint.h>

#define TABLE 8
#define KEY   40

struct undo_nic {
	bool present;
	bool configured;  /* a table was set: kept until reset (IFF_RXFH_CONFIGURED) */
	bool stuck;	  /* refuses to change its key */
	int refuses;	  /* errno of who reads its hash settings; 0: nothing is in the way */
	int refuses_then; /* the same once it was said that the hash function could not be read */
	uint32_t rings;
	uint32_t table[TABLE];
	uint8_t key[KEY];
	uint8_t hfunc;
};

extern struct undo_nic model;

/* The table as the NIC comes with it, for the channels that it has. */
void model_reset_table(void);

/* The NIC as it comes: present, with four rings, its table and its key. */
void model_init(void);

#endif
