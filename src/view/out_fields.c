// SPDX-License-Identifier: GPL-2.0-only
// A field of each kind: its text, and its JSON.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "view/human.h"
#include "view/out_impl.h"

/* As JSON @node, which is taken over, as text @text. */
static void put(struct out *out, const char *key, struct json_object *node, const char *text)
{
	if (out->json)
		out_put_node(out, key, node);
	else
		out_put_text(out, key, text);
}

void out_string(struct out *out, const char *key, const char *value)
{
	char *text;

	if (!value) {
		out_null(out, key);
		return;
	}
	text = strdup(value);
	if (!text) {
		out_failed(out, -ENOMEM);
		return;
	}
	human_clean(text);
	put(out, key, out->json ? json_object_new_string(text) : NULL, text);
	free(text);
}

void out_number(struct out *out, const char *key, int64_t value)
{
	char text[HUMAN_LEN];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	put(out, key, out->json ? json_object_new_int64(value) : NULL, text);
}

void out_number_or_null(struct out *out, const char *key, int value)
{
	if (value < 0)
		out_null(out, key);
	else
		out_number(out, key, value);
}

/* An exact number as JSON, `text` as text. */
static void out_exact(struct out *out, const char *key, uint64_t value, const char *text)
{
	put(out, key, out->json ? json_object_new_uint64(value) : NULL, text);
}

void out_count(struct out *out, const char *key, uint64_t value)
{
	char text[HUMAN_LEN];

	human_count(text, value);
	out_exact(out, key, value, text);
}

void out_bytes(struct out *out, const char *key, uint64_t value)
{
	char text[HUMAN_LEN];

	human_bytes(text, value);
	out_exact(out, key, value, text);
}

void out_real(struct out *out, const char *key, double value, int decimals)
{
	char text[HUMAN_LEN];

	if (!isfinite(value)) {
		out_null(out, key);
		return;
	}
	if (out->json) {
		snprintf(text, sizeof(text), "%.4f", value);
		out_put_node(out, key, json_object_new_double_s(value, text));
		return;
	}
	snprintf(text, sizeof(text), "%.*f", decimals, value);
	out_put_text(out, key, text);
}

void out_spi(struct out *out, const char *key, uint32_t spi)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%08x", spi);
	out_string(out, key, text);
}

void out_share(struct out *out, const char *key, double part)
{
	char text[16];

	if (out->json || !isfinite(part)) {
		out_real(out, key, part, 0);
		return;
	}
	snprintf(text, sizeof(text), part < 0.9995 ? "%.1f%%" : "%.0f%%", 100 * part);
	out_put_text(out, key, text);
}

void out_bool(struct out *out, const char *key, bool value)
{
	put(out, key, out->json ? json_object_new_boolean(value) : NULL, value ? "yes" : "no");
}

void out_cell(struct out *out, const char *key, const char *text)
{
	if (!out->json)
		out_put_cell(out, key, text);
}

void out_bar(struct out *out, const char *key, double share, unsigned int width, enum bar_tone tone)
{
	char bar[BAR_SIZE(200)];

	if (out->json || bar_draw(bar, sizeof(bar), share, width, &out->style, tone) < 0)
		return;
	out_put_cell(out, key, bar);
}
