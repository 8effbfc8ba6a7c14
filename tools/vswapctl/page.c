// SPDX-License-Identifier: GPL-2.0
/* The page of vswapctl record: what it says, and how that is put together. */
#include <json-c/json.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "html.h"
#include "latency_draw.h"
#include "page.h"
#include "page_charts.h"
#include "page_tables.h"
#include "quantile.h"
#include "recording.h"
#include "text.h"

extern const char page_style[], page_script[];

/* Of what is between: nothing is loaded from anywhere. */
#define POLICY	"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

static void say(FILE *out, enum chart_unit unit, double number)
{
	char *text = chart_format(unit, number);

	fputs(text, out);
	free(text);
}

static void say_seconds(FILE *out, double seconds)
{
	char *text = format_seconds(seconds);

	fputs(text, out);
	free(text);
}

/* ---- Sentences ---- */

static void say_end(FILE *out, const struct recording *run)
{
	fputs("<li>It ran for ", out);
	say_seconds(out, run->seconds);
	if (run->signal)
		fprintf(out, " and was ended by signal %d (%s).</li>\n", run->signal,
			strsignal(run->signal));
	else
		fprintf(out, " and ended with status %d.</li>\n", run->status);
}

static void say_swapped(FILE *out, const struct recording *run)
{
	const double *most = run->most;

	if (!(most[MEASURE_SWAPPED] > 0)) {
		fputs("<li>Nothing was swapped out.</li>\n", out);
		return;
	}
	fputs("<li>At most ", out);
	say(out, CHART_BYTES, most[MEASURE_SWAPPED]);
	fputs(" was swapped out", out);
	if (most[MEASURE_TAKEN] > 0) {
		fputs(", and that took at most ", out);
		say(out, CHART_BYTES, most[MEASURE_TAKEN]);
		fputs(" of memory", out);
	}
	if (!isnan(run->ratio))
		fprintf(out, "; pages were %.1f times smaller in %s", run->ratio,
			run->area ? run->name : "the pool");
	fputs(".</li>\n", out);
}

static void say_traffic(FILE *out, const struct recording *run)
{
	double read = recording_total(run, MEASURE_DISK_READ);

	fputs("<li>", out);
	say(out, CHART_BYTES, recording_total(run, MEASURE_OUT) * PAGE_BYTES);
	fputs(" went out and ", out);
	say(out, CHART_BYTES, recording_total(run, MEASURE_IN) * PAGE_BYTES);
	fputs(" came back in", out);
	if (!isnan(read)) {
		fputs("; ", out);
		say(out, CHART_BYTES, read);
		fputs(" was read from the swap file's disk and ", out);
		say(out, CHART_BYTES, recording_total(run, MEASURE_DISK_WRITTEN));
		fputs(" written to it", out);
	}
	fputs(".</li>\n", out);
}

static void say_loads(FILE *out, const struct recording *run)
{
	static const struct {
		enum latency_place place;
		const char *text;
	} from[] = {
		{ LATENCY_POOL, "from the pool" }, { LATENCY_PACKED, "from a packed block" },
		{ LATENCY_FILE, "from a file" }, { LATENCY_FILL, "of pages of one value" },
	};
	const struct latency_cell *cells = run->loads.cell[LATENCY_LOAD];
	const char *before = "<li>99 of 100 loads took at most ";
	size_t i;

	if (run->no_loads) {
		fputs("<li class=\"note\">What loads took wasn't measured: ", out);
		html_print(out, run->no_loads);
		fputs(".</li>\n", out);
		return;
	}
	for (i = 0; i < sizeof(from) / sizeof(*from); i++) {
		if (!cells[from[i].place].folios)
			continue;
		fputs(before, out);
		say(out, CHART_NS, quantile(&cells[from[i].place], 0.99));
		fprintf(out, " %s", from[i].text);
		before = ", ";
	}
	fputs(*before == ',' ? ".</li>\n" : "<li>Nothing was loaded.</li>\n", out);
}

static void say_stalls(FILE *out, const struct recording *run)
{
	double some = recording_total(run, MEASURE_SOME), full = recording_total(run, MEASURE_FULL);

	if (isnan(some)) {
		fputs("<li class=\"note\">Who waited for memory isn't known: the kernel has no "
		      "/proc/pressure/memory.</li>\n", out);
		return;
	}
	fputs("<li>Somebody waited for memory for ", out);
	say_seconds(out, some / 1e6);
	fputs(", all at once for ", out);
	say_seconds(out, full / 1e6);
	fputs(".</li>\n", out);
}

static void say_errors(FILE *out, const struct recording *run)
{
	double lost = recording_total(run, MEASURE_LOST);
	double not_written = recording_total(run, MEASURE_NOT_WRITTEN);

	if (lost > 0)
		fprintf(out, "<li class=\"bad\">%.0f pages could not be read back.</li>\n", lost);
	if (not_written > 0)
		fprintf(out, "<li class=\"bad\">%.0f pages could not be written, and stayed in "
			"memory.</li>\n", not_written);
}

static void say_run(FILE *out, const struct recording *run)
{
	say_end(out, run);
	say_swapped(out, run);
	say_traffic(out, run);
	if (!run->area)
		say_loads(out, run);
	say_stalls(out, run);
	say_errors(out, run);
}

static void print_sentences(FILE *out, const struct page *page)
{
	size_t i;

	fputs("<ul class=\"says\">\n", out);
	for (i = 0; i < page->nr; i++) {
		if (page->nr > 1) {
			fputs("<li class=\"with\">With ", out);
			html_print(out, page->run[i]->name);
			fputs(i ? " in its place:</li>\n" : ":</li>\n", out);
		}
		say_run(out, page->run[i]);
	}
	fputs("<li class=\"note\">What is said of swap, of the disk and of waits is of the whole "
	      "machine.</li>\n</ul>\n", out);
}

/* ---- The page ---- */

static void print_head(FILE *out, const char *command)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"generator\" content=\"vswapctl " VSWAPCTL_VERSION "\"/>\n<title>", out);
	html_print(out, command);
	fprintf(out, " \xe2\x80\x93 vswapctl record</title>\n<style>\n%s</style>\n</head>\n<body>\n",
		page_style);
}

static void print_data(FILE *out, const struct page *page)
{
	fputs("<script type=\"application/json\" id=\"data\">", out);
	html_print_json(out, json_object_to_json_string_ext(page->data, JSON_C_TO_STRING_PLAIN |
									JSON_C_TO_STRING_NOSLASHESCAPE));
	fprintf(out, "</script>\n<script>\n%s</script>\n", page_script);
}

char *page_to_html(const struct page *page)
{
	char *command = shell_words(page->run[0]->command);
	struct text html;
	FILE *out = text_begin(&html);

	print_head(out, command);
	fputs("<header><h1>vswapctl record</h1>\n<pre>", out);
	html_print(out, command);
	fputs("</pre>\n", out);
	print_sentences(out, page);
	fputs("</header>\n<main>\n", out);
	page_print_charts(out, page);
	page_print_tables(out, page);
	fputs("</main>\n", out);
	print_data(out, page);
	fputs("</body>\n</html>\n", out);
	free(command);
	return text_end(&html);
}
