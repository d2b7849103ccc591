/* SPDX-License-Identifier: GPL-2.0-only */
/* What a measurement saw, in order: by kind, by addresses, by SPI, by queue. */
#ifndef NIC_MEASURED_H
#define NIC_MEASURED_H

#include <stddef.h>
#include "core/measure.h"

struct measured_entry {
	struct measure_key key;
	struct measure_value value;
};

struct measured {
	struct measured_entry *entry;
	size_t n, room;
};

/* Counts one packet, as the measuring programs do. -ENOMEM. */
int measured_add(struct measured *measured, const struct flow *flow, uint16_t queue, uint32_t hash);

/* Takes an entry over as it is. -ENOMEM. */
int measured_take(struct measured *measured, const struct measured_entry *entry);

/* Sorts the entries. The functions below, and those of verdict.h, need them sorted. */
void measured_sort(struct measured *measured);
void measured_free(struct measured *measured);

/* Are two entries of the same SA? Of SAs of one kind that differ in nothing but the SPI? */
bool measured_same_sa(const struct measured_entry *a, const struct measured_entry *b);
bool measured_same_pair(const struct measured_entry *a, const struct measured_entry *b);

/* FLOW_ESP, FLOW_ESP_UDP, FLOW_AH: "esp", "udp", "ah". And back; 0 for other words. */
const char *measured_kind_word(uint8_t kind);
uint8_t measured_kind(const char *word);

/* How many of the samples are there. */
unsigned int measured_samples(const struct measured_entry *entry);

#endif
