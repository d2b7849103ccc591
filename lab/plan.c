// SPDX-License-Identifier: GPL-2.0-only
/* Works out what the generator shall send: SPIs, rates, CPUs. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "nic/cpulist.h"
#include "host/cpuset.h"
#include "plan.h"
#include "text/number.h"

static int refuse(const char *what, const char *why)
{
	fprintf(stderr, "espgen: %s: %s\n", what, why);
	return -EINVAL;
}

static int read_spis(struct plan *p, const char *name)
{
	FILE *file = fopen(name, "re");
	char line[64];
	uint64_t spi;
	int err = 0;

	if (!file)
		return refuse(name, strerror(errno));
	p->run.sas = 0;
	while (!err && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (p->run.sas == 65536 || !number_any(line, 1, UINT32_MAX, &spi))
			err = refuse(name, "not at most 65536 SPIs, one a line");
		else
			p->spis[p->run.sas++] = spi;
	}
	fclose(file);
	return err ?: p->run.sas ? err : refuse(name, "no SPI in it");
}

static int make_spis(struct plan *p, const struct plan_options *o)
{
	p->spis = calloc(65536, sizeof(*p->spis));
	if (!p->spis)
		return refuse("SPIs", strerror(ENOMEM));
	if (o->spi_list)
		return read_spis(p, o->spi_list);
	p->run.sas = o->sas;
	for (__u32 i = 0; i < p->run.sas; i++)
		p->spis[i] = o->spi + i;
	return 0;
}

static int make_weights(struct plan *p, const char *rates)
{
	double exponent;

	if (!strcmp(rates, "equal"))
		return 0;
	if (strncmp(rates, "zipf:", 5) || !number_real(rates + 5, 0, 10, &exponent))
		return refuse(rates, "not equal or zipf:S with S from 0 to 10");
	p->weights = calloc(p->run.sas, sizeof(*p->weights));
	if (!p->weights || zipf_fill(p->weights, p->run.sas, exponent))
		return refuse(rates, strerror(ENOMEM));
	return 0;
}

static int make_cpus(struct plan *p, const char *list)
{
	cpu_set_t allowed, asked;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	if (!list) {
		while (!CPU_ISSET(p->cpus[0], &allowed))
			p->cpus[0]++;
		p->run.senders = 1;
		return 0;
	}
	if (cpulist_parse(list, &asked) || !CPU_COUNT(&asked) || CPU_COUNT(&asked) > PLAN_CPUS_MAX)
		return refuse(list, "not a list of CPUs such as 0,2-3");
	cpuset_each (cpu, &asked) {
		if (!CPU_ISSET(cpu, &allowed))
			return refuse(list, "a CPU in it does not exist");
		p->cpus[p->run.senders++] = (__u32)cpu;
	}
	return 0;
}

static void make_run(struct plan *p, const struct plan_options *o)
{
	struct lab_run *run = &p->run;

	run->rates = o->flood || o->rising ? LAB_FLOOD : p->weights ? LAB_WEIGHTED : LAB_EQUAL;
	run->encap = o->encap;
	run->pairs = o->pairs;
	run->first_sequence = o->first_sequence;
	run->swap = o->swap;
	run->swap_size = o->swap_size;
	run->duplicate = o->duplicate;
	run->rising = o->rising ?: 1;
	run->seed = o->seed;
	run->run = getpid() & 0xffff;
}

int plan_make(struct plan *p, const struct plan_options *o)
{
	p->device = if_nametoindex(o->device);
	if (!p->device)
		return refuse(o->device, "no such device in this network namespace");
	if (o->count && o->time_ns)
		return refuse("--count", "not together with --seconds");
	if (make_spis(p, o) || make_weights(p, o->rates) || make_cpus(p, o->cpus))
		return -EINVAL;
	make_run(p, o);
	p->count = o->count ?: o->time_ns ? o->count : 1;
	p->pps = o->pps;
	p->time_ns = o->time_ns;
	p->burst = o->burst;
	p->nice = o->nice;
	p->first_sender = o->sender;
	return 0;
}

void plan_free(struct plan *p)
{
	free(p->spis);
	free(p->weights);
}

void plan_sender(const struct plan *p, __u32 number, struct espgen_sender *s)
{
	__u32 senders = p->run.senders;

	memset(s, 0, sizeof(*s));
	s->choice.number = number;
	s->choice.turn = (__u64)number * p->run.sas / senders;
	s->choice.random = ((__u64)p->run.seed << 32 | number << 1 | 1) * 0x9e3779b97f4a7c15ULL;
	s->quota = p->count ? p->count / senders + (number < p->count % senders) : ~0ULL;
	s->time_ns = p->time_ns;
	if (p->pps) {
		s->interval_q16 = ((1000000000ULL * senders) << 16) / p->pps;
		s->burst_ns = p->burst * (s->interval_q16 >> 16);
		/* The senders take turns. */
		s->offset_ns = (s->interval_q16 >> 16) * number / senders;
	}
	/* Fragments of an earlier run may still wait to be put together. */
	s->now.id = number * (65536 / senders) + p->run.run * 40503U;
	s->now.sender = p->run.run << 16 | ((p->first_sender + number) & 0xffff);
}
