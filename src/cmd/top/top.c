// SPDX-License-Identifier: GPL-2.0-only
// espalier top: `show`, live.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/verb.h"
#include "cli/wait.h"
#include "client/snapshot_now.h"
#include "cmd/top/print.h"
#include "cmd/top/screen.h"
#include "host/clock.h"

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
	double due;	       /* when the next frame is */
	unsigned int frames;
	char *last; /* the last frame, for --frames */
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
	if (!err) {
		top_screen_draw(&top->screen, text);
		free(top->last);
		top->last = text;
	} else {
		free(text);
	}
	return err ? complain("top", "%s", strerror(-err)) : STATUS_DONE;
}

/* A new frame; what was now is then what was. */
static enum status advance(struct top *top)
{
	snapshot_free(&top->was);
	top->was = top->now;
	top->was_at = top->now_at;
	top->now_at = clock_seconds();
	return snapshot_now("top", &top->now);
}

/* Goes on after a pause: the figures until the next frame are those of the pause. */
static enum status go_on(struct top *top)
{
	top->view.paused = false;
	top->due = clock_seconds() + top->o->seconds;
	return advance(top);
}

/* False: the key ends it. */
static bool take_key(struct top *top, char key, enum status *status)
{
	static const char orders[] = "lpcs";
	const char *at = key ? strchr(orders, key) : NULL;

	if (top->view.help)
		top->view.help = false;
	else if (at)
		top->view.order = (enum top_sort)(at - orders);
	else if (key == ' ' && top->view.paused)
		*status = go_on(top);
	else if (key == ' ')
		top->view.paused = true;
	else if (key == 'h' || key == '?')
		top->view.help = true;
	else if (key == TOP_KEY_DOWN)
		top->view.first++;
	else if (key == TOP_KEY_UP && top->view.first)
		top->view.first--;
	return key != 'q' && key != 'Q';
}

/* One event. False: it is over. */
static bool turn(struct top *top, enum status *status)
{
	double left = top->due - clock_seconds();
	char key = 0;

	switch (top_screen_wait(&top->screen, left > 0 ? (int)(left * 1000) + 1 : 0, &key)) {
	case TOP_END:
		return false;
	case TOP_KEY:
		if (!take_key(top, key, status))
			return false;
		break;
	case TOP_RESIZED:
		break;
	case TOP_TIME:
		top->due = clock_seconds() + top->o->seconds;
		if (top->view.paused)
			return true;
		*status = advance(top);
		top->frames++;
		break;
	}
	if (*status == STATUS_DONE && top->frames)
		*status = draw(top);
	return *status == STATUS_DONE && (!top->o->frames || top->frames < top->o->frames);
}

/* Who watches does not wait longer than a second for the first figures. */
static void begin(struct top *top)
{
	bool watched = top->screen.terminal && !top->o->json && !top->o->frames;

	top->due = top->now_at + (watched ? 1 : top->o->seconds);
	if (top->screen.terminal && !top->o->json)
		top_screen_draw(&top->screen, "counting ...");
}

/* What is complained of while the other screen is on goes away with it. */
static enum status show_frames(struct top *top)
{
	enum status status = STATUS_DONE;
	int err = top_screen_open(&top->screen);

	if (err)
		return complain("top", "taking over the terminal: %s", strerror(-err));
	begin(top);
	while (turn(top, &status))
		;
	top_screen_close(&top->screen);
	/* The other screen is gone, and so many frames were asked for to be read. */
	if (top->screen.terminal && top->o->frames && top->last)
		fputs(top->last, stdout);
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
	free(top->last);
	free(top);
	return status;
}

const struct verb verb_top = {
	.name = "top",
	.operands = "",
	.brief = "what is steered, live",
	.about = "Shows what 'espalier show' shows, redrawn in place: the load of each CPU, the "
		 "SAs with most of it, strays, losses and moves, all by second. h lists the keys. "
		 "Where the output is no terminal, frames follow each other as text.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = top,
};
