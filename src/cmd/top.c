// SPDX-License-Identifier: GPL-2.0-only
// espalier top: `show`, live.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/look.h"
#include "cmd/top_print.h"
#include "cmd/top_screen.h"
#include "cmd/verb.h"
#include "cmd/wait.h"

struct top_options {
	unsigned int seconds, frames;
	bool json;
};

static const struct top_options defaults = {.seconds = 1};

static const struct option_row options[] = {
	{.name = "seconds",
	 .argument = "SECONDS",
	 .type = OPTION_NUMBER,
	 .offset = offsetof(struct top_options, seconds),
	 .least = 1,
	 .most = 3600,
	 .help = "how long each frame counts"},
	{.name = "frames",
	 .argument = "N",
	 .type = OPTION_NUMBER,
	 .offset = offsetof(struct top_options, frames),
	 .least = 1,
	 .most = 1000000000,
	 .help = "end after N frames; for ever if not given"},
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct top_options, json),
	 .help = "print each frame as JSON, with all SAs"},
	{0},
};

struct top {
	const struct top_options *o;
	struct top_screen screen;
	struct top_view view;
	struct snapshot was, now;
	double was_at, now_at; /* seconds */
	unsigned int frames;
};

static int print_into(struct top *top, FILE *file, const struct top_rates *rates)
{
	struct bar_style style = bar_style_of(stdout);
	struct out *out = out_new(file, top->o->json);

	if (!out)
		return -ENOMEM;
	out_set_style(out, &style);
	top_print(out, &top->now, rates, &top->view);
	return out_close(out);
}

/* The frame as text first: the screen draws no more of it than fits. */
static enum status draw(struct top *top)
{
	struct top_rates rates;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int err;

	top->view.rows = top->screen.terminal && !top->o->json ? top->screen.rows : 0;
	top->view.keys = top->screen.keys && !top->o->json;
	err = file ? top_rates(&rates, &top->was, &top->now, top->now_at - top->was_at,
			       top->view.order)
		   : -ENOMEM;
	if (!err) {
		err = print_into(top, file, &rates);
		top_rates_free(&rates);
	}
	if (file && fclose(file) && !err)
		err = -ENOMEM;
	if (!err)
		top_screen_draw(&top->screen, text);
	free(text);
	return err ? complain("top", "%s", strerror(-err)) : STATUS_DONE;
}

/* A new frame; what was now is then what was. */
static enum status advance(struct top *top)
{
	snapshot_free(&top->was);
	top->was = top->now;
	top->was_at = top->now_at;
	top->now_at = wait_now();
	return look("top", &top->now);
}

/* False: the key ends it. */
static bool take_key(struct top *top, char key)
{
	static const char orders[] = "lpcs";
	const char *at = key ? strchr(orders, key) : NULL;

	if (at)
		top->view.order = (enum top_sort)(at - orders);
	else if (key == ' ')
		top->view.paused = !top->view.paused;
	return key != 'q' && key != 'Q';
}

/* One event. False: it is over. */
static bool turn(struct top *top, enum status *status)
{
	double left = top->now_at + top->o->seconds - wait_now();
	char key = 0;

	switch (top_screen_wait(&top->screen, left > 0 ? (int)(left * 1000) + 1 : 0, &key)) {
	case TOP_END:
		return false;
	case TOP_KEY:
		if (!take_key(top, key))
			return false;
		break;
	case TOP_RESIZED:
		break;
	case TOP_TIME:
		/* Paused, the figures stay, and the next ones are of a new interval. */
		if (top->view.paused) {
			top->now_at = wait_now();
			return true;
		}
		*status = advance(top);
		top->frames++;
		break;
	}
	if (*status == STATUS_DONE && top->frames)
		*status = draw(top);
	return *status == STATUS_DONE && (!top->o->frames || top->frames < top->o->frames);
}

/* What is complained of while the other screen is on goes away with it. */
static enum status show_frames(struct top *top)
{
	enum status status = STATUS_DONE;
	int err = top_screen_open(&top->screen);

	if (err)
		return complain("top", "taking over the terminal: %s", strerror(-err));
	while (turn(top, &status))
		;
	top_screen_close(&top->screen);
	if (status != STATUS_DONE && top->screen.terminal)
		complain("top", "reading what is steered failed; 'espalier show' says more");
	return status;
}

static enum status top(const void *given, int n, char **operands)
{
	struct top *top = calloc(1, sizeof(*top));
	enum status status;

	if (!top)
		return complain("top", "no memory");
	top->o = given;
	status = advance(top);
	if (status == STATUS_DONE)
		status = show_frames(top);
	snapshot_free(&top->was);
	snapshot_free(&top->now);
	free(top);
	return status;
}

const struct verb verb_top = {
	.name = "top",
	.operands = "",
	.brief = "what is steered, live",
	.about = "Shows what 'espalier show' shows, redrawn in place: the load of each CPU, the "
		 "SAs with most of it, strays, losses and moves, all by second. Keys: l, p, c and "
		 "s sort by load, packets, CPU and SPI; the blank pauses; q quits. Where the "
		 "output is no terminal, frames follow each other as text.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = top,
};
