// SPDX-License-Identifier: GPL-2.0-only
/*
 * A report of inspect --report, from a stranger: parsed, then held against every model. What is
 * wrong with it is told in one line; what is taken is within the bounds that its readers count on.
 */
#include <errno.h>
#include <string.h>

#include "cmd/report_read.h"
#include "fuzz.h"

static void hold_against(const struct model *model, const struct report *report)
{
	static struct model_check check;
	const struct model_seen seen = {.claims = &report->claims,
					.sample = report->sample,
					.n = report->n,
					.hashes_of_nic = report->hashes_of_nic,
					.by_cpu = report->by_cpu};
	size_t samples = 0;

	MUST(!model_check(model, &seen, &check));
	MUST(check.differ <= CLAIMS_ANSWERS && check.parts <= MODEL_CHECK_PARTS);
	for (unsigned int i = 0; i < check.parts; i++) {
		const struct model_check_part *part = &check.part[i];

		samples += part->samples;
		MUST(part->hashes_wrong <= part->hashes && part->queues_wrong <= part->queues);
		MUST(part->fit != MODEL_UNTOLD || part->untold);
	}
	MUST(samples == report->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size), why[256] = "";
	static struct report report;
	int err = report_parse(text, size, &report, why, sizeof(why));

	MUST(err ? err == -EBADMSG && why[0] && !strchr(why, '\n') : !why[0]);
	if (!err) {
		MUST(report.n <= REPORT_SAMPLES && report.claims.table.size <= INDIR_SIZE_MAX);
		for (const struct model *const *m = models(); *m; m++)
			hold_against(*m, &report);
	}
	report_free(&report);
	free(text);
	return 0;
}
