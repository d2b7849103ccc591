/* SPDX-License-Identifier: GPL-2.0-only */
/* NICs as an option --nic names them: a model, the NIC of an interface here, or one of a report. */
#ifndef CMD_NIC_NAMED_H
#define CMD_NIC_NAMED_H

#include "cli/complain.h"
#include "nic/claims.h"
#include "view/out.h"

struct nic_named {
	const struct model *model;
	char name[48];	       /* as it was typed, fit to be printed; of a long path the end */
	struct claims *claims; /* what the driver of a real NIC tells; NULL: a model was named */
	uint32_t queues;       /* that the real one has; 0: not told */
	bool here;	       /* an interface of this namespace, not a report */
	unsigned int
		differ; /* answers of its driver that are not the model's, and the first of them */
	const char *differs_in;
};

/*
 * The NIC of that name: a model by model_named(), else an interface of this namespace, else a file
 * that `inspect --report` wrote. What is wrong is said. Free with nic_named_free(), also then.
 */
enum status nic_named(const char *verb, const char *name, struct nic_named *out);
/* What stands for it in a command: the name of an interface here, else "IF". */
const char *nic_named_if(const struct nic_named *nic);

/* Of a real NIC: where what its model does may not be what it does. */
void nic_named_warn(struct out *out, const struct nic_named *nic);

void nic_named_free(struct nic_named *nic);

#endif
