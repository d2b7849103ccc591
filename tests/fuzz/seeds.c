// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-seeds parse|netlink DIR: the first inputs that the tests have already, as files in DIR: the
 * frames made by hand and the packets of captures; the recorded messages, each one a datagram.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../net/captures.h"
#include "../unit/frames.h"
#include "../unit/xfrm_recorded.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct seeds {
	const char *dir;
	int count;
};

static void write_seed(struct seeds *seeds, const void *bytes, size_t length)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%.400s/seed-%04d", seeds->dir, seeds->count++);
	file = fopen(path, "we");
	if (!file || fwrite(bytes, 1, length, file) != length || fclose(file)) {
		fprintf(stderr, "fuzz-seeds: %s: %s\n", path, strerror(errno));
		exit(1);
	}
}

/* As a frame, and what lies behind an Ethernet header with no tag, one and two: an IP packet. */
static void write_frame(struct seeds *seeds, const unsigned char *bytes, size_t length)
{
	write_seed(seeds, bytes, length);
	for (size_t head = 14; head <= 22; head += 4)
		if (length > head)
			write_seed(seeds, bytes + head, length - head);
}

static void write_packet(void *arg, const char *file, int n, const void *bytes, size_t length)
{
	write_frame(arg, bytes, length);
}

static int write_frames(struct seeds *seeds)
{
	for (size_t i = 0; i < frames_count; i++)
		write_frame(seeds, frames[i].bytes, frames[i].len);
	return captures_each(CAPTURES, write_packet, seeds);
}

/* Behind the head of fuzz_netlink.c. */
static void write_message(struct seeds *seeds, const char *hex)
{
	unsigned char bytes[2048] = {0};
	size_t length = strlen(hex) / 2;

	if (length > sizeof(bytes) - 4)
		abort();
	bytes[0] = length & 0xff;
	bytes[1] = length >> 8;
	for (size_t i = 0; i < length; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &bytes[4 + i]) != 1)
			abort();
	write_seed(seeds, bytes, 4 + length);
}

static int write_messages(struct seeds *seeds)
{
	static const char *const recorded[] = {
		recorded_v4,	    recorded_marked,	    recorded_v6_out,
		recorded_delete_v4, recorded_delete_marked, recorded_expire_v6,
		recorded_flush,
	};

	for (size_t i = 0; i < COUNT(recorded); i++)
		write_message(seeds, recorded[i]);
	for (size_t i = 0; i < COUNT(real_events); i++)
		write_message(seeds, real_events[i]);
	for (size_t i = 0; i < COUNT(real_dump); i++)
		write_message(seeds, real_dump[i]);
	return 0;
}

int main(int argc, char **argv)
{
	struct seeds seeds = {.dir = argc == 3 ? argv[2] : NULL};

	if (argc == 3 && !strcmp(argv[1], "parse"))
		return !!write_frames(&seeds);
	if (argc == 3 && !strcmp(argv[1], "netlink"))
		return !!write_messages(&seeds);
	fprintf(stderr, "usage: fuzz-seeds parse|netlink DIR\n");
	return 2;
}
