// SPDX-License-Identifier: GPL-2.0-only
// A bar for long work.
#include "cli/progress.h"

#include <unistd.h>

enum { WIDTH = 30 };

void progress_begin(struct progress *progress, const char *doing)
{
	*progress = (struct progress){
		.terminal = isatty(STDERR_FILENO),
		.style = bar_style_of(stderr),
		.doing = doing,
		.shown = -1,
	};
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
	double share = all ? (double)done / (double)all : 0;
	int percent = (int)(100 * share);
	char bar[BAR_SIZE(WIDTH)];

	if (!progress->terminal || (all && percent == progress->shown))
		return;
	progress->shown = percent;
	if (!all) {
		fprintf(stderr, "\r\033[K%s: %.1f million", progress->doing, (double)done / 1e6);
		return;
	}
	bar_draw(bar, sizeof(bar), share, WIDTH, &progress->style, BAR_EVEN);
	fprintf(stderr, "\r\033[K%s: %3d%% %s", progress->doing, percent, bar);
}

void progress_end(struct progress *progress)
{
	if (progress->shown >= 0)
		fputs("\r\033[K", stderr);
	progress->shown = -1;
}
