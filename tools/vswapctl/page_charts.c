// SPDX-License-Identifier: GPL-2.0
/* Which charts a page of vswapctl record has, and what is in each. */
#include <stdlib.h>

#include "chart.h"
#include "latency_draw.h"
#include "message.h"
#include "page.h"
#include "page_charts.h"
#include "recording.h"
#include "value.h"

#define PERCENT_OF_US	1e-4	/* microseconds in a second */

struct row {
	const char *label;
	const char *path;
	unsigned int colour;
	double scale;
};

/* ---- A chart's lines ---- */

/* Takes label and path over. Nothing is added that isn't known at any time. */
static void add_line(struct chart *chart, const struct page *page, size_t run, char *label,
		     char *path, unsigned int colour, double scale)
{
	const struct curves *curves = &page->curves[run];
	const double *y = curves_find(curves, path);

	if (!y || chart->nr == CHART_LINES) {
		free(label);
		free(path);
		return;
	}
	chart->line[chart->nr++] = (struct chart_line){
		.label = label, .path = path, .run = run, .colour = colour, .scale = scale,
		.dashed = run, .nr = curves->nr_points, .x = curves_find(curves, "seconds"), .y = y,
	};
}

/* With several runs each of them has a line, and its name there. */
static void add_rows(struct chart *chart, const struct page *page, const struct row *row)
{
	size_t run;
	char *label;

	for (; row->label; row++) {
		for (run = 0; run < page->nr; run++) {
			label = page->nr > 1 ? xasprintf("%s, %s", row->label, page->run[run]->name) :
					       xstrdup(row->label);
			add_line(chart, page, run, label, xstrdup(row->path), row->colour, row->scale);
		}
	}
}

static void print(FILE *out, struct chart *chart)
{
	if (chart->nr)
		chart_print(out, chart);
	while (chart->nr) {
		free(chart->line[--chart->nr].label);
		free(chart->line[chart->nr].path);
	}
}

/* ---- The charts ---- */

static void print_memory(FILE *out, const struct page *page)
{
	static const struct row rows[] = {
		{ "swapped out", "swapped_bytes", 0, 1 },
		{ "memory swap took", "memory_taken_bytes", 1, 1 },
		{ "memory available", "available_bytes", 2, 1 },
		{ 0 }
	};
	struct chart chart = { .title = "Memory", .unit = CHART_BYTES };

	add_rows(&chart, page, rows);
	print(out, &chart);
}

static unsigned int backend_colour(size_t i)
{
	static const unsigned int colours[] = { 0, 1, 2, 4, 5 };

	return colours[i % (sizeof(colours) / sizeof(*colours))];
}

static void print_places(FILE *out, const struct page *page)
{
	struct chart chart = {
		.title = "Where pages lay", .unit = CHART_BYTES, .stacked = true,
		.help = "Before compression.",
	};
	const struct recording *run = page->run[0];
	size_t i;

	for (i = 0; i < run->nr_backends; i++)
		add_line(&chart, page, 0, xstrdup(run->backend[i]),
			 xasprintf("backends/%s/used_pages", run->backend[i]), backend_colour(i),
			 PAGE_BYTES);
	add_line(&chart, page, 0, xstrdup("pages of one value"), xstrdup("fill_pages"), 3, PAGE_BYTES);
	print(out, &chart);
}

static void print_swapping(FILE *out, const struct page *page)
{
	static const struct row rows[] = {
		{ "out", "pages_out_per_second", 1, PAGE_BYTES },
		{ "in", "pages_in_per_second", 0, PAGE_BYTES },
		{ "from the pool to disk", "writeback_pages_per_second", 2, PAGE_BYTES },
		{ 0 }
	};
	struct chart chart = { .title = "Swapped", .unit = CHART_RATE, .steps = true };

	add_rows(&chart, page, rows);
	print(out, &chart);
}

static void print_disk(FILE *out, const struct page *page)
{
	static const struct row rows[] = {
		{ "written", "disk_written_bytes_per_second", 1, 1 },
		{ "read", "disk_read_bytes_per_second", 0, 1 },
		{ 0 }
	};
	struct chart chart = {
		.title = "The swap file's disk", .unit = CHART_RATE, .steps = true,
		.help = "All that was done there, not swap alone.",
	};

	add_rows(&chart, page, rows);
	print(out, &chart);
}

static void print_loads(FILE *out, const struct page *page)
{
	static const unsigned int colours[LATENCY_PLACES] = {
		[LATENCY_FILL] = 3, [LATENCY_POOL] = 0, [LATENCY_PACKED] = 2, [LATENCY_FILE] = 1,
	};
	struct chart chart = {
		.title = "What loads took", .unit = CHART_NS, .steps = true, .log = true,
		.help = "Dotted: half of them took no longer (p50). Solid: 99 of 100 did (p99).",
	};
	const char *name;
	size_t i;

	for (i = 0; i < LATENCY_PLACES; i++) {
		name = latency_place_name(i);
		add_line(&chart, page, 0, xasprintf("%s p99", name),
			 xasprintf("loads/%s/p99_ns", name), colours[i], 1);
		add_line(&chart, page, 0, xasprintf("%s p50", name),
			 xasprintf("loads/%s/p50_ns", name), colours[i], 1);
		if (chart.nr)
			chart.line[chart.nr - 1].dashed = true;
	}
	print(out, &chart);
}

static void print_stalls(FILE *out, const struct page *page)
{
	static const struct row rows[] = {
		{ "somebody", "stall_some_us_per_second", 0, PERCENT_OF_US },
		{ "all", "stall_full_us_per_second", 1, PERCENT_OF_US },
		{ 0 }
	};
	struct chart chart = {
		.title = "Waited for memory", .unit = CHART_PERCENT, .steps = true,
		.help = "Of the time, on the whole machine.",
	};

	add_rows(&chart, page, rows);
	print(out, &chart);
}

void page_print_charts(FILE *out, const struct page *page)
{
	fputs("<div class=\"charts\">\n", out);
	print_memory(out, page);
	print_places(out, page);
	print_swapping(out, page);
	print_disk(out, page);
	print_loads(out, page);
	print_stalls(out, page);
	fputs("</div>\n", out);
}
