// SPDX-License-Identifier: GPL-2.0-only
// Goes through memory line by line, in an order that nothing can foresee.
#include "memory.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include "core/random.h"
#include "host/clock.h"

enum { LINE_BYTES = 64, LOADS = 400000, RUNS = 8 };

struct line {
	uint32_t next;
	uint8_t rest[LINE_BYTES - sizeof(uint32_t)];
};

/* One cycle through all lines (Sattolo's algorithm). */
static void link_lines(struct line *lines, uint32_t n)
{
	uint64_t random = 1;

	for (uint32_t i = 0; i < n; i++)
		lines[i].next = i;
	for (uint32_t i = n - 1; i > 0; i--) {
		uint32_t other = random_below(&random, i), kept = lines[i].next;

		lines[i].next = lines[other].next;
		lines[other].next = kept;
	}
}

static double run(const struct line *lines, volatile uint32_t *at)
{
	uint64_t start = clock_now();
	uint32_t line = *at;

	for (int i = 0; i < LOADS; i++)
		line = lines[line].next;
	*at = line;
	return (double)(clock_now() - start) / LOADS;
}

double memory_wait(size_t bytes)
{
	struct line *lines =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile uint32_t at = 0;
	double best, ns;

	if (lines == MAP_FAILED)
		return -errno;
	madvise(lines, bytes, MADV_NOHUGEPAGE);
	link_lines(lines, (uint32_t)(bytes / LINE_BYTES));
	best = run(lines, &at);
	for (int i = 1; i < RUNS; i++) {
		ns = run(lines, &at);
		best = ns < best ? ns : best;
	}
	munmap(lines, bytes);
	return best;
}
