// SPDX-License-Identifier: GPL-2.0-only
// The report: opened if it is one that we can read, else begun anew.
#include "sas/report_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIN "report"

_Static_assert(REPORT_CPUS == CPU_SETSIZE, "a place for each CPU");

/* In the test build another version, by report-N in $ESPALIER_TEST. */
static __u32 version(void)
{
	unsigned int wanted = REPORT_VERSION;
#ifdef ESPALIER_TEST
	const char *text = getenv("ESPALIER_TEST");
	const char *at = text ? strstr(text, "report-") : NULL;

	if (at && sscanf(at, "report-%u", &wanted) != 1)
		wanted = REPORT_VERSION;
#endif
	return wanted;
}

/* And so many bytes longer for each version. */
static __u32 size_of_value(void)
{
	return sizeof(struct report) + (version() - REPORT_VERSION) * 8;
}

static void fill(struct report *report)
{
	report->magic = REPORT_MAGIC;
	report->version = version();
	report->nice_seen = NICE_UNKNOWN;
}

static int map_memory(int fd, bool write, struct report **report)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);
	void *memory;

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != size_of_value() ||
	    info.max_entries != 1 || !(info.map_flags & BPF_F_MMAPABLE))
		return -EPROTO;
	memory = mmap(NULL, sizeof(struct report), PROT_READ | (write ? PROT_WRITE : 0), MAP_SHARED,
		      fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	*report = memory;
	return 0;
}

/* NULL: there is none that we can read. */
static struct report *open_pinned(const struct pins *pins, bool write)
{
	int fd = pins_get(pins, PIN);
	struct report *report = NULL;

	if (fd < 0)
		return NULL;
	if (!map_memory(fd, write, &report) &&
	    (report->magic != REPORT_MAGIC || report->version != version())) {
		report_close(report);
		report = NULL;
	}
	close(fd);
	return report;
}

struct report *report_open(const struct pins *pins, bool write, bool *blank)
{
	struct report *report = open_pinned(pins, write);

	*blank = !report;
	if (report)
		return report;
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	if (report == MAP_FAILED)
		return NULL;
	fill(report);
	return report;
}

int report_create(const struct pins *pins, struct report **made)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, PIN, sizeof(__u32), size_of_value(), 1, &opts);
	int err;

	if (fd < 0)
		return -errno;
	err = map_memory(fd, true, made);
	if (!err) {
		fill(*made);
		err = pins_put(pins, PIN, fd);
		if (err)
			report_close(*made);
	}
	close(fd);
	return err;
}

void report_close(struct report *report)
{
	if (report)
		munmap(report, sizeof(*report));
}
