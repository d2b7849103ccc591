/* SPDX-License-Identifier: GPL-2.0-only */
/* What `gain` found, for an operator or as JSON. */
#ifndef CMD_GAIN_PRINT_H
#define CMD_GAIN_PRINT_H

#include <net/if.h>
#include "cmd/gain/remedies.h"
#include "place/gain.h"
#include "sad/sad.h"
#include "steer/choose.h"
#include "view/out.h"

struct gain_report {
	double seconds;	 /* that the counting took */
	size_t sas, udp; /* inbound SAs, and how many of them are ESP-in-UDP */
	struct gain gain;
	const struct sa *heaviest; /* NULL: none carried anything */
	cpu_set_t cpus;		   /* that could decrypt */
	unsigned int busy;	   /* permille, of gain.busiest */
	bool steered;		   /* Espalier steers already */
	char interface[IFNAMSIZ];  /* on which the heaviest comes in; "" not known */
	const struct method *method; /* that would be chosen there */
	char why[1024];
	struct gain_stages stages;
	struct gain_remedies remedies;
};

void gain_print(struct out *out, const struct gain_report *report);

#endif
