// SPDX-License-Identifier: GPL-2.0-only
/* Sends by a packet socket: slower than live frames, but sleeps between packets. */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "crew.h"
#include "host/clock.h"

/* What one thread sends with. */
struct post {
	const struct plan *plan;
	struct espgen_sender *sender;
	struct lab_frame frames[LAB_VARIANTS][LAB_FRAGMENTS_MAX];
	__u64 *counts; /* [SA] */
	int socket;
};

static int open_socket(int device)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = device};
	int on = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	/* Without the queueing discipline the sending CPU chooses the queue. */
	if (fd >= 0 && !setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) &&
	    !bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	on = -errno;
	if (fd >= 0)
		close(fd);
	return on;
}

static __u32 choose(const struct plan *p, struct lab_sender *s)
{
	__u32 sa;

	if (p->run.rates == LAB_EQUAL)
		return lab_next_sa(&p->run, s);
	sa = lab_draw_cell(&p->run, s);
	return lab_random(s) < p->weights[sa].threshold ? sa : p->weights[sa].alias;
}

/* Fills the sender's values for its next packet. Returns the variant. */
static __u32 next_packet(struct post *post)
{
	const struct lab_run *run = &post->plan->run;
	struct espgen_sender *s = post->sender;
	__u32 sa = s->choice.position;

	if (run->rates == LAB_FLOOD) {
		lab_flood(run, &s->choice, &s->now);
	} else {
		sa = choose(post->plan, &s->choice);
		s->now.spi = post->plan->spis[sa];
		lab_numbers(run, &s->choice, &post->counts[sa], &s->now);
	}
	s->now.source = lab_source(run, sa);
	s->now.id++;
	s->choice.position++;
	return lab_variant(run, sa);
}

static int send_packet(struct post *post)
{
	static const char zeros[ESPGEN_SIZE_MAX];
	struct espgen_sender *s = post->sender;
	__u32 variant = next_packet(post);

	for (int i = 0; i < post->plan->fragments; i++) {
		struct lab_frame *f = &post->frames[variant][i];
		size_t head = f->len < LAB_HEAD_BYTES ? f->len : LAB_HEAD_BYTES;
		union {
			const char *from;
			char *to;
		} rest = {zeros};
		struct iovec parts[2] = {{f->bytes + 2, head}, {rest.to, f->len - head}};
		struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

		lab_frame_fill(f, &s->now);
		s->frames++;
		if (sendmsg(post->socket, &message, 0) >= 0)
			continue;
		if (errno != ENOBUFS)
			return -errno;
		s->lost++;
	}
	return 0;
}

/* When the next packet is due; what it fell behind beyond the burst is given up. */
static __u64 due(struct espgen_sender *s, __u64 now)
{
	__u64 at = s->start_ns + s->shift_ns + (s->choice.position * s->interval_q16 >> 16);

	if (s->interval_q16 && now > at + s->burst_ns)
		s->shift_ns += now - at - s->burst_ns;
	return at;
}

static void sleep_until(__u64 ns)
{
	struct timespec until = {ns / 1000000000, ns % 1000000000};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static int send_all(struct post *post, const volatile bool *stop)
{
	struct espgen_sender *s = post->sender;
	int err = 0;

	s->ready = 1;
	while (!s->start_ns && !*stop)
		sleep_until(clock_now() + 100000);
	while (!err && !*stop && s->choice.position < s->quota) {
		__u64 now = clock_now(), at = due(s, now);

		if (s->time_ns && (at > now ? at : now) >= s->start_ns + s->time_ns)
			break;
		if (at > now) {
			sleep_until(at);
			continue;
		}
		if (!s->choice.position)
			s->first_ns = now;
		err = send_packet(post);
		s->last_ns = now;
	}
	return err;
}

static int work(struct crew *crew, __u32 number)
{
	struct post *post = calloc(1, sizeof(*post));
	int err = 0;

	if (!post)
		return -ENOMEM;
	post->plan = crew->plan;
	post->sender = crew->senders[number];
	memcpy(post->frames, crew->plan->frames, sizeof(post->frames));
	post->counts = calloc(crew->plan->run.sas, sizeof(*post->counts));
	post->socket = open_socket(crew->plan->device);
	prctl(PR_SET_TIMERSLACK, 1);
	if (!post->counts || post->socket < 0)
		err = post->counts ? post->socket : -ENOMEM;
	else
		err = send_all(post, &crew->stop);
	post->sender->done = 1;
	if (post->socket >= 0)
		close(post->socket);
	free(post->counts);
	free(post);
	return err;
}

int packet_send(const struct plan *p, struct plan_result *result)
{
	struct espgen_sender *senders;
	struct crew crew = {.plan = p, .work = work};
	int err;

	senders = aligned_alloc(128, sizeof(*senders) * p->run.senders);
	if (!senders)
		return -ENOMEM;
	for (__u32 i = 0; i < p->run.senders; i++)
		crew.senders[i] = &senders[i];
	err = crew_run(&crew, result);
	free(senders);
	return err;
}
