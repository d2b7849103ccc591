// SPDX-License-Identifier: GPL-2.0-only
// Questions of the steering programs about strays: is there such an SA, and with --learn: may it be
// taken for one?
#include "daemon/daemon.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "host/clock.h"
#include "sad/learn.h"

struct learner {
	struct learn *learn; /* NULL without --learn */
	struct event *event;
};

static void learn_from(struct daemon *d, const struct ask *question, const struct sa_id *id)
{
	struct learn_packet packet = {
		.time_ns = question->time_ns,
		.id = *id,
		.sequence = question->seq,
		.encap = question->udp,
		.sport = question->sport,
		.dport = question->dport,
	};
	struct sa sa;

	memcpy(packet.src, question->src, sizeof(packet.src));
	if (learn_packet(d->learner->learn, &packet, &sa) == 1 &&
	    sad_learned_add(d->sad, &sa, clock_now()))
		learn_forget(d->learner->learn, &sa);
}

static int on_ask(void *arg, void *data, size_t size)
{
	const struct ask *question = data;
	struct daemon *d = arg;
	struct sa_id id = {0};

	if (size < sizeof(*question))
		return 0;
	id.family = question->family == 4 ? AF_INET : AF_INET6;
	id.protocol = question->protocol;
	id.spi = question->spi;
	memcpy(id.dst, question->dst, sizeof(id.dst));
	if (sad_find(d->sad, &id) || sad_ask(d->sad, &id) == 0)
		return 0;
	if (d->learner->learn)
		learn_from(d, question, &id);
	return 0;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	ring_buffer__consume(d->asks);
}

int learner_open(struct daemon *d)
{
	struct learner *learner = calloc(1, sizeof(*learner));

	d->learner = learner;
	d->asks = learner ? ring_buffer__new(d->sas.maps.fd[MAP_ASKS], on_ask, d, NULL) : NULL;
	if (!d->asks)
		goto failed;
	learner->event = event_new(d->base, ring_buffer__epoll_fd(d->asks), EV_READ | EV_PERSIST,
				   on_readable, d);
	if (!learner->event || event_add(learner->event, NULL))
		goto failed;
	if (!d->options->learn)
		return 0;
	learner->learn = learn_new(d->sas.maps.host->max_sas / 4 ?: 1, d->sas.table.shape.seed);
	if (learner->learn)
		return 0;
failed:
	say("listening to the steering programs: %s", strerror(errno));
	return -ENOMEM;
}

void learner_close(struct daemon *d)
{
	ring_buffer__free(d->asks);
	d->asks = NULL;
	if (!d->learner)
		return;
	if (d->learner->event)
		event_free(d->learner->event);
	learn_free(d->learner->learn);
	free(d->learner);
	d->learner = NULL;
}

void learner_adopted(struct daemon *d, const struct sa *sa)
{
	learn_adopt(d->learner->learn, sa, clock_now());
}

void learner_removed(struct daemon *d, const struct sa *sa)
{
	if (sa->source == SA_LEARNED && d->learner && d->learner->learn)
		learn_forget(d->learner->learn, sa);
}

/* When the counters of a learned SA last grew, as far as we have looked. */
static uint64_t last_packet(void *arg, const struct sa *sa)
{
	struct daemon *d = arg;
	int slot = sas_find(&d->sas, &sa->id);
	const struct sa_warm *warm;
	struct sa_cold *cold;
	uint64_t packets;

	if (slot < 0)
		return 0;
	warm = &d->sas.maps.warm[slot];
	cold = table_cold(&d->sas.table, slot);
	packets = SHARED(warm->pair[0].packets) + SHARED(warm->pair[1].packets);
	if (packets != cold->active_packets) {
		cold->active_packets = packets;
		cold->active_ns = clock_now();
	}
	return cold->active_ns;
}

void learner_expire(struct daemon *d)
{
	if (d->options->learn)
		sad_learned_idle(d->sad, clock_now(), LEARN_IDLE_NS, last_packet, d);
}
