/* SPDX-License-Identifier: GPL-2.0-only */
/* Out of which interfaces inner flows are to be spread now, and over which CPUs; or why they are
 * not. */
#ifndef DAEMON_SPREAD_WANTS_H
#define DAEMON_SPREAD_WANTS_H

#include <net/if.h>
#include "core/report.h"
#include "daemon/after.h"
#include "daemon/roles.h"
#include "daemon/rounds.h"
#include "daemon/settings.h"
#include "nic/watch.h"
#include "place/inner.h"
#include "sad/sad.h"
#include "sas/sas.h"

/* What is asked of others. */
struct spread_needs {
	const struct sas *sas;
	const struct sad *sad;
	const struct run_options *options;
	const struct watch *watch; /* the links of now */
	struct rounds *rounds;	   /* what SA is heavy, and the loads; told how much help it gets */
	const struct roles *roles; /* the CPUs that are ours to use */
};

/* The heaviest SA of an interface, and its CPU, which takes no part. */
struct spread_sa {
	uint32_t spi;
	uint32_t if_id;
	int cpu;
	double load;	  /* a share of that CPU; below 0: not known */
	uint64_t packets; /* so many came until now */
};

struct spread_want {
	int ifindex;
	char name[IFNAMSIZ];
	cpu_set_t cpus;
	struct spread_sa sa;
	double after_ns; /* what comes after decryption costs a packet; NAN, or 0: not measured */
};

/* How --inner auto decides. */
struct spread_auto {
	struct inner inner;
	struct after after;
};

struct spread_wants {
	struct spread_want *want; /* to be freed */
	size_t count;
	bool hold; /* what is set stays: it is not sure yet that there is no reason for it */
	enum inner_state state; /* why there is none, or INNER_SPREAD */
	struct spread_sa sa;	/* whose that is, with a state that is about an SA; else spi is 0 */
};

/*
 * By --inner: nothing with off; with a list every interface that SAs come out of; with auto that of
 * the heavy SA, as long as @by says so. 0 or -ENOMEM.
 */
int spread_wants(const struct spread_needs *needs, const cpu_set_t *given, struct spread_auto *by,
		 uint64_t now_ns, struct spread_wants *wants);

#endif
