/* SPDX-License-Identifier: GPL-2.0-only */
/* What spreading the SAs over CPUs could bring. Pure. */
#ifndef PLACE_GAIN_H
#define PLACE_GAIN_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An inbound SA, and what it carried in the interval. */
struct gain_sa {
	uint64_t packets, bytes;
	bool hands_off; /* the NIC decrypts it: it costs no CPU to speak of */
	int cpu;	/* that is known to decrypt it, -1: not known */
};

struct gain_facts {
	const struct gain_sa *sas;
	size_t n;
	cpu_set_t cpus; /* those that could decrypt */
	const uint16_t *softirq; /* CPU_SETSIZE entries: permille of the interval in softirqs */
};

enum gain_verdict {
	GAIN_NO_SAS,	 /* there are none */
	GAIN_NO_TRAFFIC, /* none carried a packet that a CPU must decrypt */
	GAIN_ONE_CPU,	 /* one CPU to decrypt on: nothing to spread over */
	GAIN_ONE_SA,	 /* one SA carries nearly all: no steering helps */
	GAIN_SPREAD,	 /* the load lies about as evenly as it can */
	GAIN_WORTH,	 /* spreading brings `times` */
};

struct gain {
	enum gain_verdict verdict;
	uint64_t packets, bytes; /* of all SAs that CPUs decrypt */
	size_t active;		 /* how many of them carried anything */
	size_t hands_off;	 /* SAs left out */
	size_t heaviest;	 /* index of the heaviest, valid if active */
	double share;		 /* its part of the load, 0..1 */
	double best;  /* the largest part that a CPU has after spreading, 1/cpus at best */
	double now;   /* the largest part that a CPU has now; 1.0 if it cannot be told */
	double times; /* now / best: how much more fits before a CPU is full */
	bool seen;    /* `now` was seen: by placement, or by time in softirqs */
	int busiest;  /* the CPU that has this part; -1: not seen */
	unsigned int receiving; /* CPUs with more than a tenth of what the busiest has */
};

/* Below this gain it is not worth while. */
#define GAIN_LEAST 1.2

/* Part of a CPU's time, in permille, that softirqs must take in all before they tell anything. */
#define GAIN_SOFTIRQ_LEAST 50

/*
 * Decides. Who has how much now is told by gain_sa.cpu if it is known of all that carried anything,
 * else by softirq time, which is that of all receiving. -ENOMEM; -EINVAL: no CPU.
 */
int gain_decide(const struct gain_facts *facts, struct gain *gain);

#endif
