/* SPDX-License-Identifier: GPL-2.0 */
/* Charts for an HTML page: SVG that is as wide as there is room, with text that isn't stretched. */
#ifndef VSWAPCTL_CHART_H
#define VSWAPCTL_CHART_H

#include <stdbool.h>
#include <stdio.h>

#define CHART_COLOURS	6
#define CHART_LINES	24

enum chart_unit { CHART_BYTES, CHART_RATE, CHART_PERCENT, CHART_NS };

struct chart_line {
	char *label;
	char *path;		/* of the numbers in the page's JSON, for the script */
	unsigned int run;	/* whose */
	unsigned int colour;
	bool dashed;
	double scale;		/* times a number is what is shown */
	size_t nr;
	const double *x, *y;	/* x: seconds; y: NAN is a gap */
};

struct chart {
	const char *title;
	const char *help;	/* may be NULL */
	enum chart_unit unit;
	bool stacked;		/* areas, the first at the bottom */
	bool steps;		/* a number is of the time since the point before */
	bool log;
	size_t nr;
	struct chart_line line[CHART_LINES];
};

void chart_print(FILE *out, const struct chart *chart);

/* As the axis has it, such as 1.5G/s; "-" for NAN. The caller frees it. */
char *chart_format(enum chart_unit unit, double number);

/* Such as 90.0 s, 2.5 min; "-" for NAN. The caller frees it. */
char *format_seconds(double seconds);

#endif
