// SPDX-License-Identifier: GPL-2.0-only
// Asks the kernel for the hashes of labels, and gives each CPU those that lead to it.
#include "sas/labels.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "bpf/label_hash.skel.h"
#include "core/env.h"
#include "core/label_hash.h"
#include "place/labels.h"

/* So many times more labels than are needed may be tried: that one CPU gets too few then is as good
 * as impossible. */
enum { PATIENCE = 8, INTERRUPTED = 100 };

/* Who asks: the program, and what it writes. */
struct asker {
	struct label_hash_bpf *skel;
	struct label_hashes *hashes;
};

static void asker_close(struct asker *asker)
{
	if (asker->hashes)
		munmap(asker->hashes, sizeof(*asker->hashes));
	label_hash_bpf__destroy(asker->skel);
}

static int asker_open(struct asker *asker)
{
	void *memory;

	*asker = (struct asker){.skel = label_hash_bpf__open_and_load()};
	if (!asker->skel)
		return -errno;
	memory = mmap(NULL, sizeof(*asker->hashes), PROT_READ | PROT_WRITE, MAP_SHARED,
		      bpf_map__fd(asker->skel->maps.label_hashes), 0);
	if (memory == MAP_FAILED) {
		int err = -errno;

		asker_close(asker);
		return err;
	}
	asker->hashes = memory;
	return 0;
}

/* The hashes of LABEL_HASHES labels from @first on. A signal ends a test run. */
static int ask(struct asker *asker, __u32 first)
{
	__u8 frame[ETH_HLEN + LABEL_FRAME_MIN] = {0};
	const __be16 type = be16_host(LABEL_ETHERTYPE);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = LABEL_HASHES / LABEL_HASHES_RUN);
	int err = -EINTR;

	memcpy(frame + 12, &type, sizeof(type));
	for (int i = 0; i < INTERRUPTED && err == -EINTR; i++) {
		asker->hashes->first = first;
		asker->hashes->asked = 0;
		err = bpf_prog_test_run_opts(
			      bpf_program__fd(asker->skel->progs.espalier_label_hash), &opts)
			      ? -errno
			      : 0;
	}
	return !err && asker->hashes->asked != LABEL_HASHES ? -EPROTO : err;
}

static bool all_alike(const struct label_hashes *hashes)
{
	for (__u32 i = 1; i < LABEL_HASHES; i++)
		if (hashes->hash[i] != hashes->hash[0])
			return false;
	return true;
}

static int find(struct asker *asker, struct labels *labels)
{
	__u32 most = PATIENCE * labels->cpus * LABELS + LABEL_HASHES, first;
	int err = 0;

	for (first = 1; !err && first < most; first += LABEL_HASHES) {
		err = ask(asker, first);
		if (!err && all_alike(asker->hashes))
			return -ENOLINK;
		for (__u32 i = 0; !err && i < LABEL_HASHES; i++)
			if (labels_take(labels, first + i, asker->hashes->hash[i]))
				return 0;
	}
	return err ? err : -EPROTO;
}

/* While the mask changes, before or after, packets go astray anyhow: nothing here is atomic. */
static void set_rows(const struct maps *maps, const struct labels *labels, const cpu_set_t *mask)
{
	static const struct label_row none;
	unsigned int n = 0;

	for (__u32 cpu = 0; cpu < maps->host->cpus; cpu++)
		maps->labels[cpu] = CPU_ISSET(cpu, mask) ? labels->row[n++] : none;
}

int labels_find(const struct maps *maps, const cpu_set_t *mask)
{
	struct labels labels;
	struct asker asker;
	int err;

	for (__u32 cpu = maps->host->cpus; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, mask))
			return -EINVAL;
	if (!CPU_COUNT(mask))
		return -EINVAL;
	err = labels_init(&labels, CPU_COUNT(mask));
	if (err)
		return err;
	err = asker_open(&asker);
	if (!err) {
		err = find(&asker, &labels);
		asker_close(&asker);
	}
	if (!err)
		set_rows(maps, &labels, mask);
	labels_free(&labels);
	return err;
}
