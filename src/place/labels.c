// SPDX-License-Identifier: GPL-2.0-only
// Labels for CPUs.
#include "place/labels.h"

#include <errno.h>
#include <stdlib.h>

int labels_init(struct labels *labels, unsigned int cpus)
{
	*labels = (struct labels){
		.cpus = cpus,
		.row = calloc(cpus, sizeof(*labels->row)),
		.got = calloc(cpus, sizeof(*labels->got)),
	};
	if (labels->row && labels->got)
		return 0;
	labels_free(labels);
	return -ENOMEM;
}

void labels_free(struct labels *labels)
{
	free(labels->row);
	free(labels->got);
	*labels = (struct labels){0};
}

bool labels_take(struct labels *labels, uint32_t label, uint32_t hash)
{
	uint32_t cpu = label_cpu(hash, labels->cpus), got = labels->got[cpu];

	if (got < LABELS)
		labels->row[cpu].sa[got] = label;
	else if (got == LABELS)
		labels->row[cpu].other = label;
	if (got <= LABELS)
		labels->full += ++labels->got[cpu] > LABELS;
	return labels->full == labels->cpus;
}
