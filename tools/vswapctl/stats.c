// SPDX-License-Identifier: GPL-2.0
/* vswapctl stats: what a person wants to know. */
#include <getopt.h>
#include <libsmartcols.h>
#include <stdio.h>

#include "columns.h"
#include "command.h"
#include "derived.h"
#include "json.h"
#include "message.h"
#include "prometheus.h"
#include "series.h"
#include "settings.h"
#include "snapshot.h"
#include "stats_json.h"
#include "table.h"

enum { BYTES, COUNT, FILE_NAME, INTERVAL, JSON, NOHEADINGS, OUTPUT, PROMETHEUS };

static const struct option_row options[] = {
	[BYTES]      = { 'b', "bytes", NULL, "sizes in bytes" },
	[COUNT]      = { 'c', "count", "<n>", "with --interval: so many lines" },
	[FILE_NAME]  = { 'f', "file", "<file>", "with --prometheus: into this file, all at once" },
	[INTERVAL]   = { 'i', "interval", "<time>", "a line each <time>, with rates: 1, 10s, 5m" },
	[JSON]       = { 'j', "json", NULL, "JSON, all numbers exact; one line with --interval" },
	[NOHEADINGS] = { 'n', "noheadings", NULL, "with --interval: no headings" },
	[OUTPUT]     = { 'o', "output", "<list>",
			 "with --interval: columns; +<list> adds to the default ones" },
	[PROMETHEUS] = { 'p', "prometheus", NULL, "metrics in the text format of Prometheus" },
	{ 0 }
};

typedef struct value (*area_getter)(const struct snapshot *snap);

/* A line for people: a file or a getter's value, then a note or another. */
struct row {
	const char *label;
	enum area_file file;
	area_getter get;
	const char *note;
	area_getter get_note;
};

static const struct row state_rows[] = {
	{ "Version", AREA_VERSION, NULL, "", NULL },
	{ "Device", AREA_DEVICE, NULL, "", NULL },
	{ "Swap is", AREA_STATE, NULL, "", NULL },
	{ "Priority", AREA_PRIORITY, NULL, "the area with the highest is filled first", NULL },
	{ 0 }
};

static const struct row space_rows[] = {
	{ "Can hold", AREA_CAPACITY, NULL, "an estimate, by how well pages compress", NULL },
	{ "In use", AREA_USED, NULL, NULL, area_use },
	{ "Left", 0, area_free, "", NULL },
	{ "Pages of one value", AREA_FILL, NULL, "such as zeroes: kept as that value alone", NULL },
	{ "Address space", AREA_VIRTUAL, NULL, "grows when it is needed", NULL },
	{ "  can grow to", AREA_VIRTUAL_LIMIT, NULL, "", NULL },
	{ 0 }
};

static const struct row memory_rows[] = {
	{ "Swapped out", 0, area_stored, "before compression", NULL },
	{ "Memory it takes", 0, area_memory_taken, "", NULL },
	{ "  for backends", 0, area_backend_memory, "the pool, and maps of swap files", NULL },
	{ "  for bookkeeping", AREA_METADATA, NULL, "where each page lies", NULL },
	{ "Memory gained", 0, area_memory_saved, "swapped out less taken", NULL },
	{ "Memory lent", AREA_PACKED_KEPT, NULL, "to what was just read from a disk", NULL },
	{ "Compression", 0, area_ratio, "times smaller in the pool", NULL },
	{ "  without its gaps", 0, area_compressed_ratio, "", NULL },
	{ 0 }
};

static const struct row traffic_rows[] = {
	{ "Pages swapped out", AREA_OUT, NULL, "since the module was loaded", NULL },
	{ "  of one value", AREA_FILL_OUT, NULL, "", NULL },
	{ "Pages swapped in", AREA_IN, NULL, "", NULL },
	{ "  read with others", AREA_PACKED_HITS, NULL, "from a disk, before", NULL },
	{ "Pages moved to disk", AREA_WRITEBACK, NULL, "from the pool, oldest first", NULL },
	{ "  as memory was short", AREA_SHRINKER_PAGES, NULL, "zswap_shrinker", NULL },
	{ "  as they were idle", AREA_IDLE_PAGES, NULL, "zswap_idle_seconds", NULL },
	{ "Written to disk for it", AREA_WRITEBACK_BYTES, NULL, "", NULL },
	{ "  a page", 0, area_writeback_page, "of 4K before compression", NULL },
	{ "Pages moved otherwise", AREA_MOVED, NULL, "such as from a disk that is removed", NULL },
	{ "Compressed once more", AREA_RECOMPRESSED, NULL, "zswap_cold_compressor", NULL },
	{ "Moved in the pool", AREA_SWEPT, NULL, "in a slab: it got smaller", NULL },
	{ "Pages by a detour", AREA_BIO, NULL, "block I/O: a tracer kept vswap from them", NULL },
	{ "Address space grew", AREA_GROW_STEPS, NULL, "times", NULL },
	{ 0 }
};

static const struct row failure_rows[] = {
	{ "Pages lost", AREA_READ_ERRORS, NULL, "could not be read back: SIGBUS", NULL },
	{ "  changed on the way", AREA_CHECKSUM_ERRORS, NULL, "as their checksum tells", NULL },
	{ "Not written", AREA_WRITE_ERRORS, NULL, "stayed in memory: a disk failed", NULL },
	{ "Not taken", AREA_STORE_FAILURES, NULL, "stayed in memory: no backend had room", NULL },
	{ "No address", AREA_ALLOC_FAILURES, NULL, "stayed in memory: all were in use", NULL },
	{ "Not moved to disk", AREA_WRITEBACK_FAILURES, NULL,
	  "stayed in the pool: file full or failed", NULL },
	{ "Did not grow", AREA_GROW_FAILURES, NULL, "times: memory was short", NULL },
	{ 0 }
};

enum { STATE, SPACE, MEMORY, TRAFFIC, FAILURES, NR_SECTIONS };

static const struct row *const sections[NR_SECTIONS] = {
	[STATE] = state_rows,
	[SPACE] = space_rows,
	[MEMORY] = memory_rows,
	[TRAFFIC] = traffic_rows,
	[FAILURES] = failure_rows,
};

static size_t count_rows(const struct row *row)
{
	size_t n = 0;

	while (row[n].label)
		n++;
	return n;
}

static struct value row_value(const struct row *row,
			      const struct snapshot *snap)
{
	return row->get ? row->get(snap) : snap->file[row->file];
}

static void add_rows(struct libscols_table *table, const struct row *row,
		     const struct snapshot *snap,
		     const struct table_style *style)
{
	struct libscols_line *line;
	struct value val;

	for (; row->label; row++) {
		line = table_line(table);
		val = row_value(row, snap);
		table_text(line, 0, row->label);
		table_value(line, 1, &val, style);
		if (row->note) {
			table_text(line, 2, row->note);
		} else {
			val = row->get_note(snap);
			table_value(line, 2, &val, style);
		}
	}
}

/* All sections are one table, so that they line up. */
static struct libscols_table *fill_sections(const struct snapshot *snap,
					    bool exact)
{
	const struct table_style style = { .exact = exact };
	struct libscols_table *table = table_new(&style);
	size_t i;

	table_column(table, "label", 0, 0);
	table_column(table, "value", 0, SCOLS_FL_RIGHT);
	table_column(table, "note", 0, 0);
	for (i = 0; i < NR_SECTIONS; i++)
		add_rows(table, sections[i], snap, &style);
	return table;
}

static void print_section(struct libscols_table *table, int section)
{
	size_t first = 0;
	int i;

	for (i = 0; i < section; i++)
		first += count_rows(sections[i]);
	if (section)
		putchar('\n');
	table_print_lines(table, first, count_rows(sections[section]));
}

static void print_backends(const char *names, const struct snapshot *snap,
			   const struct table_style *style)
{
	struct column_list list;

	putchar('\n');
	if (!snap->backends_known || !snap->nr_backends) {
		puts(snap->backends_known ? "No backends" : "Backends  -");
		return;
	}
	columns_parse(&list, names);
	columns_print_table(&list, snap, style);
}

static void print_settings(void)
{
	const struct table_style style = { 0 };
	struct libscols_table *table = table_new(&style);
	struct libscols_line *line;
	struct settings settings;
	size_t i;

	settings_read(&settings);
	table_column(table, "name", 0, 0);
	table_column(table, "value", 0, 0);
	table_column(table, "note", 0, 0);
	for (i = 0; i < settings.nr; i++) {
		line = table_line(table);
		table_text(line, 0, settings.setting[i].name);
		table_text(line, 1, settings.setting[i].value);
		table_text(line, 2, settings.setting[i].live ? "can be changed now" : "");
	}
	if (settings.nr)
		puts("\nParameters");
	table_print(table);
	settings_free(&settings);
}

static void print_plain(const struct snapshot *snap, bool exact)
{
	const struct table_style style = { .exact = exact, .headings = true };
	struct libscols_table *table = fill_sections(snap, exact);

	print_section(table, STATE);
	print_section(table, SPACE);
	print_section(table, MEMORY);
	print_backends(DEFAULT_COLUMNS, snap, &style);
	print_section(table, TRAFFIC);
	print_section(table, FAILURES);
	print_backends("NAME,FULL,INCOMPRESSIBLE,READ-ERRORS,WRITE-ERRORS",
		       snap, &style);
	table_free(table);
	print_settings();
}

static void print_once(bool json, bool exact)
{
	struct snapshot snap;

	snapshot_read(&snap);
	if (json)
		json_print(stats_to_json(&snap));
	else
		print_plain(&snap, exact);
	snapshot_free(&snap);
}

struct request {
	struct series series;
	bool prometheus;
	const char *file;
};

static void set_option(struct request *request, int option, const char *arg)
{
	struct series *series = &request->series;

	switch (option) {
	case BYTES:
		series->exact = true;
		break;
	case COUNT:
		series->count = series_parse_count(arg);
		break;
	case FILE_NAME:
		request->file = arg;
		break;
	case INTERVAL:
		series->interval = series_parse_interval(arg);
		break;
	case JSON:
		series->print_json = stats_json_line;
		break;
	case NOHEADINGS:
		series->headings = false;
		break;
	case OUTPUT:
		series->columns = arg;
		break;
	case PROMETHEUS:
		request->prometheus = true;
		break;
	}
}

static void check_options(const struct request *request)
{
	const struct series *series = &request->series;
	bool table = series->columns || !series->headings;

	if (!series->interval && (series->count != UINT64_MAX || table))
		fail_usage("--count, --noheadings and --output need --interval");
	if (series->print_json && table)
		fail_usage("--json excludes --noheadings and --output");
	if (request->file && !request->prometheus)
		fail_usage("--file needs --prometheus");
	if (request->prometheus && (series->interval || series->print_json || series->exact))
		fail_usage("--prometheus excludes --bytes, --interval and --json");
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct request request = { .series = { .count = UINT64_MAX, .headings = true } };
	struct series *series = &request.series;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0)
		set_option(&request, option, optarg);
	check_options(&request);
	if (series->print_json)
		messages_as_json();
	if (request.prometheus)
		prometheus_run(request.file);
	else if (series->interval)
		series_run(series);
	else
		print_once(series->print_json, series->exact);
}

const struct command stats_command = {
	.name = "stats",
	.help = "Show what is stored, what it takes, and what failed",
	.options = options,
	.columns = &series_names,
	.more_help = series_print_columns,
	.run = run,
};
