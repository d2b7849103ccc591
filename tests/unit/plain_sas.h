/* SPDX-License-Identifier: GPL-2.0-only */
/* The steered SAs in plain memory: no BPF, any number of CPUs. Moves are done at once. */
#ifndef TESTS_PLAIN_SAS_H
#define TESTS_PLAIN_SAS_H

#include "sas/sas.h"

struct plain_sas {
	struct sas sas;
	void *memory[13]; /* what the maps consist of */
};

/* Room for @max_sas SAs on CPUs 0 to @cpus - 1, each with its ring. 0 or -ENOMEM. */
int plain_sas_open(struct plain_sas *plain, __u32 max_sas, __u32 cpus);
void plain_sas_close(struct plain_sas *plain);

/* The ESP SA of that SPI. */
struct sa plain_sas_sa(__u32 spi);

/* It comes. Its slot, or a negative errno. */
int plain_sas_add(struct plain_sas *plain, __u32 spi, __u64 now_ns);
void plain_sas_remove(struct plain_sas *plain, __u32 spi, __u64 now_ns);

/* So many packets of 1,000 bytes come for the SA in @slot. */
void plain_sas_packets(struct plain_sas *plain, __u32 slot, __u64 packets);

#endif
