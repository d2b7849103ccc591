// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate: which NICs, and with how many queues.
#include "cmd/simulate/wish.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include "nic/model_ask.h"
#include "text/number.h"

#define ASKED "+sdfn"
#define A_FEW "1,2,4,8,16"

/* Calls @take with each part of "A,B,C". */
static enum status each_part(const char *option, const char *list, struct wish *wish,
			     enum status (*take)(struct wish *wish, const char *part))
{
	enum status status = STATUS_DONE;
	char *copy = strdup(list), *rest = copy, *part;

	if (!copy)
		return complain("simulate", "no memory");
	while (status == STATUS_DONE && (part = strsep(&rest, ","))) {
		if (*part)
			status = take(wish, part);
		else
			status = complain_usage("simulate", "--%s %s: nothing between two commas",
						option, list);
	}
	free(copy);
	return status;
}

static enum status want_queues(struct wish *wish, uint32_t number)
{
	for (size_t i = 0; i < wish->numbers; i++)
		if (wish->queues[i] == number)
			return STATUS_DONE;
	if (wish->numbers == WISH_NUMBERS)
		return complain_usage("simulate", "--queues: more than %d numbers", WISH_NUMBERS);
	wish->queues[wish->numbers++] = number;
	return STATUS_DONE;
}

static enum status take_queues(struct wish *wish, const char *part)
{
	int64_t number;

	if (!number_signed(part, 1, CPU_SETSIZE, &number))
		return complain_usage("simulate", "--queues %s: not a number from 1 to %d", part,
				      CPU_SETSIZE);
	return want_queues(wish, (uint32_t)number);
}

/* A free place; NULL: there is none. */
static struct wish_nic *next_nic(struct wish *wish)
{
	return wish->nics < WISH_NICS ? &wish->nic[wish->nics] : NULL;
}

/* Keeps what was put there, unless it is wished for already. */
static void keep(struct wish *wish)
{
	struct wish_nic *new = &wish->nic[wish->nics];

	for (size_t i = 0; i < wish->nics; i++) {
		const struct wish_nic *old = &wish->nic[i];

		if (old->named.model != new->named.model || old->asked != new->asked)
			continue;
		if (!old->named.claims && !new->named.claims)
			return;
		if (old->named.claims && new->named.claims &&
		    !strcmp(old->named.name, new->named.name)) {
			nic_named_free(&new->named);
			return;
		}
	}
	wish->nics++;
}

static enum status take_nic(struct wish *wish, const char *part)
{
	size_t length = strlen(part), tail = strlen(ASKED);
	bool asked = length > tail && !strcmp(part + length - tail, ASKED);
	struct wish_nic *nic = next_nic(wish);
	char *name = strndup(part, asked ? length - tail : length);
	enum status status;

	if (!nic || !name) {
		free(name);
		return nic ? complain("simulate", "no memory")
			   : complain_usage("simulate", "--nic: more than %d of them", WISH_NICS);
	}
	nic->asked = asked;
	status = nic_named("simulate", name, &nic->named);
	free(name);
	if (status != STATUS_DONE)
		nic_named_free(&nic->named);
	else
		keep(wish);
	return status;
}

/* All models; and, of those that hash the SPI or spray when asked to, that too. */
static enum status want_all(struct wish *wish)
{
	for (const struct model *const *m = models(); *m; m++) {
		struct model_answer answer;

		if (model_ask(*m, &answer))
			return complain("simulate", "no memory");
		for (int asked = 0; asked < (answer.settable_v4 ? 2 : 1) && next_nic(wish); asked++) {
			struct wish_nic *nic = next_nic(wish);

			*nic = (struct wish_nic){.named.model = *m, .asked = asked};
			snprintf(nic->named.name, sizeof(nic->named.name), "%s", (*m)->name);
			wish->nics++;
		}
	}
	return STATUS_DONE;
}

/* As many as the real NICs have. */
static enum status want_own(struct wish *wish)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < wish->nics && status == STATUS_DONE; i++) {
		const struct nic_named *nic = &wish->nic[i].named;

		if (!nic->claims)
			continue;
		if (!nic->queues || nic->queues > CPU_SETSIZE)
			return complain_usage(
				"simulate",
				"%s: its driver does not tell how many queues it has; "
				"--queues N says it",
				nic->name);
		status = want_queues(wish, nic->queues);
	}
	if (status == STATUS_DONE && !wish->numbers)
		status = each_part("queues", A_FEW, wish, take_queues);
	return status;
}

struct wish *wish_new(const char *nics, const char *queues, enum status *status)
{
	struct wish *wish = calloc(1, sizeof(*wish));

	if (!wish) {
		*status = complain("simulate", "no memory");
		return NULL;
	}
	*status = nics ? each_part("nic", nics, wish, take_nic) : want_all(wish);
	if (*status == STATUS_DONE)
		*status = queues ? each_part("queues", queues, wish, take_queues) : want_own(wish);
	if (*status == STATUS_DONE)
		return wish;
	wish_free(wish);
	return NULL;
}

void wish_free(struct wish *wish)
{
	for (size_t i = 0; wish && i < wish->nics; i++)
		nic_named_free(&wish->nic[i].named);
	free(wish);
}
