/* SPDX-License-Identifier: GPL-2.0 */
/* vswapctl stats --interval: one line after the other. */
#ifndef VSWAPCTL_SERIES_H
#define VSWAPCTL_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct names;
struct snapshot;

struct series {
	double interval;	/* seconds */
	uint64_t count;		/* lines; UINT64_MAX: without end */
	const char *columns;	/* NULL: the default ones */
	bool exact;		/* sizes in bytes */
	bool headings;

	/* NULL: a table, else what prints a line of JSON */
	void (*print_json)(const struct snapshot *before, const struct snapshot *now,
			   double seconds);
};

/* Of what was given to --count and --interval; these fail with a usage error. */
uint64_t series_parse_count(const char *text);
double series_parse_interval(const char *text);

void series_run(const struct series *series);

/* All columns that there are. */
extern const struct names series_names;

void series_print_columns(void);

#endif
