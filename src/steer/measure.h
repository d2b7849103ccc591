/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measures on an interface where the packets of each SA come in. At tc any driver will do, and the
 * NIC's hash is seen; at XDP a packet is seen before GRO, but without a hash, and the driver may
 * disturb traffic when the program comes and goes.
 */
#ifndef STEER_MEASURE_H
#define STEER_MEASURE_H

#include "core/parse.h"
#include "nic/measured.h"

enum measure_at {
	MEASURE_TC,
	MEASURE_XDP,
	MEASURE_STEERING, /* at the entry of our steering program, where that is attached */
};

struct measure;

struct measure_how {
	unsigned int ifindex;
	enum measure_at at;
	unsigned int program; /* MEASURE_STEERING: the id of that program */
	/*
	 * At tc: the device records no queue in its packets (veth), so the CPU stands for it: the
	 * queues that are then told are CPUs.
	 */
	bool by_cpu;
	struct encap_ports ports; /* local ones of ESP in UDP, beside 4500 */
};

/*
 * Begins. Whatever happens to this process, nothing
 * stays on the interface, but for Linux before 6.6: there a filter stays if it is killed, which
 * counts and lets pass, until it is measured there again. 0 or a negative errno; -EBUSY or -EEXIST:
 * another XDP program is there.
 */
int measure_start(struct measure **measure, const struct measure_how *how);

/* Ends, and gives what was seen, sorted; *lost: packets that found no room. Frees @measure. */
int measure_stop(struct measure *measure, struct measured *out, uint64_t *lost);

#endif
