// SPDX-License-Identifier: GPL-2.0
/* The tables on a page of vswapctl record. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chart.h"
#include "html.h"
#include "latency_draw.h"
#include "message.h"
#include "page.h"
#include "page_tables.h"
#include "quantile.h"
#include "recording.h"
#include "settings.h"
#include "system.h"
#include "value.h"

typedef char *(*get_text)(const struct recording *run);

struct row {
	const char *label;
	const char *note;	/* NULL: there is none */
	get_text get;
};

/* ---- A run's figures, as text ---- */

static char *bytes(double number)
{
	return chart_format(CHART_BYTES, number);
}

static char *count(double number)
{
	return isnan(number) ? xstrdup("-") : xasprintf("%.0f", number);
}

static char *seconds(double number)
{
	return format_seconds(number);
}

static double seconds_of(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

#define GET(name, expression)						\
static char *get_##name(const struct recording *run)			\
{									\
	return expression;						\
}
#define MOST(measure)	(run->most[MEASURE_##measure])
#define TOTAL(measure)	recording_total(run, MEASURE_##measure)

GET(time, seconds(run->seconds))
GET(user, seconds(seconds_of(run->usage.ru_utime)))
GET(system, seconds(seconds_of(run->usage.ru_stime)))
GET(major, count(run->usage.ru_majflt))
GET(largest, bytes(run->usage.ru_maxrss * 1024.0))
GET(swapped, bytes(MOST(SWAPPED)))
GET(out, bytes(TOTAL(OUT) * PAGE_BYTES))
GET(in, bytes(TOTAL(IN) * PAGE_BYTES))
GET(refaults, bytes(TOTAL(REFAULTS) * PAGE_BYTES))
GET(writeback, bytes(TOTAL(WRITEBACK) * PAGE_BYTES))
GET(taken, bytes(MOST(TAKEN)))
GET(gained, bytes(MOST(GAINED)))
GET(available, bytes(run->least_available))
GET(ratio, isnan(run->ratio) ? xstrdup("-") : xasprintf("%.2f", run->ratio))
GET(read, bytes(TOTAL(DISK_READ)))
GET(written, bytes(TOTAL(DISK_WRITTEN)))
GET(some, seconds(TOTAL(SOME) / 1e6))
GET(full, seconds(TOTAL(FULL) / 1e6))
GET(faults, count(TOTAL(FAULTS)))
GET(lost, count(TOTAL(LOST)))
GET(not_written, count(TOTAL(NOT_WRITTEN)))
GET(no_room, count(TOTAL(NO_ROOM)))
GET(samples, count(run->points.samples))
GET(points, count(run->points.nr))
GET(interval, xasprintf("%g s", run->interval))
GET(own, xasprintf("%.2f s", run->own_seconds))

static const struct row program_rows[] = {
	{ "Time", NULL, get_time },
	{ "Of a processor", "user", get_user },
	{ "Of a processor, in the kernel", "swapping included, where the program did it", get_system },
	{ "Faults that waited", "for a disk or for swap", get_major },
	{ "Largest process", "at most in memory at once", get_largest },
	{ 0 }
}, swap_rows[] = {
	{ "Swapped out", "at most at once, before compression", get_swapped },
	{ "Went out", "in all", get_out },
	{ "Came in", "in all", get_in },
	{ "Came in soon after", "the kernel's refaults, of the whole machine", get_refaults },
	{ "From the pool to disk", "write-back, before compression", get_writeback },
	{ 0 }
}, memory_rows[] = {
	{ "Memory that swap took", "at most", get_taken },
	{ "Memory gained", "at most: swapped out less taken", get_gained },
	{ "Compression", "times smaller in the pool, when most was swapped out", get_ratio },
	{ "Memory available", "at least", get_available },
	{ 0 }
}, disk_rows[] = {
	{ "Read", NULL, get_read },
	{ "Written", NULL, get_written },
	{ 0 }
}, stall_rows[] = {
	{ "Somebody", "for so long, on the whole machine", get_some },
	{ "All", "at once", get_full },
	{ "Faults that waited", "of the whole machine", get_faults },
	{ 0 }
}, failure_rows[] = {
	{ "Pages lost", "could not be read back", get_lost },
	{ "Not written", "stayed in memory: a disk failed", get_not_written },
	{ "Not taken", "stayed in memory: no backend had room", get_no_room },
	{ 0 }
}, recording_rows[] = {
	{ "Interval", NULL, get_interval },
	{ "Samples", NULL, get_samples },
	{ "Of them drawn", "the largest and the totals are of all", get_points },
	{ "Cost", "of a processor, for this record", get_own },
	{ 0 }
};

/* ---- Tables ---- */

static void begin(FILE *out, const char *title)
{
	fprintf(out, "<section><h2>%s</h2>\n<table>\n", title);
}

static void end(FILE *out)
{
	fputs("</tbody>\n</table></section>\n", out);
}

/* @heading: ends with NULL; all but the first are over numbers */
static void print_headings(FILE *out, const char *const *heading)
{
	size_t i;

	fputs("<thead><tr>", out);
	for (i = 0; heading[i]; i++) {
		fprintf(out, "<th%s>", i ? " class=\"number\"" : "");
		html_print(out, heading[i]);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

/* Takes @text over. */
static void print_cell(FILE *out, const char *class, char *text)
{
	fprintf(out, "<td class=\"%s\">", class);
	html_print(out, text);
	fputs("</td>", out);
	free(text);
}

static void print_label(FILE *out, const char *label, const char *note)
{
	fputs("<tr><th scope=\"row\">", out);
	html_print(out, label);
	if (note) {
		fputs(" <small>", out);
		html_print(out, note);
		fputs("</small>", out);
	}
	fputs("</th>", out);
}

static void print_figures(FILE *out, const struct page *page, const char *title,
			  const struct row *row)
{
	const char *heading[MAX_RUNS + 2] = { "" };
	size_t i;

	begin(out, title);
	for (i = 0; i < page->nr; i++)
		heading[i + 1] = page->run[i]->name;
	if (page->nr > 1)
		print_headings(out, heading);
	else
		fputs("<tbody>\n", out);
	for (; row->label; row++) {
		print_label(out, row->label, row->note);
		for (i = 0; i < page->nr; i++)
			print_cell(out, "number", row->get(page->run[i]));
		fputs("</tr>\n", out);
	}
	end(out);
}

static void print_backends(FILE *out, const struct recording *run)
{
	static const char *const heading[] = { "", "held at most", "took", "gave back", NULL };
	size_t i, j;

	if (!run->nr_backends)
		return;
	begin(out, "Backends");
	print_headings(out, heading);
	for (i = 0; i < run->nr_backends; i++) {
		print_label(out, run->backend[i], NULL);
		print_cell(out, "number", bytes(run->most_held[i] * PAGE_BYTES));
		for (j = BACKEND_TOOK; j < BACKEND_MEASURES; j++)
			print_cell(out, "number", bytes(recording_backend_total(run, i, j) * PAGE_BYTES));
		fputs("</tr>\n", out);
	}
	end(out);
}

static void print_loads(FILE *out, const struct recording *run)
{
	static const char *const heading[] = { "from", "folios", "p50", "p99", "p99.9", "max", NULL };
	const struct latency_cell *cell = run->loads.cell[LATENCY_LOAD];
	size_t i;

	if (run->no_loads)
		return;
	begin(out, "What loads took");
	print_headings(out, heading);
	for (i = 0; i < LATENCY_PLACES; i++, cell++) {
		double none = cell->folios ? 0 : NAN;

		print_label(out, latency_place_name(i), NULL);
		print_cell(out, "number", count(cell->folios));
		print_cell(out, "number", chart_format(CHART_NS, none + quantile(cell, 0.5)));
		print_cell(out, "number", chart_format(CHART_NS, none + quantile(cell, 0.99)));
		print_cell(out, "number", chart_format(CHART_NS, none + quantile(cell, 0.999)));
		print_cell(out, "number", chart_format(CHART_NS, none + cell->max));
		fputs("</tr>\n", out);
	}
	end(out);
}

/* ---- The machine, and how swap is set ---- */

static void print_fact(FILE *out, const char *label, char *text)
{
	print_label(out, label, NULL);
	print_cell(out, "text", text);
	fputs("</tr>\n", out);
}

static void print_machine(FILE *out, const struct page *page)
{
	uint64_t ram = system_ram();
	char name[256] = "";

	begin(out, "The machine");
	fputs("<tbody>\n", out);
	if (page->hostname && !gethostname(name, sizeof(name) - 1))
		print_fact(out, "Name", xstrdup(name));
	print_fact(out, "When", xstrdup(page->began));
	print_fact(out, "Kernel", xstrdup(system_release()));
	print_fact(out, "Memory", bytes(ram == UINT64_MAX ? NAN : ram));
	print_fact(out, "Processors", xasprintf("%ld", sysconf(_SC_NPROCESSORS_ONLN)));
	print_fact(out, "vswap", value_format(&page->snap.file[AREA_VERSION], false));
	print_fact(out, "vswapctl", xstrdup(VSWAPCTL_VERSION));
	end(out);
}

/* "tier 0, zswap, lz4, zsmalloc, 1G", "tier 1, swapfile, 8G, /var/lib/vswap/ssd.swap" */
static char *backend_text(const struct backend *backend)
{
	static const enum backend_file files[] = {
		BACKEND_TYPE, BACKEND_COMPRESSOR, BACKEND_ALLOCATOR, BACKEND_LIMIT, BACKEND_SIZE,
		BACKEND_PATH,
	};
	char *tier = value_format(&backend->file[BACKEND_TIER], false);
	char *text = xasprintf("tier %s", tier), *more, *value;
	size_t i;

	free(tier);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (!backend->file[files[i]].known)
			continue;
		value = value_format(&backend->file[files[i]], false);
		more = xasprintf("%s, %s", text, value);
		free(text);
		free(value);
		text = more;
	}
	return text;
}

static void print_settings(FILE *out, const struct page *page)
{
	struct settings settings;
	size_t i;

	settings_read(&settings);
	begin(out, "How vswap was set");
	fputs("<tbody>\n", out);
	for (i = 0; i < page->snap.nr_backends; i++)
		print_fact(out, page->snap.backend[i].name.text, backend_text(&page->snap.backend[i]));
	for (i = 0; i < settings.nr; i++)
		print_fact(out, settings.setting[i].name, xstrdup(settings.setting[i].value));
	end(out);
	settings_free(&settings);
}

void page_print_tables(FILE *out, const struct page *page)
{
	fputs("<div class=\"tables\">\n", out);
	print_figures(out, page, "The program", program_rows);
	print_figures(out, page, "Swap", swap_rows);
	print_backends(out, page->run[0]);
	print_loads(out, page->run[0]);
	print_figures(out, page, "Waited for memory", stall_rows);
	print_figures(out, page, "Memory", memory_rows);
	print_figures(out, page, "The swap file's disk", disk_rows);
	print_figures(out, page, "Failures", failure_rows);
	print_figures(out, page, "This record", recording_rows);
	print_machine(out, page);
	print_settings(out, page);
	fputs("</div>\n", out);
}
