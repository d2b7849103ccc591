/* SPDX-License-Identifier: GPL-2.0-only */
/* The models as the table of the documents: docs/libreswan-rss.md and README.md. */
#include "cmd/models/markdown.h"

#include <stdlib.h>
#include "cmd/inspect/inspection.h"
#include "nic/model_ask.h"

static const char *esp_words(enum model_esp esp)
{
	static const char *const words[] = {
		[MODEL_ESP_ADDRESSES] = "one queue for a pair of gateways",
		[MODEL_ESP_SPI] = "**spread by SPI**",
		[MODEL_ESP_SPRAYS] = "**sprayed: packets are lost**",
	};

	return words[esp];
}

static void print_command(FILE *file, const struct model_answer *answer)
{
	const char *command = model_command(answer);

	if (command)
		fprintf(file, "`%s`", command);
	else if (answer->set_v4 == MODEL_ESP_SPRAYS)
		fputs("none: `rx-flow-hash esp4 sdfn` takes the sequence number too", file);
	else
		fputs(answer->plain == MODEL_ESP_SPI ? "not needed" : "none", file);
}

static void print_rule(FILE *file, const struct model *model)
{
	if (!model->rules_by_spi)
		fputs("no", file);
	else if (model->rules_by_udp_spi)
		fprintf(file, "%u, ESP in UDP too", model->rules);
	else
		fprintf(file, "%u%s", model->rules,
			model->rule_mask_v6_lost ? ", not for IPv6" : "");
}

static int print_row(FILE *file, const struct model *model)
{
	struct inspection *in = malloc(sizeof(*in));
	struct model_answer answer;
	int err = in ? model_ask(model, &answer) : -1;

	if (!err)
		err = inspection_of_model(in, model);
	if (err) {
		free(in);
		return err;
	}
	fprintf(file, "| %s | `%s` | %s | %s | ", model->nic, model->driver->name, esp_words(answer.plain),
		esp_words(answer.udp));
	print_command(file, &answer);
	fputs(" | ", file);
	print_rule(file, model);
	fprintf(file, " | %s |\n", method_name(in->method));
	inspection_free(in);
	free(in);
	return 0;
}

int models_markdown(FILE *file)
{
	int err = 0;

	fputs("| NIC | driver | plain ESP | ESP in UDP | command that makes it take the SPI | rules by "
	      "SPI | Espalier's method |\n|---|---|---|---|---|---|---|\n",
	      file);
	for (const struct model *const *m = models(); *m && !err; m++)
		err = print_row(file, *m);
	return err;
}
