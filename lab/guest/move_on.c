// SPDX-License-Identifier: GPL-2.0-only
/* move_on SPI CPU CPU MS: moves an SA from one CPU to the other and back, at most once in so many milliseconds, until
 * it is killed. In emulation `espalier move` itself takes longer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "client/client.h"

static void rest(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

int main(int argc, char **argv)
{
	struct move_request request = {0};
	uint32_t cpu[2];
	long ms;

	if (argc != 5)
		return 2;
	request.spi = (uint32_t)strtoul(argv[1], NULL, 0);
	cpu[0] = (uint32_t)strtoul(argv[2], NULL, 10);
	cpu[1] = (uint32_t)strtoul(argv[3], NULL, 10);
	ms = strtol(argv[4], NULL, 10);
	for (unsigned int n = 0;;) {
		struct move_answer answer = {0};
		int err;

		request.cpu = cpu[n % 2];
		err = daemon_move(&request, &answer);
		if (!err)
			n++;
		else if (err != -EBUSY && err != -EAGAIN) {
			fprintf(stderr, "move_on: %s\n", answer.said);
			return 1;
		}
		rest(err ? 1 : ms);
	}
}
