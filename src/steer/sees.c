// SPDX-License-Identifier: GPL-2.0-only
// The interface's counter beside those of our program.
#include "steer/sees.h"

#include <stdio.h>
#include <stdlib.h>
#include "cli/say.h"
#include "nic/sysfs.h"
#include "sas/sas.h"
#include "view/human.h"

enum {
	SECONDS = 5, /* between two looks */
	ENOUGH = 100, /* packets: some of them are for any program that is run */
};

struct sees {
	struct sees_counts was;
	bool looked; /* was is filled */
	bool blind;  /* said */
	int seconds; /* since then */
};

uint64_t sees_none_of(const struct sees_counts *was, const struct sees_counts *now)
{
	uint64_t received = now->received - was->received, ringed = now->ringed - was->ringed;

	/* Counters that went back are another device's, or were cleared. */
	if (now->received < was->received || now->counted != was->counted ||
	    now->ringed < was->ringed || received < ENOUGH || received - ENOUGH < ringed)
		return 0;
	return received - ringed;
}

bool sees_words(const char *interface, uint64_t packets, char *buf, size_t size)
{
	char n[HUMAN_LEN], name[32];

	if (!packets)
		return false;
	human_count(n, packets);
	snprintf(name, sizeof(name), "%s", interface);
	human_clean(name);
	snprintf(buf, size,
		 "%s: none of %s packets that it received within %d s reached our program: its driver took "
		 "the program and seems not to run it, so nothing is steered; use another --method",
		 name, n, SECONDS);
	return true;
}

/* 0 or a negative errno. */
static int read_received(const struct steered *s, uint64_t *packets)
{
	int sysfs = sysfs_take(s->sysfs), n;
	char text[32];

	if (sysfs < 0)
		return sysfs;
	n = sysfs_if_read(sysfs, s->name, "statistics/rx_packets", text, sizeof(text));
	sysfs_give(s->sysfs, sysfs);
	if (n < 0)
		return n;
	*packets = strtoull(text, NULL, 10);
	return 0;
}

static int read_counts(const struct steered *s, struct sees_counts *counts)
{
	const struct maps *maps = &s->sas->maps;
	struct interface_counts sum;
	int err = maps_counts(maps, s->index, &sum);

	*counts = (struct sees_counts){0};
	for (int which = 0; !err && which < CLASSES; which++)
		counts->counted += sum.by_class[which].packets;
	for (__u32 cpu = 0; !err && cpu < maps->host->cpus; cpu++)
		counts->ringed += SHARED(maps->cpu_states[cpu].received);
	return err ? err : read_received(s, &counts->received);
}

static void judge(struct sees *sees, const struct steered *s, uint64_t packets)
{
	struct report_interface *place = &s->sas->maps.report->interface[s->index];
	char words[320];

	if (sees_words(s->name, packets, words, sizeof(words)) && !sees->blind)
		say_warning("warning: %s", words);
	else if (!packets && sees->blind)
		say("%s: packets reach our program", s->name);
	sees->blind = packets;
	SHARED(place->unseen) = packets;
}

struct sees *sees_begin(void)
{
	return calloc(1, sizeof(struct sees));
}

void sees_look(struct sees *sees, const struct steered *s)
{
	struct sees_counts now;
	uint64_t packets;

	if (!sees || (sees->looked && ++sees->seconds < SECONDS))
		return;
	if (read_counts(s, &now))
		return;
	packets = sees->looked ? sees_none_of(&sees->was, &now) : 0;
	/* A silent interface tells nothing new. */
	if (!sees->blind || packets || now.counted != sees->was.counted)
		judge(sees, s, packets);
	sees->was = now;
	sees->looked = true;
	sees->seconds = 0;
}

void sees_end(struct sees *sees)
{
	free(sees);
}
