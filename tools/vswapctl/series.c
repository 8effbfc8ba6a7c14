// SPDX-License-Identifier: GPL-2.0
/* vswapctl stats --interval: what there is, and what happens each second. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "derived.h"
#include "message.h"
#include "names.h"
#include "series.h"
#include "snapshot.h"

/* A value, how much it has grown, or by how much it does in a second. */
struct series_column {
	const char *name;
	enum area_file file;	/* unless there is a getter */
	struct value (*get)(const struct snapshot *snap);
	enum { NOW, GROWN, RATE } kind;
	enum unit unit;		/* of a rate: pages are shown as a size */
	int width;
	const char *help;
};

static struct value failed(const struct snapshot *snap)
{
	return value_add(snap->file[AREA_READ_ERRORS], snap->file[AREA_WRITE_ERRORS]);
}

static struct value not_taken(const struct snapshot *snap)
{
	return value_add(snap->file[AREA_STORE_FAILURES], snap->file[AREA_ALLOC_FAILURES]);
}

static const struct series_column columns[] = {
	{ "USED", AREA_USED, NULL, NOW, 0, 7, "what is swapped out" },
	{ "USE%", 0, area_use, NOW, 0, 4, "USED as a share of what can be" },
	{ "FREE", 0, area_free, NOW, 0, 7, "what can be swapped out besides, by present estimate" },
	{ "MEMORY", 0, area_memory_taken, NOW, 0, 7, "memory that it takes, all included" },
	{ "GAINED", 0, area_memory_saved, NOW, 0, 7, "memory that swapping gained" },
	{ "RATIO", 0, area_ratio, NOW, 0, 5, "times that pages are smaller in the pool" },
	{ "OUT/s", AREA_OUT, NULL, RATE, UNIT_PAGES, 7, "swapped out" },
	{ "IN/s", AREA_IN, NULL, RATE, UNIT_PAGES, 7, "swapped in" },
	{ "FILL/s", AREA_FILL_OUT, NULL, RATE, UNIT_PAGES, 7, "of OUT/s pages of one value" },
	{ "BACK/s", AREA_WRITEBACK, NULL, RATE, UNIT_PAGES, 7, "moved from the pool to disk" },
	{ "DISK/s", AREA_WRITEBACK_BYTES, NULL, RATE, UNIT_BYTES, 7, "written to disk for BACK/s" },
	{ "MOVED/s", AREA_MOVED, NULL, RATE, UNIT_PAGES, 7, "moved between backends otherwise" },
	{ "REFUSED", 0, not_taken, GROWN, 0, 7, "pages or groups of them that found no room since the last line" },
	{ "ERRORS", 0, failed, GROWN, 0, 6, "pages since then that could not be read or written" },
};

#define NR_COLUMNS	(sizeof(columns) / sizeof(*columns))
#define DEFAULT_SERIES	"USED,USE%,MEMORY,RATIO,OUT/s,IN/s,BACK/s,DISK/s,REFUSED,ERRORS"

struct chosen {
	size_t nr;
	const struct series_column *column[NR_COLUMNS];
};

/* ---- Columns ---- */

const struct names series_names = NAMES(columns);

static void choose_columns(struct chosen *chosen, const char *names)
{
	size_t numbers[NR_COLUMNS], i;

	chosen->nr = names_choose(&series_names, DEFAULT_SERIES, names, numbers);
	for (i = 0; i < chosen->nr; i++)
		chosen->column[i] = &columns[numbers[i]];
}

void series_print_columns(void)
{
	puts("\nColumns with --interval (without --output: " DEFAULT_SERIES "):");
	names_print(&series_names);
}

static struct value column_at(const struct series_column *column, const struct snapshot *snap)
{
	return column->get ? column->get(snap) : snap->file[column->file];
}

static struct value column_value(const struct series_column *column,
				 const struct snapshot *before, const struct snapshot *now,
				 double seconds)
{
	struct value val = column_at(column, now), past = column_at(column, before);

	if (column->kind == NOW)
		return val;
	if (column->kind == GROWN)
		return value_grown(past, val);
	return value_rate_in(past, val, seconds, column->unit);
}

/* ---- Options ---- */

uint64_t series_parse_count(const char *text)
{
	struct value count;

	if (!value_parse(&count, UNIT_COUNT, text) || !count.number)
		fail_usage("not a number of lines: '%s'", text);
	return count.number;
}

double series_parse_interval(const char *text)
{
	double seconds;

	if (!value_parse_seconds(&seconds, text) || !seconds)
		fail_usage("not a time: '%s'", text);
	return seconds;
}

/* ---- Lines ---- */

static void print_headings(const struct chosen *chosen)
{
	size_t i;

	for (i = 0; i < chosen->nr; i++)
		printf("%s%*s", i ? " " : "", chosen->column[i]->width, chosen->column[i]->name);
	putchar('\n');
}

static void print_line(const struct chosen *chosen, const struct snapshot *before,
		       const struct snapshot *now, double seconds, bool exact)
{
	size_t i;

	for (i = 0; i < chosen->nr; i++) {
		struct value val = column_value(chosen->column[i], before, now, seconds);
		char *text = value_format(&val, exact);

		printf("%s%*s", i ? " " : "", chosen->column[i]->width, text);
		free(text);
	}
	putchar('\n');
}

/* Lines between two headings: a screen. UINT64_MAX: there is none. */
static uint64_t screen_lines(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return UINT64_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row < 3)
		return 23;
	return size.ws_row - 2;
}

void series_run(const struct series *series)
{
	struct snapshot before, now;
	double start = now_seconds(), last = start, due = start, time;
	uint64_t i, screen = screen_lines();
	struct chosen chosen;

	choose_columns(&chosen, series->columns);
	snapshot_read(&before);
	for (i = 0; i < series->count; i++) {
		due = next_due(due, series->interval);
		sleep_until(due);
		time = now_seconds();
		snapshot_read(&now);
		if (series->print_json) {
			series->print_json(&before, &now, time - last);
		} else {
			if (series->headings && i % screen == 0)
				print_headings(&chosen);
			print_line(&chosen, &before, &now, time - last, series->exact);
		}
		flush_stdout();
		snapshot_free(&before);
		before = now;
		last = time;
	}
	snapshot_free(&before);
}
