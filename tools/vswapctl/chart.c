// SPDX-License-Identifier: GPL-2.0
/*
 * Charts. The drawing is stretched to the room there is, in both directions by itself; text is
 * HTML beside it, placed by percent, and stays as large as the page's.
 */
#include <math.h>
#include <stdlib.h>

#include "chart.h"
#include "html.h"
#include "latency_draw.h"
#include "message.h"
#include "value.h"

enum { WIDTH = 1000, HEIGHT = 100, TICKS = 4, TIME_TICKS = 6 };

/* What the axes go to, and where they have lines. */
struct scale {
	double seconds, time_step;
	double low, high, step;		/* of a log axis powers of ten */
};

/* ---- Numbers ---- */

char *chart_format(enum chart_unit unit, double number)
{
	struct value bytes;
	char *size, *text;

	if (isnan(number))
		return xstrdup("-");
	if (unit == CHART_NS)
		return format_ns(number);
	if (unit == CHART_PERCENT)
		return xasprintf("%.*f%%", number && number < 9.95 && number != floor(number), number);
	bytes = value_number(UNIT_BYTES, number + 0.5);
	size = value_format(&bytes, false);
	if (unit == CHART_BYTES)
		return size;
	text = xasprintf("%s/s", size);
	free(size);
	return text;
}

static char *format_time(double seconds, double step)
{
	if (!seconds)
		return xstrdup("0");
	if (step >= 3600)
		return xasprintf("%g h", seconds / 3600);
	if (step >= 60)
		return xasprintf("%g min", seconds / 60);
	return xasprintf("%g s", seconds);
}

char *format_seconds(double seconds)
{
	if (isnan(seconds))
		return xstrdup("-");
	if (seconds < 120)
		return xasprintf("%.1f s", seconds);
	if (seconds < 7200)
		return xasprintf("%.1f min", seconds / 60);
	return xasprintf("%.1f h", seconds / 3600);
}

static double value_at(const struct chart_line *line, size_t i)
{
	return line->y[i] * line->scale;
}

/* The sum of the first @lines at a point; what isn't known has no height. */
static double stacked_at(const struct chart *chart, size_t lines, size_t i)
{
	double sum = 0, val;
	size_t j;

	for (j = 0; j < lines; j++) {
		val = value_at(&chart->line[j], i);
		if (!isnan(val))
			sum += val;
	}
	return sum;
}

static double most_of(const struct chart_line *line)
{
	double most = NAN;
	size_t i;

	/* what isn't known counts for nothing there */
	for (i = 0; i < line->nr; i++)
		most = fmax(most, value_at(line, i));
	return most;
}

static double least_of(const struct chart_line *line)
{
	double least = NAN, val;
	size_t i;

	for (i = 0; i < line->nr; i++) {
		val = value_at(line, i);
		if (val > 0 && !(least <= val))
			least = val;
	}
	return least;
}

/* ---- Scales ---- */

/* The least of 1, 2, 5, 10, ... of which no more than @ticks are in @range. */
static double decimal_step(double range, int ticks)
{
	static const double steps[] = { 1, 2, 5, 10 };
	double power = pow(10, floor(log10(range / ticks)));
	size_t i = 0;

	while (steps[i] * power * ticks < range * (1 - 1e-9) && i < 3)
		i++;
	return steps[i] * power;
}

static double time_step(double seconds)
{
	static const double steps[] = {
		15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
	};
	size_t i = 0, nr = sizeof(steps) / sizeof(*steps);

	if (seconds <= 0)
		return 1;
	if (seconds <= 10 * TIME_TICKS)
		return decimal_step(seconds, TIME_TICKS);
	while (i < nr - 1 && steps[i] * TIME_TICKS < seconds)
		i++;
	return steps[i] * TIME_TICKS < seconds ? seconds / TIME_TICKS : steps[i];
}

/* Sizes have round numbers where powers of two are. */
static double value_step(enum chart_unit unit, double range)
{
	if (unit == CHART_PERCENT)
		return decimal_step(range, TICKS);
	return fmax(pow(2, ceil(log2(range / TICKS))), 1024);
}

static void scale_linear(const struct chart *chart, struct scale *scale)
{
	double most = 0;
	size_t i;

	for (i = 0; i < chart->nr; i++)
		most = fmax(most, most_of(&chart->line[i]));
	for (i = 0; chart->stacked && i < chart->line[0].nr; i++)
		most = fmax(most, stacked_at(chart, chart->nr, i));
	if (!most)
		most = chart->unit == CHART_PERCENT ? 1 : 4096;
	scale->step = value_step(chart->unit, most);
	scale->high = ceil(most / scale->step - 1e-9) * scale->step;
}

static void scale_log(const struct chart *chart, struct scale *scale)
{
	double least = NAN, most = NAN;
	size_t i;

	for (i = 0; i < chart->nr; i++) {
		least = fmin(least, least_of(&chart->line[i]));
		most = fmax(most, most_of(&chart->line[i]));
	}
	scale->low = isnan(least) ? 3 : floor(log10(least));
	scale->high = isnan(most) ? 6 : ceil(log10(most));
	if (scale->high <= scale->low)
		scale->high = scale->low + 1;
	scale->step = ceil((scale->high - scale->low) / (TICKS + 1));
}

static struct scale scale_of(const struct chart *chart)
{
	struct scale scale = { 0 };
	size_t i;

	for (i = 0; i < chart->nr; i++)
		scale.seconds = fmax(scale.seconds, chart->line[i].x[chart->line[i].nr - 1]);
	scale.time_step = time_step(scale.seconds);
	if (chart->log)
		scale_log(chart, &scale);
	else
		scale_linear(chart, &scale);
	return scale;
}

static double x_of(const struct scale *scale, double seconds)
{
	return scale->seconds > 0 ? seconds / scale->seconds * WIDTH : 0;
}

/* From the top, as SVG has it. */
static double y_of(const struct chart *chart, const struct scale *scale, double val)
{
	if (chart->log)
		val = log10(val);
	return (scale->high - val) / (scale->high - scale->low) * HEIGHT;
}

/* ---- Axes ---- */

static void print_grid(FILE *out, const struct scale *scale)
{
	double at, y;

	for (at = scale->low; at < scale->high + scale->step / 2; at += scale->step) {
		y = (scale->high - at) / (scale->high - scale->low) * HEIGHT;
		fprintf(out, "<path class=\"grid\" d=\"M0,%.2fH%d\"/>", y, WIDTH);
	}
}

/* Without the digits that a power of ten has no use for. */
static char *format_decade(double ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	size_t i = 0;

	while (ns >= 999.5 && i < 3) {
		ns /= 1000;
		i++;
	}
	return xasprintf("%g%s", ns, units[i]);
}

static void print_labels(FILE *out, const struct chart *chart, const struct scale *scale)
{
	double at;
	char *text;

	fputs("<div class=\"y\" aria-hidden=\"true\">", out);
	for (at = scale->low; at < scale->high + scale->step / 2; at += scale->step) {
		text = chart->log ? format_decade(pow(10, at)) : chart_format(chart->unit, at);
		fprintf(out, "<span style=\"bottom:%.2f%%\">%s</span>",
			(at - scale->low) / (scale->high - scale->low) * 100, text);
		free(text);
	}
	fputs("</div>\n<div class=\"x\" aria-hidden=\"true\">", out);
	for (at = 0; at <= scale->seconds * (1 + 1e-9); at += scale->time_step) {
		text = format_time(at, scale->time_step);
		fprintf(out, "<span style=\"left:%.2f%%\">%s</span>",
			x_of(scale, at) * 100 / WIDTH, text);
		free(text);
	}
	fputs("</div>\n", out);
}

/* ---- Lines ---- */

static void print_steps(FILE *out, const struct chart *chart, const struct scale *scale,
			const struct chart_line *line)
{
	bool drawing = false;
	double val;
	size_t i;

	for (i = 1; i < line->nr; i++) {
		val = value_at(line, i);
		if (isnan(val) || (chart->log && val <= 0)) {
			drawing = false;
			continue;
		}
		if (drawing)
			fprintf(out, "V%.2f", y_of(chart, scale, val));
		else
			fprintf(out, "M%.1f,%.2f", x_of(scale, line->x[i - 1]), y_of(chart, scale, val));
		fprintf(out, "H%.1f", x_of(scale, line->x[i]));
		drawing = true;
	}
}

static void print_curve(FILE *out, const struct chart *chart, const struct scale *scale,
			const struct chart_line *line)
{
	bool drawing = false;
	double val;
	size_t i;

	for (i = 0; i < line->nr; i++) {
		val = value_at(line, i);
		if (!isnan(val))
			fprintf(out, "%c%.1f,%.2f", drawing ? 'L' : 'M', x_of(scale, line->x[i]),
				y_of(chart, scale, val));
		drawing = !isnan(val);
	}
}

static void print_line(FILE *out, const struct chart *chart, const struct scale *scale,
		       const struct chart_line *line)
{
	fprintf(out, "<path class=\"line c%u%s\" d=\"", line->colour, line->dashed ? " dash" : "");
	if (chart->steps)
		print_steps(out, chart, scale, line);
	else
		print_curve(out, chart, scale, line);
	fputs("\"/>", out);
}

/* From its upper edge back along that of the one below. */
static void print_area(FILE *out, const struct chart *chart, const struct scale *scale, size_t number)
{
	const struct chart_line *line = &chart->line[number];
	size_t i;

	fprintf(out, "<path class=\"area c%u\" d=\"", line->colour);
	for (i = 0; i < line->nr; i++)
		fprintf(out, "%c%.1f,%.2f", i ? 'L' : 'M', x_of(scale, line->x[i]),
			y_of(chart, scale, stacked_at(chart, number + 1, i)));
	for (i = line->nr; i--;)
		fprintf(out, "L%.1f,%.2f", x_of(scale, line->x[i]),
			y_of(chart, scale, stacked_at(chart, number, i)));
	fputs("Z\"/>", out);
}

/* ---- Words ---- */

static const char *const unit_names[] = {
	[CHART_BYTES] = "bytes", [CHART_RATE] = "rate", [CHART_PERCENT] = "percent", [CHART_NS] = "ns",
};

/* What is on top in the picture is on top of the list. */
static const struct chart_line *listed(const struct chart *chart, size_t i)
{
	return &chart->line[chart->stacked ? chart->nr - 1 - i : i];
}

static void print_legend(FILE *out, const struct chart *chart)
{
	const struct chart_line *line;
	char *most;
	size_t i;

	fputs("<ul class=\"legend\">", out);
	for (i = 0; i < chart->nr; i++) {
		line = listed(chart, i);
		most = chart_format(chart->unit, most_of(line));
		fprintf(out, "<li><i class=\"%s c%u%s\"></i> ", chart->stacked ? "box" : "key",
			line->colour, line->dashed ? " dash" : "");
		html_print(out, line->label);
		fprintf(out, " <output data-run=\"%u\" data-unit=\"%s\" data-scale=\"%g\" data-path=\"",
			line->run, unit_names[chart->unit], line->scale);
		html_print(out, line->path);
		fprintf(out, "\">most %s</output></li>\n", most);
		free(most);
	}
	fputs("</ul>\n", out);
}

void chart_print(FILE *out, const struct chart *chart)
{
	struct scale scale = scale_of(chart);
	size_t i;

	fprintf(out, "<figure class=\"chart\" data-seconds=\"%.3f\">\n<figcaption>", scale.seconds);
	html_print(out, chart->title);
	fputs("<span class=\"at\"></span></figcaption>\n", out);
	print_legend(out, chart);
	fputs("<div class=\"plot\">\n", out);
	fprintf(out, "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"",
		WIDTH, HEIGHT);
	html_print(out, chart->title);
	fputs("\" xmlns=\"http://www.w3.org/2000/svg\">\n", out);
	print_grid(out, &scale);
	for (i = 0; i < chart->nr; i++) {
		if (chart->stacked)
			print_area(out, chart, &scale, i);
		else
			print_line(out, chart, &scale, &chart->line[i]);
		putc('\n', out);
	}
	fprintf(out, "<path class=\"cursor\" d=\"M0,0V%d\"/></svg>\n", HEIGHT);
	print_labels(out, chart, &scale);
	fputs("</div>\n", out);
	if (chart->help) {
		fputs("<p class=\"help\">", out);
		html_print(out, chart->help);
		fputs("</p>\n", out);
	}
	fputs("</figure>\n", out);
}
