/* SPDX-License-Identifier: GPL-2.0-only */
/* `espalier run`: steers until told to stop. */
#ifndef DAEMON_RUN_H
#define DAEMON_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "steer/choose.h"

#define INTERVAL_LEAST 20 /* ms: more rounds would cost more than they can gain */

/* --method as a number. */
#define RUN_METHOD(kind) ((int)(kind) + 1)

/* As the command line gives them; the text of lists has been checked by then. */
struct run_options {
	char **interfaces;
	size_t n_interfaces;
	int method;		/* 0: auto; else RUN_METHOD() */
	const char *cpus;	/* CPU list, NULL: choose */
	const char *stray_cpus; /* CPU list, NULL: choose */
	int ike_cpu;		/* -1: choose */
	unsigned int ring;	/* frames of an SA ring */
	bool ring_given;
	int nice;
	unsigned int max_sas;
	bool max_sas_given;
	unsigned int stray_limit; /* packets a second, 0: none */
	unsigned int resync;	  /* seconds between dumps of the kernel's SAs */
	unsigned int interval;	  /* ms between rounds of placing by load, 0: there are none */
	const char *sas;	  /* file of SAs, or NULL */
	const char *metrics;	  /* file for Prometheus, or NULL */
	bool learn;
	bool keep;
	bool quiet, verbose; /* what is said; quiet wins */
	bool generic;
	bool dry_run;
	bool json; /* --dry-run prints JSON */
	const char *config; /* file of settings, or NULL */
	uint64_t given;	    /* which options were on the command line: bits by row of the table */
	/*
	 * Reads the file of settings once more, for SIGHUP: what was on the command line, and what the
	 * file says now. NULL: there is no file. 0, or a negative errno with @why. After success
	 * reread_end() must tell whether *again was taken: its texts live as long as it is in use.
	 */
	int (*reread)(void *source, struct run_options *again, char *why, size_t size);
	void (*reread_end)(void *source, bool taken);
	void *source;
};

/* Runs in the foreground. Exit status: 0 stopped as told, 1 failed (and said why on stderr). */
int daemon_run(const struct run_options *options);

#endif
