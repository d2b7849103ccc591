// SPDX-License-Identifier: GPL-2.0-only
// The kernel's inbound SAs, for verbs that look at them once or twice.
#include "sad/kernel_sas.h"

#include <errno.h>

static void ignore(void *arg, const struct sa *sa)
{
}

static void ignore_change(void *arg, const struct sa *was, const struct sa *now)
{
}

static bool is_local(void *arg, uint8_t family, const __be32 addr[4])
{
	return addrs_contains(arg, family, addr);
}

static const struct sad_ops ops = {
	.added = ignore,
	.changed = ignore_change,
	.removed = ignore,
	.is_local = is_local,
};

int kernel_sas_open(struct kernel_sas *sas)
{
	int err;

	*sas = (struct kernel_sas){.addrs = addrs_new(NULL, NULL)};
	err = sas->addrs ? addrs_sync(sas->addrs) : -ENOMEM;
	return err ? err : sad_open(&sas->sad, &ops, sas->addrs);
}

void kernel_sas_close(struct kernel_sas *sas)
{
	sad_close(sas->sad);
	addrs_free(sas->addrs);
}

int kernel_sas_take(struct kernel_sas *sas, struct sad_reading *out)
{
	int err = sad_sync(sas->sad);

	return err ? err : sad_reading_take(sas->sad, out);
}
