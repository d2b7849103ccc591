// SPDX-License-Identifier: GPL-2.0-only
// The chart on simulate's page.
#include "cmd/simulate/chart.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { WIDTH = 400, HEIGHT = 220, LEFT = 40, TOP = 10, COLOURS = 6, SHAPES = 5, MIDDLE = 22 };

/*
 * What tells a line from the others: colour, dashes and shape go in three circles of other lengths,
 * so that no one of them is needed.
 */
struct style {
	const char *colour, *dash, *shape;
};

static struct style style_of(const struct series *series, size_t row)
{
	static const char *const colours[COLOURS] = {"var(--c0)", "var(--c1)", "var(--c2)",
						     "var(--c3)", "var(--c4)", "var(--c5)"};
	static const char *const dashes[] = {"none", "7 4", "2 3", "9 3 2 3"};
	/* Around the point where the pen stands: ring, square, two triangles, cross. */
	static const char *const shapes[SHAPES] = {
		"m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z", "m-3 -3h6v6h-6z",
		"m0 -4.5l4.5 7.5h-9z", "m0 4.5l4.5 -7.5h-9z", "m-3.5 -3.5l7 7m0 -7l-7 7"};

	if (series->sprays)
		return (struct style){"var(--grey)", "1 4", ""};
	return (struct style){colours[row % COLOURS], dashes[row % 4], shapes[row % SHAPES]};
}

static double at_x(const struct simulate_view *view, size_t number)
{
	return LEFT + (double)(WIDTH - LEFT - 20) * (double)number / (double)(view->numbers - 1);
}

static double at_y(double speedup, double most)
{
	return TOP + HEIGHT * (1 - speedup / most);
}

/* Round numbers, some five of them: 0.5, 1, 2, 5, 10, ... */
static double step_of(double most)
{
	double step = 0.5;

	for (int i = 1; most / step > 6; i++)
		step *= i % 3 ? 2 : 2.5;
	return step;
}

double chart_top(const struct simulation *s, bool all)
{
	double most = 1, step, top = 0;

	for (size_t i = 0; i < s->count; i++)
		if ((all || !s->simulated[i].sprays) && s->simulated[i].spread.speedup > most)
			most = s->simulated[i].spread.speedup;
	for (step = step_of(most); top < most; top += step)
		;
	return top;
}

static void put_axes(FILE *file, const struct simulate_view *view, double most)
{
	double step = step_of(most);

	for (double at = 0; at <= most * 1.001; at += step)
		fprintf(file,
			"<path d=\"M%d %.1fH%d\" stroke=\"var(--line)\"/><text x=\"%d\" "
			"y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
			LEFT, at_y(at, most), WIDTH - 20, LEFT - 6, at_y(at, most) + 4, at);
	for (size_t i = 0; i < view->numbers; i++)
		fprintf(file, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%u</text>\n",
			at_x(view, i), TOP + HEIGHT + 18, view->queues[i]);
	fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">queues</text>\n", WIDTH / 2,
		TOP + HEIGHT + 34);
}

/* The last number of queues that it can have. */
static double last_of(const struct series *series, size_t numbers)
{
	double last = 0;

	for (size_t i = 0; i < numbers; i++)
		if (series->by[i])
			last = series->by[i]->speedup;
	return last;
}

struct row {
	const struct series *series;
	double last;
	size_t like; /* the row whose points it has, or all of its own: itself, or one before */
};

/* As the lines end at the right, from top to bottom; of equal ones ours first. */
static int by_last(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->last != y->last)
		return x->last < y->last ? 1 : -1;
	return x->series < y->series ? 1 : -1;
}

/* Do they lie on each other wherever both have a point? */
static bool covers(const struct series *a, const struct series *b, size_t numbers)
{
	for (size_t i = 0; i < numbers; i++)
		if (b->by[i] && (!a->by[i] || fabs(a->by[i]->speedup - b->by[i]->speedup) > 0.005))
			return false;
	return true;
}

static struct row *make_rows(const struct simulate_view *view, const struct series *series,
			     size_t n, size_t *rows)
{
	struct row *row = calloc(n + 1, sizeof(*row));

	*rows = 0;
	for (size_t i = 0; row && i < n; i++)
		if (series[i].like == i)
			row[(*rows)++] =
				(struct row){&series[i], last_of(&series[i], view->numbers), 0};
	if (!row)
		return NULL;
	qsort(row, *rows, sizeof(*row), by_last);
	for (size_t i = 0; i < *rows; i++) {
		row[i].like = i;
		for (size_t j = 0; j < *rows && row[i].like == i; j++)
			if (j != i &&
			    (j < i || !covers(row[i].series, row[j].series, view->numbers)) &&
			    covers(row[j].series, row[i].series, view->numbers))
				row[i].like = j;
	}
	return row;
}

/* What cannot be used does not press together what can: it ends where the scale does. */
static bool has_point(const struct row *row, size_t i, double most)
{
	return row->series->by[i] && row->series->by[i]->speedup <= most;
}

static void put_line(FILE *file, const struct simulate_view *view, const struct row *row,
		     struct style style, double most)
{
	const char *before = "M";

	fprintf(file,
		"<path class=\"line\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" "
		"stroke-dasharray=\"%s\" d=\"",
		style.colour, style.dash);
	for (size_t i = 0; i < view->numbers; i++) {
		if (!has_point(row, i, most))
			continue;
		fprintf(file, "%s%.1f %.1f", before, at_x(view, i),
			at_y(row->series->by[i]->speedup, most));
		before = "L";
	}
	fprintf(file, "\"/><path fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" d=\"",
		style.colour);
	for (size_t i = 0; i < view->numbers; i++)
		if (has_point(row, i, most))
			fprintf(file, "M%.1f %.1f%s", at_x(view, i),
				at_y(row->series->by[i]->speedup, most), style.shape);
	fputs("\"/>\n", file);
}

/* "igb: same as ice-os, as far as it goes"; and those that have no line of their own. */
static void put_words(FILE *file, const struct simulate_view *view, const struct row *row, size_t i,
		      const struct series *series, size_t n)
{
	const struct series *own = row[i].series, *other = row[row[i].like].series;
	const char *before = "; the same: ";

	fputs(own->name, file);
	if (own->sprays)
		fputs(" (sprays: unusable)", file);
	if (other != own)
		fprintf(file, ": same as %s%s", other->name,
			covers(own, other, view->numbers) ? "" : ", as far as it goes");
	for (size_t j = 0; j < n; j++) {
		if (series[j].like != (size_t)(own - series) || &series[j] == own)
			continue;
		fprintf(file, "%s%s", before, series[j].name);
		before = ", ";
	}
}

static void put_legend(FILE *file, const struct simulate_view *view, const struct row *row,
		       size_t rows, const struct series *series, size_t n)
{
	fputs("<table class=\"legend\">\n", file);
	for (size_t i = 0; i < rows; i++) {
		struct style style = style_of(row[i].series, i);

		fprintf(file,
			"<tr><td><svg viewBox=\"0 0 44 16\" aria-hidden=\"true\"><path "
			"stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" d=\"M0 8h44\"/>"
			"<path fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" d=\"M%d "
			"8%s\"/></svg>"
			"</td><td>",
			style.colour, style.dash, style.colour, MIDDLE, style.shape);
		put_words(file, view, row, i, series, n);
		fputs("</td></tr>\n", file);
	}
	fputs("</table>\n", file);
}

int chart_put(FILE *file, const struct simulate_view *view, const struct series *series, size_t n)
{
	double most = chart_top(view->simulation, false);
	size_t rows;
	struct row *row = make_rows(view, series, n, &rows);

	if (!row)
		return -ENOMEM;
	fprintf(file,
		"<section><h2>Speed-up over one queue</h2><svg class=\"chart\" viewBox=\"0 0 %d "
		"%d\" role=\"img\" aria-label=\"Speed-up against queues\">\n",
		WIDTH, TOP + HEIGHT + 44);
	put_axes(file, view, most);
	for (size_t i = rows; i-- > 0;)
		put_line(file, view, &row[i], style_of(row[i].series, i), most);
	fputs("</svg>\n", file);
	put_legend(file, view, row, rows, series, n);
	fputs("</section>\n", file);
	free(row);
	return 0;
}
