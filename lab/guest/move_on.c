// SPDX-License-Identifier: GPL-2.0-only
/* move_on SPI CPU CPU MS: moves an SA from one CPU to the other and back, at most once in so many milliseconds, until
 * it is killed. In emulation `espalier move` itself takes longer. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include "client/client.h"
#include "text/number.h"
#include "text/spi.h"

static void rest(int64_t ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

int main(int argc, char **argv)
{
	struct move_request request = {0};
	int64_t cpu[2], ms;

	if (argc != 5 || !spi_parse(argv[1], &request.spi) ||
	    !number_signed(argv[2], 0, CPU_SETSIZE - 1, &cpu[0]) ||
	    !number_signed(argv[3], 0, CPU_SETSIZE - 1, &cpu[1]) ||
	    !number_signed(argv[4], 1, 60000, &ms))
		return 2;
	for (unsigned int n = 0;;) {
		struct move_answer answer = {0};
		int err;

		request.cpu = (uint32_t)cpu[n % 2];
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
