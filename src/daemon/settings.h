/* SPDX-License-Identifier: GPL-2.0-only */
/* What `run` was told: on the command line, and by the file of settings that --config names. */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cli/config.h"
#include "steer/method.h"

#define INTERVAL_LEAST 20 /* ms: more rounds would cost more than they can gain */

/* As the command line gives them; the text of lists has been checked by then. */
struct run_options {
	char **interfaces;
	size_t n_interfaces;
	int method;		/* index into method_choices: run_method() */
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
	const char *inner; /* "off", "auto" or a CPU list; NULL: off */
	const char *sas;	  /* file of SAs, or NULL */
	const char *metrics;	  /* file for Prometheus, or NULL */
	bool learn;
	bool keep;
	bool reorder;
	bool quiet, verbose; /* what is said; quiet wins */
	bool dry_run;
	bool json; /* --dry-run prints JSON */
	const char *config; /* file of settings, or NULL */
	uint64_t given;	    /* which options were on the command line: bits by row of the table */
};

/* The method that was asked for; NULL: auto. */
static inline const struct method *run_method(const struct run_options *options)
{
	return options->method ? methods[options->method - 1] : NULL;
}

enum inner_how { INNER_NEVER, INNER_AUTO, INNER_LIST };

/* What --inner says. */
enum inner_how inner_how(const struct run_options *options);

/* The options of `run`, and what they are if nobody says anything. */
extern const struct option_row settings_rows[];
extern const struct run_options settings_defaults;

struct settings {
	struct run_options asked; /* the command line alone; its texts are the caller's */
	struct run_options now;	  /* and what the file says beside it */
	struct config file;	  /* the texts of `now` that come from there */
};

/*
 * Reads the file that @asked names, if it names one: the command line wins. 0; or a negative errno, @why
 * says what is wrong, and nothing is to be freed. The settings may be copied, and freed once.
 */
int settings_read(struct settings *settings, const struct run_options *asked, char *why, size_t size);

void settings_free(struct settings *settings);

/* Do they fit together, as far as words tell? 0; or -EINVAL, and @why says what is wrong. */
int settings_fault(const struct run_options *options, char *why, size_t size);

/* From now on so much is said as these say. */
void settings_say(const struct run_options *options);

#endif
