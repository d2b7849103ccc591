/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bounds the heaviest SA, and how many times as much each remedy would let through, by what a
 * packet of it was measured to cost. Pure.
 */
#ifndef PLACE_REMEDIES_H
#define PLACE_REMEDIES_H

#include <stdbool.h>

enum remedy {
	REMEDY_SPREAD,	/* its CPU's other SAs go to other CPUs */
	REMEDY_STEER,	/* it is decrypted on another CPU than receives */
	REMEDY_INNER,	/* what comes after decrypting goes to other CPUs, by inner flow */
	REMEDY_LARGER,	/* larger packets */
	REMEDY_MORE,	/* more SAs for the same traffic: per-CPU SAs, or more tunnels */
	REMEDY_OFFLOAD, /* the NIC decrypts */
	REMEDIES,
};

struct remedy_facts {
	/* Nanoseconds that a packet of the SA costs; NAN: not known. */
	double receive, decrypt, after;
	double bytes;	/* of a packet of it, on average */
	double byte_ns; /* that each of its bytes costs; NAN: not measured, so it is assumed */
	double busy, busy_sa;	/* shares of its CPU: that all SAs there take, and that it takes */
	bool with_receiving;	/* its CPU is one that receives */
	bool spread;		/* what comes after is done on other CPUs already */
	unsigned int cpus;	/* that may decrypt */
	unsigned int receiving; /* CPUs that receive */
};

struct remedy_gain {
	enum remedy remedy;
	double times; /* as much of the SA's traffic as now, at best; NAN: not known */
};

struct remedy_bound {
	double packet_ns; /* that a packet of the SA costs its CPU, with all that CPU's stages */
	double packets;	  /* a second, at most, beside what else its CPU decrypts */
	double bits;
	struct remedy_gain by_gain[REMEDIES]; /* the best first; what is not known comes last */
};

/* A remedy that brings less is none. */
#define REMEDY_LEAST 1.05

/* The mean size from which on packets are taken to be as large as the MTU lets them. */
#define REMEDY_FULL_PACKET 800.0

/* What handing a decrypted packet to another CPU costs, in nanoseconds: an estimate. */
#define REMEDY_HAND_ON_NS 200.0

void remedies_judge(const struct remedy_facts *facts, struct remedy_bound *out);

#endif
