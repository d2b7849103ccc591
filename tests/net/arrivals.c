// SPDX-License-Identifier: GPL-2.0-only
// Packet sockets in a fanout group by CPU (packet(7)).
#include "arrivals.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <unistd.h>

enum { GROUP = 4711, FRAME = 8192, QUIET_MS = 1000, BUFFER = 4 << 20 };

/* The kernel gives a frame to the member of the group whose place is the CPU's number. */
static int open_member(const char *ifname)
{
	const int fanout = GROUP | PACKET_FANOUT_CPU << 16, buffer = BUFFER;
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &fanout, sizeof(fanout)) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int arrivals_open(struct arrivals *a, const char *ifname)
{
	int cpus = get_nprocs_conf();

	a->cpus = 0;
	if (cpus > ARRIVALS_CPUS)
		return -E2BIG;
	while (a->cpus < cpus) {
		int fd = open_member(ifname);

		if (fd < 0) {
			arrivals_close(a);
			return fd;
		}
		a->socket[a->cpus++] = fd;
	}
	return 0;
}

void arrivals_close(struct arrivals *a)
{
	while (a->cpus)
		close(a->socket[--a->cpus]);
}

/* One frame of a socket; false: there is none. *number: UINT32_MAX for one of somebody else. */
static bool read_frame(int fd, uint32_t mark, uint32_t *number)
{
	uint8_t frame[FRAME];
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &size);
	uint32_t last;

	if (n < 0)
		return false;
	*number = UINT32_MAX;
	if (n < (ssize_t)sizeof(last) || from.sll_pkttype == PACKET_OUTGOING)
		return true;
	memcpy(&last, frame + n - sizeof(last), sizeof(last));
	if (ntohl(last) - mark < ARRIVALS_NUMBERS)
		*number = ntohl(last) - mark;
	return true;
}

size_t arrivals_read(struct arrivals *a, uint32_t mark, size_t frames,
		     void (*fn)(void *arg, uint32_t number, int cpu), void *arg)
{
	struct pollfd wait[ARRIVALS_CPUS];
	size_t came = 0;
	uint32_t number;

	for (int cpu = 0; cpu < a->cpus; cpu++)
		wait[cpu] = (struct pollfd){.fd = a->socket[cpu], .events = POLLIN};
	while (came < frames && poll(wait, (nfds_t)a->cpus, QUIET_MS) > 0) {
		for (int cpu = 0; cpu < a->cpus; cpu++)
			while (read_frame(a->socket[cpu], mark, &number)) {
				if (number == UINT32_MAX)
					continue;
				fn(arg, number, cpu);
				came++;
			}
	}
	return came;
}
