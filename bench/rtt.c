// SPDX-License-Identifier: GPL-2.0-only
// Round trips of single ESP packets: one side sends and waits, the other sends each back. For
// bench/latency.
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "host/clock.h"
#include "middle.h"

enum { IP_BYTES = 20, PAUSE_US = 100, WARM_UP = 200, PATIENCE_US = 100000 };

/* What follows the IP header. */
struct packet {
	uint32_t spi, seq;
	char rest[56];
};

static int open_socket(int cpu)
{
	const struct timeval patience = {.tv_usec = PATIENCE_US};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ESP);
	cpu_set_t one;

	if (fd < 0)
		return -errno;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return -errno;
	return fd;
}

/* The next packet, and who sent it; -EAGAIN: none came in time. */
static int receive(int fd, struct packet *packet, struct sockaddr_in *from)
{
	char bytes[IP_BYTES + sizeof(*packet)];
	socklen_t size = sizeof(*from);
	ssize_t n = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)from, &size);

	if (n < 0)
		return -errno;
	if ((size_t)n < sizeof(bytes))
		return -EBADMSG;
	memcpy(packet, bytes + IP_BYTES, sizeof(*packet));
	return 0;
}

static int send_to(int fd, const struct packet *packet, const struct sockaddr_in *to)
{
	ssize_t n =
		sendto(fd, packet, sizeof(*packet), 0, (const struct sockaddr *)to, sizeof(*to));

	return n < 0 ? -errno : 0;
}

/* Until it is killed. */
static int echo(int fd)
{
	struct sockaddr_in from;
	struct packet packet;
	int err = 0;

	printf("ready\n");
	fflush(stdout);
	while (!err || err == -EAGAIN) {
		err = receive(fd, &packet, &from);
		if (!err)
			err = send_to(fd, &packet, &from);
	}
	return err;
}

static int one_trip(int fd, const struct sockaddr_in *to, uint32_t spi, uint32_t seq, double *us)
{
	struct packet packet = {.spi = htonl(spi), .seq = htonl(seq)}, back;
	struct sockaddr_in from;
	uint64_t start = clock_now();
	int err = send_to(fd, &packet, to);

	do {
		if (!err)
			err = receive(fd, &back, &from);
	} while (!err && back.seq != packet.seq);
	*us = (double)(clock_now() - start) / 1000;
	return err;
}

/* Prints the median and the time that one in a hundred exceeds, in us, and how many were lost. */
static int ping(int fd, const char *address, uint32_t spi, size_t trips)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	double *us = calloc(trips, sizeof(*us)), took;
	size_t n = 0, lost = 0;
	int err = 0;

	if (!us || inet_pton(AF_INET, address, &to.sin_addr) != 1)
		err = us ? -EINVAL : -ENOMEM;
	for (uint32_t seq = 1; !err && seq <= trips + WARM_UP; seq++) {
		err = one_trip(fd, &to, spi, seq, &took);
		if (seq > WARM_UP && !err)
			us[n++] = took;
		lost += err == -EAGAIN;
		err = err == -EAGAIN ? 0 : err;
		usleep(PAUSE_US);
	}
	if (!err && n) {
		double p50 = middle(us, n);

		printf("%.2f %.2f %zu\n", p50, us[n - 1 - n / 100], lost);
	}
	free(us);
	return err || n ? err : -ETIMEDOUT;
}

int main(int argc, char **argv)
{
	int fd, err;

	if (argc != 3 && argc != 6) {
		fprintf(stderr, "usage: rtt echo CPU | rtt ping CPU ADDRESS SPI TRIPS\n");
		return 2;
	}
	fd = open_socket(atoi(argv[2]));
	err = fd < 0 ? fd : 0;
	if (!err)
		err = argc == 3 ? echo(fd)
				: ping(fd, argv[3], (uint32_t)strtoul(argv[4], NULL, 0),
				       strtoul(argv[5], NULL, 10));
	if (err)
		fprintf(stderr, "bench/rtt: %s\n", strerror(-err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
