// SPDX-License-Identifier: GPL-2.0-only
// Questions of the steering programs about strays: is there such an SA, and with --learn: may it be
// taken for one?
#include "daemon/learner.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include "cli/say.h"
#include "host/clock.h"
#include "sad/learn.h"

static void learn_from(struct learner *l, const struct ask *question, const struct sa_id *id)
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
	if (learn_packet(l->learn, &packet, &sa) == 1 && sad_learned_add(l->sad, &sa, clock_now()))
		learn_forget(l->learn, &sa);
}

static int on_ask(void *arg, void *data, size_t size)
{
	const struct ask *question = data;
	struct learner *l = arg;
	struct sa_id id = {0};

	if (size < sizeof(*question))
		return 0;
	id.family = question->family == 4 ? AF_INET : AF_INET6;
	id.protocol = question->protocol;
	id.spi = question->spi;
	memcpy(id.dst, question->dst, sizeof(id.dst));
	if (sad_find(l->sad, &id) || sad_ask(l->sad, &id) == 0)
		return 0;
	if (l->learn)
		learn_from(l, question, &id);
	return 0;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct learner *l = arg;

	ring_buffer__consume(l->asks);
}

int learner_open(struct learner *l)
{
	l->asks = ring_buffer__new(l->sas->maps.fd[MAP_ASKS], on_ask, l, NULL);
	if (l->asks)
		l->event = event_new(l->base, ring_buffer__epoll_fd(l->asks), EV_READ | EV_PERSIST,
				     on_readable, l);
	if (l->event && !event_add(l->event, NULL))
		return 0;
	say("listening to the steering programs: %s", strerror(errno));
	return -ENOMEM;
}

void learner_close(struct learner *l)
{
	ring_buffer__free(l->asks);
	l->asks = NULL;
	if (l->event)
		event_free(l->event);
	l->event = NULL;
}

/* When the counters of a learned SA last grew, as far as we have looked. */
static uint64_t last_packet(void *arg, const struct sa *sa)
{
	struct learner *l = arg;
	int slot = sas_find(l->sas, &sa->id);
	struct sa_cold *cold;
	uint64_t packets;

	if (slot < 0)
		return 0;
	cold = table_cold(&l->sas->table, slot);
	packets = maps_counted(&l->sas->maps, (__u32)slot).packets;
	if (packets != cold->active_packets) {
		cold->active_packets = packets;
		cold->active_ns = clock_now();
	}
	return cold->active_ns;
}

void learner_expire(struct learner *l)
{
	if (l->options->learn)
		sad_learned_idle(l->sad, clock_now(), LEARN_IDLE_NS, last_packet, l);
}
