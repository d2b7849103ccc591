// SPDX-License-Identifier: GPL-2.0-only
/* The generator's threads: started together, pinned, ended in order. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "crew.h"
#include "host/clock.h"

struct worker {
	struct crew *crew;
	pthread_t thread;
	__u32 number;
	volatile bool finished;
	int err;
};

static void nothing(int number)
{
}

static void *work(void *argument)
{
	struct worker *w = argument;
	const struct plan *p = w->crew->plan;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(p->cpus[w->number], &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    (p->nice && setpriority(PRIO_PROCESS, gettid(), p->nice)))
		w->err = -errno;
	else
		w->err = w->crew->work(w->crew, w->number);
	if (w->err)
		w->crew->stop = true;
	w->finished = true;
	return NULL;
}

static int start(struct crew *crew, struct worker *workers, __u32 *started)
{
	int err = 0;

	for (__u32 i = 0; i < crew->plan->run.senders && !err; i++) {
		plan_sender(crew->plan, i, crew->senders[i]);
		workers[i] = (struct worker){.crew = crew, .number = i};
		err = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
		*started += !err;
	}
	return -err;
}

/* Gives the sign when all are ready. */
static bool begin(struct crew *crew, __u32 started)
{
	__u64 start_ns;

	for (__u32 i = 0; i < started; i++)
		if (!crew->senders[i]->ready)
			return false;
	start_ns = clock_now() + 1000000;
	for (__u32 i = 0; i < started; i++)
		crew->senders[i]->start_ns = start_ns + crew->senders[i]->offset_ns;
	return true;
}

/* Wakes those that are to end. Returns how many have not yet. */
static __u32 end(const struct crew *crew, const struct worker *workers, __u32 started)
{
	__u32 left = 0;

	for (__u32 i = 0; i < started; i++) {
		if (workers[i].finished)
			continue;
		left++;
		if (crew->stop || crew->senders[i]->done)
			pthread_kill(workers[i].thread, SIGUSR1);
	}
	return left;
}

static int watch(struct crew *crew, struct worker *workers, __u32 started, const sigset_t *signals)
{
	const struct timespec tick = {.tv_nsec = 1000000};
	bool begun = false;
	int err = 0;

	do {
		if (sigtimedwait(signals, NULL, &tick) > 0)
			crew->stop = true;
		begun = begun || begin(crew, started);
	} while (end(crew, workers, started));
	for (__u32 i = 0; i < started; i++) {
		pthread_join(workers[i].thread, NULL);
		err = err ?: workers[i].err;
	}
	return err;
}

static void collect(const struct crew *crew, struct plan_result *result)
{
	__u64 first = ~0ULL, last = 0;

	for (__u32 i = 0; i < crew->plan->run.senders; i++) {
		const struct espgen_sender *s = crew->senders[i];

		result->packets += s->choice.position;
		result->frames += s->frames;
		result->lost += s->lost;
		result->failed += s->failed;
		if (s->first_ns && s->first_ns < first)
			first = s->first_ns;
		if (s->last_ns > last)
			last = s->last_ns;
		if (s->shift_ns / 1e9 > result->behind)
			result->behind = s->shift_ns / 1e9;
	}
	result->seconds = last > first ? (last - first) / 1e9 : 0;
}

int crew_run(struct crew *crew, struct plan_result *result)
{
	struct sigaction action = {.sa_handler = nothing};
	struct worker workers[PLAN_CPUS_MAX];
	__u32 started = 0;
	sigset_t signals;
	int err, end_err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	sigaction(SIGUSR1, &action, NULL);
	err = start(crew, workers, &started);
	if (err)
		crew->stop = true;
	end_err = watch(crew, workers, started, &signals);
	collect(crew, result);
	return err ?: end_err;
}
