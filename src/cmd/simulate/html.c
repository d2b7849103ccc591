// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate --html: one page with pictures, that needs nothing but itself.
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cmd/simulate/chart.h"
#include "view/human.h"

enum { HEAVIEST = 10, PART_EM = 8 };

/* Each at least three times as light or as dark as its paper (WCAG 2); --c: lines of the chart. */
#define LIGHT                                                                             \
	"--ink:#222;--paper:#fff;--bar:#0072b2;--hot:#d55e00;--line:#ccc;--grey:#767676;" \
	"--c0:#00795a;--c1:#0072b2;--c2:#c24e00;--c3:#a8457f;--c4:#8a6000;--c5:#333"
#define DARK                                                                                 \
	"--ink:#ddd;--paper:#181818;--bar:#56b4e9;--hot:#e69f00;--line:#444;--grey:#8a8a8a;" \
	"--c0:#2fc79b;--c1:#56b4e9;--c2:#ff8a3d;--c3:#e6a0c8;--c4:#e6c200;--c5:#eee"

static const char style[] =
	":root{color-scheme:light dark;" LIGHT "}"
	"@media(prefers-color-scheme:dark){:root{" DARK "}}"
	"@media print{:root{" LIGHT "}section{break-inside:avoid}}"
	"body{font:16px/1.4 sans-serif;color:var(--ink);background:var(--paper);max-width:60em;"
	"margin:auto;padding:1em}"
	/* As wide as a phone, so that its text is not made smaller there. */
	".chart{display:block;width:100%;max-width:36em}text{font-size:13px;fill:var(--ink)}"
	".legend td{white-space:normal;vertical-align:top}.legend svg{width:44px;height:16px}"
	".nics{display:grid;grid-template-columns:repeat(auto-fill,minmax(15em,1fr));gap:1em}"
	".bar{display:grid;grid-template-columns:2em 1fr "
	"5em;gap:.5em;font-size:13px;white-space:nowrap}"
	/* Browsers print no backgrounds unless told to. */
	"i{display:block;background:var(--bar);height:1em;align-self:center;min-width:1px;"
	"print-color-adjust:exact;-webkit-print-color-adjust:exact}"
	".hot i{background:var(--hot)}h3{margin:.5em 0 0}p{margin:.3em 0;overflow-wrap:anywhere}"
	"table{border-collapse:collapse;display:block;overflow-x:auto}"
	"td,th{padding:.1em .8em .1em 0;text-align:left;white-space:nowrap}";

static void put_bar(FILE *file, const char *name, double share, bool hot)
{
	fprintf(file,
		"<div class=\"bar%s\"><span>%s</span><i style=\"width:%.2f%%\"></i><span>"
		"%.1f %%</span></div>\n",
		hot ? " hot" : "", name, 100 * share, 100 * share);
}

static void put_alike(FILE *file, const struct series *series, size_t n, size_t first)
{
	bool any = false;

	for (size_t i = first + 1; i < n; i++) {
		if (series[i].like != first)
			continue;
		if (!any)
			fprintf(file, "<p>As %s: ", series[first].name);
		fprintf(file, "%s%s", any ? ", " : "", series[i].name);
		any = true;
	}
	if (any)
		fputs(".</p>\n", file);
}

/* A bar a queue, for one NIC. */
static void put_queues(FILE *file, const char *name, const struct spread *spread)
{
	char queue[16];

	fprintf(file, "<div><h3>%s</h3><p>imbalance %.2f, speed-up %.2f</p>\n", name,
		spread->imbalance, spread->speedup);
	for (uint32_t i = 0; i < spread->queues; i++) {
		snprintf(queue, sizeof(queue), "%u", i);
		put_bar(file, queue, spread_share(spread, i),
			i == spread->hottest && spread->imbalance > 1.1);
	}
	fputs("</div>\n", file);
}

/* Every kind of NIC, with each number of queues in a part of its own. */
static void put_nics(FILE *file, const struct simulate_view *view, const struct series *series,
		     size_t n)
{
	for (size_t number = 0; number < view->numbers; number++) {
		if (view->queues[number] == 1)
			continue; /* nothing to see */
		fprintf(file, "<section><h2>Each queue, of %u</h2><div class=\"nics\">\n",
			view->queues[number]);
		for (size_t i = 0; i < n; i++)
			if (series[i].like == i && series[i].by[number])
				put_queues(file, series[i].name, series[i].by[number]);
		fputs("</div></section>\n", file);
	}
}

/* With one number of queues there is no curve: a bar for each. */
static void put_speedups(FILE *file, const struct simulate_view *view, const struct series *series,
			 size_t n)
{
	double most = chart_top(view->simulation, true);

	fprintf(file, "<section><h2>Speed-up over one queue, with %u</h2><table>\n",
		view->queues[0]);
	for (size_t i = 0; i < n; i++) {
		if (series[i].like != i || !series[i].by[0])
			continue;
		fprintf(file,
			"<tr><td>%s%s</td><td>%.2f</td><td class=\"speed\"><i "
			"style=\"width:%.2fem\"></i></td></tr>\n",
			series[i].name, series[i].sprays ? " (sprays: unusable)" : "",
			series[i].by[0]->speedup, 2 * PART_EM * series[i].by[0]->speedup / most);
	}
	fputs("</table>\n", file);
	for (size_t i = 0; i < n; i++)
		if (series[i].like == i)
			put_alike(file, series, n, i);
	fputs("</section>\n", file);
}

/* Of equal ones the first; so the page is the same each time. */
static int by_packets(const void *a, const void *b)
{
	const struct flows_sa *x = *(const struct flows_sa *const *)a;
	const struct flows_sa *y = *(const struct flows_sa *const *)b;

	if (x->packets != y->packets)
		return x->packets < y->packets ? 1 : -1;
	return (x > y) - (x < y);
}

static int put_heaviest(FILE *file, const struct flows *flows)
{
	const struct flows_sa **order = calloc(flows->sas + 1, sizeof(*order));
	char dst[INET6_ADDRSTRLEN];

	if (!order)
		return -ENOMEM;
	for (uint32_t i = 0; i < flows->sas; i++)
		order[i] = &flows->sa[i];
	qsort(order, flows->sas, sizeof(*order), by_packets);
	fputs("<section><h2>The heaviest SAs</h2><table><tr><th>SPI</th><th>kind</th>"
	      "<th>destination</th><th>packets</th><th>share</th><th></th></tr>\n",
	      file);
	for (uint32_t i = 0; i < flows->sas && i < HEAVIEST; i++) {
		const struct flows_sa *sa = order[i];

		inet_ntop(sa->family == 4 ? AF_INET : AF_INET6, sa->dst, dst, sizeof(dst));
		fprintf(file,
			"<tr><td>0x%08x</td><td>%s</td><td>%s</td><td>%" PRIu64 "</td>"
			"<td>%.1f %%</td><td class=\"part\"><i style=\"width:%.2fem\"></i></td>"
			"</tr>\n",
			sa->spi, flow_kind_name(flow_kind_of_sa(sa->protocol, sa->encap)), dst,
			sa->packets, 100 * (double)sa->packets / (double)flows->packets,
			PART_EM * (double)sa->packets / (double)order[0]->packets);
	}
	fputs("</table></section>\n", file);
	free(order);
	return 0;
}

/* Even queues that are no good. */
static void put_sprays(FILE *file, const struct simulation *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct simulated *one = &s->simulated[i];

		if (one->sprays && (!i || strcmp(one->name, one[-1].name)))
			fprintf(file,
				"<p><strong>%s sprays each SA over all queues:</strong> packets "
				"come out of order, and the replay window drops them.</p>\n",
				one->name);
	}
}

static void put_escaped(FILE *file, const char *text)
{
	for (; *text; text++) {
		const char *entity = *text == '<' ? "&lt;" : *text == '&' ? "&amp;" : NULL;

		if (entity)
			fputs(entity, file);
		else
			fputc(*text >= ' ' && *text <= '~' ? *text : '?', file);
	}
}

/* What the page is of. */
static void put_source(FILE *file, const struct simulate_view *view)
{
	bool any = false;

	if (view->made) {
		fputs("made-up traffic: ", file);
		put_escaped(file, view->made);
	}
	for (size_t i = 0; !view->made && i < view->inputs; i++) {
		if (!view->input[i].name)
			continue;
		fputs(any ? ", " : "", file);
		put_escaped(file, view->input[i].name);
		any = true;
	}
}

static int put_page(FILE *file, const struct simulate_view *view)
{
	const struct flows *flows = &view->simulation->flows;
	char packets[HUMAN_LEN], bytes[HUMAN_LEN], today[32];
	struct series *series;
	time_t now = time(NULL);
	size_t n;
	int err = 0;

	series = series_collect(view, &n);
	if (!series)
		return -ENOMEM;
	human_count(packets, flows->packets);
	human_bytes(bytes, flows->bytes);
	strftime(today, sizeof(today), "%Y-%m-%d", localtime(&now));
	fprintf(file,
		"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
		"name=\"viewport\" content=\"width=device-width\"><title>espalier simulate"
		"</title><style>%s</style></head><body>\n<h1>Where these packets would go</h1>\n"
		"<p>%s packets of IPsec, %s, of ",
		style, packets, bytes);
	put_source(file, view);
	fprintf(file,
		". By espalier " ESPALIER_VERSION ", %s. Models of NICs have "
		"Microsoft's key and the table that their drivers fill; <em>espalier</em> is its "
		"own placement on so many CPUs, from three on with one set aside for strays, "
		"<em>best</em> what one who knew all packets beforehand could do there.</p>\n",
		today);
	put_sprays(file, view->simulation);
	if (view->numbers > 1)
		err = chart_put(file, view, series, n);
	else
		put_speedups(file, view, series, n);
	put_nics(file, view, series, n);
	if (!err)
		err = put_heaviest(file, flows);
	fputs("</body></html>\n", file);
	free(series);
	return err;
}

int simulate_write_html(const struct simulate_view *view, const char *path)
{
	FILE *file = fopen(path, "we");
	int err;

	if (!file)
		return -errno;
	err = put_page(file, view);
	if (ferror(file) && !err)
		err = -EIO;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}
